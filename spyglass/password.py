"""A person changes his own password: the old one and twice the new one in, the directory's verdict out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spyglass import pages
from spyglass.auth import form, too_many
from spyglass.directory import DirectoryDownError, RefusedError, WrongPasswordError
from spyglass.limits import TooManyTriesError
from spyglass.services import services, signed_in

TEMPLATE = "password.html"
DOWN = "The directory of accounts does not answer, so nothing was changed. Try again in a moment."


async def page(request: Request) -> Response:
    """The empty form."""
    return pages.render(request, TEMPLATE, message="")


async def change(request: Request) -> Response:
    """Change it, and sign the person out everywhere else."""
    here, who = services(request), signed_in(request)
    old, new, again = await form(request, "old", "new", "again")
    if problem := objection(old, new, again):
        return pages.render(request, TEMPLATE, 400, message=problem)
    try:
        # Signed in is known, whether or not the browser kept the cookie that says so.
        attempt = here.limiter.known(who.person.id, who.session.key)
    except TooManyTriesError as error:
        message, status, headers = too_many(error)
        return pages.render(request, TEMPLATE, status, headers, message=message)
    try:
        await here.directory.change_password(who.person.id, old, new)
    except WrongPasswordError:
        return pages.render(request, TEMPLATE, 400, message="The old password is not right.")
    except RefusedError as refused:
        attempt.succeeded()
        return pages.render(request, TEMPLATE, 400, message=str(refused))
    except DirectoryDownError:
        attempt.undecided()
        return pages.render(request, TEMPLATE, 503, message=DOWN)
    attempt.succeeded()
    here.sessions.end_others(who.session)
    return pages.render(request, "password_changed.html")


def objection(old: str, new: str, again: str) -> str:
    """What is wrong with the form before anybody is asked; the rest is the directory's policy."""
    if not old or not new:
        return "Please fill in all three fields."
    if new == old:
        return "The new password is the old one. Choose another."
    return mistake_in_new(new, again)


def mistake_in_new(new: str, again: str) -> str:
    """The same of a new password alone."""
    if not new:
        return "The new password is missing."
    if new != again:
        return "The two new passwords differ. Type the same one twice."
    if any(ord(character) < ord(" ") for character in new):
        return "The new password has a character in it that no keyboard types."
    return ""


routes = [
    Route("/password", page, methods=["GET"]),
    Route("/password", change, methods=["POST"]),
]
