"""The Grafana that the grafana stand-in talks to, by the settings of its provider.

In: a request to the HTTP API. Out: the JSON of the answer, None where there is no such thing, or what Grafana said
against it in one sentence.
"""

import ssl
import threading
import time
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import httpx

from offline.standins.properties import each
from offline.standins.resource import Failed, Resource
from offline.standins.values import Values

SETTINGS = each("url", "auth", "caCert", "retries", "retryWait", "retryStatusCodes")
_RETRIES = 3
_RETRIED = ("429", "5xx")
_TIMEOUT = 30  # seconds
_LONGEST = 500  # characters of an answer that an error quotes
_DIRECT: dict[str, httpx.BaseTransport | None] = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
"""No proxy for this machine itself, whatever the environment says: so the official plugin's language has it."""


class GrafanaServer:
    """Requests to one Grafana, tried again where the settings say so."""

    def __init__(self) -> None:
        self._settings: Values = {}
        # Grafana keeps boards in SQLite, which writers lock against each other.
        self.one_writer = threading.Lock()
        self._making = threading.Lock()

    def configure(self, settings: Values) -> None:
        """Take the provider's settings; nothing is connected yet."""
        self._settings = settings

    def ask(self, method: str, path: str, body: object = None, *, what: str, **parameters: str) -> Any:  # noqa: ANN401 -- JSON
        """The JSON of the answer, None where there is no such thing."""
        codes = self._settings.get("retryStatusCodes") or _RETRIED
        reason = ""
        for attempt in range(int(self._settings.get("retries", _RETRIES)) + 1):
            if attempt:
                time.sleep(self._settings.get("retryWait", 0))
            try:
                answer = self.client.request(method, path, json=body, params=parameters)
            except httpx.HTTPError as error:
                reason = f"{error or type(error).__name__}"
                continue
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if answer.is_success:
                return answer.json() if answer.content else {}
            reason = f"[{method} {path}][{answer.status_code}] {_message(answer)}"
            if not _listed(answer.status_code, codes):
                break
        raise Failed(f"{what}: {reason}")

    def needed(self, method: str, path: str, body: object, *, what: str) -> Any:  # noqa: ANN401 -- JSON
        """The same where Grafana must not say that there is no such thing: the place to put it in, for example."""
        answer = self.ask(method, path, body, what=what)
        if answer is None:
            raise Failed(f"{what}: [{method} {path}][404] there is no such thing at {self._settings['url']}")
        return answer

    def address(self, path: str) -> str:
        """The full address of a page that Grafana names without its own place."""
        return str(self._settings["url"]).rstrip("/") + "/" + path.lstrip("/")

    @property
    def client(self) -> httpx.Client:
        """The connection; made at first use, since most runs of a plugin only compare."""
        with self._making:
            return self._client

    @cached_property
    def _client(self) -> httpx.Client:
        settings = self._settings
        if not settings.get("url") or not settings.get("auth"):
            raise Failed("the Grafana client is required for this resource: set url and auth of its provider")
        user, colon, secret = str(settings["auth"]).partition(":")
        return httpx.Client(
            base_url=str(settings["url"]).rstrip("/") + "/api/",
            auth=(user, secret) if colon else None,
            headers={} if colon else {"Authorization": f"Bearer {user}"},
            verify=_trusted(settings.get("caCert")),
            timeout=_TIMEOUT,
            mounts=_DIRECT,
        )


class GrafanaResource(Resource):
    """What all of Grafana's things have in common; they are known by their place in the first organization."""

    def __init__(self, server: GrafanaServer) -> None:
        self.server = server


def resource_id(name: str) -> str:
    """A resource's id: organization and uid."""
    return f"1:{name}"


def uid_of(given: str) -> str:
    """The part of an id that names the thing."""
    return given.partition(":")[2] or given


def _trusted(authority: str | None) -> ssl.SSLContext:
    """This machine's authorities, and one more: it need not be a root, it may be the very certificate."""
    context = ssl.create_default_context()
    if authority:
        try:
            context.load_verify_locations(cadata=authority)
        except (ssl.SSLError, ValueError) as error:
            raise Failed(f"caCert is no certificate in PEM form: {error}") from error
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _listed(status: int, codes: Iterable[str]) -> bool:
    return any(all(wanted in ("x", digit) for wanted, digit in zip(code, str(status), strict=True)) for code in codes)


def _message(answer: httpx.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return str(found.get("message", found) if isinstance(found, dict) else answer.text)[:_LONGEST]
