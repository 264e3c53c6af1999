"""Readers of what the section `grafana` holds: an image's name, addresses of web applications, whom to tell.

In and out as in `values`.
"""

import re
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from mentor.settings.values import email, secret, text

PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
REGISTRY = r"(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)"
NAME = re.compile(rf"{REGISTRY}?{PART}(?:/{PART})*")
TAG = re.compile(r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?")
LONGEST_IMAGE = 500
LONGEST_URL = 1000


def image(value: object) -> str:
    """Read the name of an image that the host has or pulls, with its tag or digest."""
    found = text(value, LONGEST_IMAGE)
    name = NAME.match(found)
    rest = found[name.end() :] if name else found
    if not name or not TAG.fullmatch(rest):
        raise ValueError("is not the name of an image: write name:tag, as in grafana/grafana:12.2.0")
    if not rest:
        raise ValueError(f'has no tag, and would be another image tomorrow: write it as in "{found}:12.2.0"')
    return found


def http_url(value: object) -> str:
    """Read the address of a web application: ``https://host[:port][/path]``, without a slash at its end."""
    url = text(value, LONGEST_URL)
    try:
        split = _web(url)
    except UnknownSchemeError:
        host = url.rpartition("://")[2]
        raise ValueError(f'is not a web address; did you mean "https://{host}"?') from None
    if split.username is not None or split.query or split.fragment:
        raise ValueError("is more than scheme, host, port and path: how to sign in is a setting of its own")
    return url.rstrip("/")


class UnknownSchemeError(ValueError):
    """It begins neither with http:// nor with https://."""


def _web(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        port, name = split.port, split.hostname
    except ValueError:
        raise ValueError("has no valid port: https://host:3000") from None
    if split.scheme not in {"http", "https"}:
        raise UnknownSchemeError("is not a web address: write https://host[:port][/path]")
    if not name or port == 0 or re.search(r"\s", url):
        raise ValueError("is not a web address: write https://host[:port][/path]")
    return split


def is_email(contact: str) -> bool:
    """Whether messages go there by e-mail, and not to a webhook."""
    return "@" in contact and "://" not in contact


def contact(value: object) -> SecretStr:
    """Read whom Grafana tells: an e-mail address, or a webhook's, which whoever knows it may write to."""
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(plain, str) and is_email(plain):
        return SecretStr(email(plain))
    try:
        split = _web(text(plain, LONGEST_URL))
    except UnknownSchemeError:
        raise ValueError(
            "is neither an e-mail address nor a webhook's: write name@example.org or https://host[:port][/path]"
        ) from None
    if split.username is not None or split.fragment:
        raise ValueError("has a user name or a # in it, which Grafana does not send: leave that out")
    return secret(value, "grafana.contact")
