"""The addresses of one's own files: a list, a download, an upload in pieces."""

from collections.abc import AsyncGenerator
from dataclasses import asdict
from urllib.parse import quote

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from spyglass import pages
from spyglass.bodies import read, said
from spyglass.files.home import LARGEST, LONGEST_PATH, PIECE, FilesError, ThereAlreadyError
from spyglass.progress.page import NO_STORE
from spyglass.services import services, signed_in

LARGEST_WISH = 8192  # bytes of a request that is no piece


class Upload(BaseModel):
    """Which file, and which upload of it; ``size`` in bytes."""

    path: str = Field(max_length=LONGEST_PATH)
    upload: str = Field(max_length=32)
    size: int = Field(default=0, ge=0)
    replace: bool = False


async def folder(request: Request) -> Response:
    """``?path=``: what lies there."""
    here, person = services(request), signed_in(request).person
    try:
        found = await here.home.look(person, request.query_params.get("path", ""))
    except FilesError as error:
        return _refused(error)
    return JSONResponse(
        {"entries": [asdict(one) for one in found.entries], "is_all": found.is_all, "largest": LARGEST, "piece": PIECE},
        headers=NO_STORE,
    )


async def download(request: Request) -> Response:
    """``?path=``: one file, to be kept; the browser shows none of them."""
    path = request.query_params.get("path", "")
    content = services(request).home.read(signed_in(request).person, path)
    try:
        size = await anext(content)
    except FilesError as error:
        return pages.error(request, 409, str(error))
    name = quote(path.rsplit("/", 1)[-1], safe="")
    headers = NO_STORE | {
        "Content-Length": size.decode(),
        "Content-Disposition": f"attachment; filename*=utf-8''{name}",
    }
    return StreamingResponse(_whole(content), headers=headers, media_type="application/octet-stream")


async def piece(request: Request) -> Response:
    """``?path=&upload=&at=``: so much of a file, from there on."""
    here, query = services(request), request.query_params
    at = query.get("at", "")
    if not (at.isascii() and at.isdecimal() and len(at) < 12):  # noqa: PLR2004 - digits
        raise HTTPException(400)
    data = await read(request, PIECE)
    try:
        await here.home.put_piece(
            signed_in(request).person, query.get("path", ""), query.get("upload", ""), int(at), data
        )
    except FilesError as error:
        return _refused(error)
    return Response(status_code=204)


async def finish(request: Request) -> Response:
    """All pieces are there: the file gets its name."""
    here, asked = services(request), await said(request, Upload, LARGEST_WISH)
    try:
        kept = await here.home.finish(
            signed_in(request).person, asked.path, asked.upload, asked.size, replace=asked.replace
        )
    except ThereAlreadyError:
        return JSONResponse({"there": True}, headers=NO_STORE)
    except FilesError as error:
        return _refused(error)
    return JSONResponse({"kept": kept}, headers=NO_STORE)


async def abandon(request: Request) -> Response:
    """The pieces are not needed."""
    here, asked = services(request), await said(request, Upload, LARGEST_WISH)
    try:
        await here.home.abandon(signed_in(request).person, asked.path, asked.upload)
    except FilesError as error:
        return _refused(error)
    return Response(status_code=204)


async def _whole(content: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    try:
        async for data in content:
            yield data
    finally:
        await content.aclose()


def _refused(error: FilesError) -> Response:
    return JSONResponse({"message": str(error)}, 409, NO_STORE)


routes = [
    Route("/files", folder, methods=["GET"]),
    Route("/files/download", download, methods=["GET"]),
    Route("/files/piece", piece, methods=["POST"]),
    Route("/files/finish", finish, methods=["POST"]),
    Route("/files/abandon", abandon, methods=["POST"]),
]
