"""What the web app may ask: everybody's results, and a reset. HTTP on a socket that only it and the grader share."""

import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .reset import ResetError, Resetter
from .work import Work

log = logging.getLogger(__name__)


def create(work: Work, resetter: Resetter) -> Starlette:
    """The three routes."""

    async def healthy(request: Request) -> Response:
        del request
        return PlainTextResponse("ok\n")

    async def results(request: Request) -> Response:
        del request
        return JSONResponse(work.ledger.results())

    async def reset(request: Request) -> Response:
        student = request.path_params["student"]
        if student not in work.plan.students:
            return JSONResponse({"message": f'there is no database "{student}" in this class'}, 404)
        try:
            saved = await resetter.reset(student)
        except ResetError as error:
            log.warning("reset of %s: %s", student, error)
            return JSONResponse({"message": str(error)}, error.status)
        log.info("reset of %s: saved %s", student, saved)
        return JSONResponse({"saved": saved})

    return Starlette(
        routes=[
            Route("/healthz", healthy),
            Route("/results", results),
            Route("/databases/{student}/reset", reset, methods=["POST"]),
        ]
    )
