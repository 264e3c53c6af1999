"""What is sent to the app: a request in, its bounded body out, or the checked value that its JSON is."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

Said = TypeVar("Said", bound=BaseModel)


async def read(request: Request, largest: int) -> bytes:
    """The body.

    Raises:
        HTTPException: it is larger than so many bytes.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise HTTPException(413)
    return body


async def said(request: Request, model: type[Said], largest: int) -> Said:
    """The body as this model.

    Raises:
        HTTPException: it is something else, or larger than so many bytes.
    """
    body = await read(request, largest)
    try:
        return model.model_validate(json.loads(body))
    except (ValueError, RecursionError, ValidationError) as error:
        raise HTTPException(400) from error
