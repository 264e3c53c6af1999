"""The cookies that a browser keeps: a workshop's name in, what is read from requests and put into answers out.

Cookies do not know ports: of two workshops under one host name, each would overwrite the other's. So the workshop's
name is part of theirs.
"""

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from spyglass import known, sessions


@dataclass(frozen=True)
class Cookie:
    """One token by name, for this host alone and out of reach of scripts; ``lifetime`` in seconds."""

    name: str
    lifetime: int

    def read(self, connection: HTTPConnection) -> str | None:
        """The token that the browser sent."""
        return connection.cookies.get(self.name)

    def hand_out(self, response: Response, token: str) -> None:
        """Give the browser this token."""
        response.set_cookie(
            self.name, token, max_age=self.lifetime, path="/", secure=True, httponly=True, samesite="strict"
        )

    def take_back(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=True, httponly=True, samesite="strict")


class Cookies:
    """Those of one workshop."""

    def __init__(self, stack: str) -> None:
        self.session = Cookie(f"__Host-session-{stack}", sessions.LIFETIME)
        self.known = Cookie(f"__Host-known-{stack}", known.LIFETIME)
        self.page = f"guide-{stack}"  # the page of the guide that was open last: written by the page, and no secret
