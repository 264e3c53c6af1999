"""What a page's script says to the app: a request's JSON in, a checked value out."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

Said = TypeVar("Said", bound=BaseModel)


async def said(request: Request, model: type[Said], largest: int) -> Said:
    """The body as this model.

    Raises:
        HTTPException: it is something else, or larger than so many bytes.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise HTTPException(413)
    try:
        return model.model_validate(json.loads(body))
    except (ValueError, RecursionError, ValidationError) as error:
        raise HTTPException(400) from error
