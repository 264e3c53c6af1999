"""What the web app may ask: everybody's results. HTTP on a socket that only it and the grader share."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .work import Work


def create(work: Work) -> Starlette:
    """Put the routes together."""

    async def healthy(request: Request) -> Response:
        del request
        return PlainTextResponse("ok\n")

    async def results(request: Request) -> Response:
        del request
        return JSONResponse(work.ledger.results())

    return Starlette(
        routes=[
            Route("/healthz", healthy),
            Route("/results", results),
        ]
    )
