"""What the web app may ask: all results, a reset, a dump. HTTP on a socket that only it and the grader share."""

import logging
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .reset import ResetError, Resetter
from .work import Work

log = logging.getLogger(__name__)


def create(work: Work, resetter: Resetter) -> Starlette:
    """The four routes."""

    async def healthy(request: Request) -> Response:
        del request
        return PlainTextResponse("ok\n")

    async def results(request: Request) -> Response:
        del request
        return JSONResponse(work.ledger.results())

    def saving(what: str, act: Callable[[str], Awaitable[str]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            student = request.path_params["student"]
            if student not in work.plan.students:
                return JSONResponse({"message": f'there is no database "{student}" in this class'}, 404)
            try:
                saved = await act(student)
            except ResetError as error:
                log.warning("%s of %s: %s", what, student, error)
                return JSONResponse({"message": str(error)}, error.status)
            log.info("%s of %s: saved %s", what, student, saved)
            return JSONResponse({"saved": saved})

        return answer

    return Starlette(
        routes=[
            Route("/healthz", healthy),
            Route("/results", results),
            Route("/databases/{student}/reset", saving("reset", resetter.reset), methods=["POST"]),
            Route("/databases/{student}/dump", saving("dump", resetter.save), methods=["POST"]),
        ]
    )
