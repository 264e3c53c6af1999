"""The directory: a user name and a password in, yes or no out; and a person's own change of password.

Accounts and passwords live in LDAP only. Every question is asked in a thread of its own small pool and is given up
after a few seconds, so that a directory that does not answer delays nobody who is signed in already.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPExceptionError
from ldap3.utils.conv import escape_filter_chars
from pyasn1.codec.ber import decoder  # type: ignore[import-untyped]
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pyasn1.type import namedtype, tag, univ  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

PATIENCE = 4.5  # seconds for the whole of a question
STEP = 4  # seconds for each of its parts
PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # noqa: S105 - the control of draft-behera-ldap-password-policy

UNREADABLE = "The directory did not accept this password. Try a longer one with other characters."
REASONS = {  # the error codes of the password policy's answer
    3: "Your password cannot be changed here. Ask your teacher.",
    4: "The old password is missing.",
    5: "The new password is too simple. Use more, and more different, characters.",
    6: "The new password is too short. Use at least 8 characters.",
    7: "You changed your password only a moment ago. Try again later.",
    8: "You have used this password before. Choose a new one.",
}
RESULTS = {  # LDAP's own result codes, where there is no such answer
    2: "This directory does not offer a change of password here. Ask your teacher where to change it.",
    19: UNREADABLE,
    50: "Your password cannot be changed here. Ask your teacher.",
    53: "This directory does not offer a change of password here. Ask your teacher where to change it.",
}
SUCCESS = 0
INVALID_CREDENTIALS = 49


class DirectoryDownError(Exception):
    """The directory gave no answer, or not one that says yes or no."""


class RefusedError(Exception):
    """The directory refuses the new password; ``args[0]`` is the reason in plain words."""


class WrongPasswordError(Exception):
    """The old password is not right."""


@dataclass(frozen=True, kw_only=True)
class DirectorySettings:
    """The content of directory.json."""

    host: str
    port: int
    tls: str
    base: str
    bind_dn: str
    bind_password: str
    attribute: str = "uid"
    bundled: bool = True

    @classmethod
    def read(cls, path: Path) -> "DirectorySettings":
        """Read the file; keys that are not ours are left alone."""
        values = json.loads(path.read_text())
        return cls(**{key: value for key, value in values.items() if key in cls.__dataclass_fields__})


class _PolicyAnswer(univ.Sequence):  # type: ignore[misc] # pyasn1 is untyped
    """PasswordPolicyResponseValue, as far as it is read here."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.OptionalNamedType(
            "warning", univ.Any().subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatConstructed, 0))
        ),
        namedtype.OptionalNamedType(
            "error", univ.Enumerated().subtype(implicitTag=tag.Tag(tag.tagClassContext, tag.tagFormatSimple, 1))
        ),
    )


class _VerifiedTls(ldap3.Tls):  # type: ignore[misc] # ldap3 is untyped
    """TLS by Python's own context, which checks the certificate's name while it connects.

    A university's CA is often too old to meet Python 3.13's strict reading of RFC 5280 (no key usage, no key
    identifiers). It is the one that was chosen to be trusted, so signature, name and dates are what counts.
    """

    def __init__(self, ca: Path) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cafile=str(ca))
        self._context.verify_flags &= ~ssl.VERIFY_X509_STRICT

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ANN401 - ldap3 is untyped
        """Called by ldap3 for ldaps and StartTLS alike."""
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


class Directory:
    """Asks one LDAP server, over verified TLS only."""

    def __init__(self, settings: DirectorySettings, ca: Path, patience: float = PATIENCE) -> None:
        self._settings = settings
        self._patience = patience
        # Eight at a time: more would only queue up in the directory, which hashes with argon2.
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="directory")
        self._server = ldap3.Server(
            settings.host,
            port=settings.port,
            use_ssl=settings.tls == "ldaps",
            tls=_VerifiedTls(ca),
            get_info=ldap3.NONE,
            connect_timeout=STEP,
        )

    async def check(self, name: str, password: str) -> bool:
        """Whether this is the password of this account."""
        # A bind with an empty password is anonymous and succeeds, whoever the name belongs to (RFC 4513, 5.1.2).
        if not name or not password:
            return False
        return await self._ask(lambda: self._check(name, password))

    async def change_password(self, name: str, old: str, new: str) -> None:
        """Change the password as the person himself; raise what the directory objects to."""
        if not old:
            raise WrongPasswordError
        if not new:
            raise RefusedError("The new password is missing.")
        await self._ask(lambda: self._change(name, old, new))

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[[], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.wait_for(loop.run_in_executor(self._threads, question), self._patience)
        except TimeoutError as error:
            log.warning(
                "directory %s:%s: no answer within %s s", self._settings.host, self._settings.port, self._patience
            )
            raise DirectoryDownError(f"no answer within {self._patience} s") from error
        except (LDAPException, OSError) as error:
            log.warning("directory %s:%s: %s", self._settings.host, self._settings.port, error)
            raise DirectoryDownError(str(error)) from error

    def _connect(self, user: str, password: str) -> Any:  # noqa: ANN401 - ldap3 is untyped
        connection = ldap3.Connection(
            self._server,
            user=user,
            password=password.encode(),  # as bytes it is sent as typed, just as PostgreSQL sends it
            receive_timeout=STEP,
            check_names=False,
        )
        if self._settings.tls == "starttls":
            connection.open(read_server_info=False)
            if not connection.start_tls(read_server_info=False):
                raise LDAPExceptionError("the server refuses StartTLS")
        return connection

    def _find(self, name: str) -> str | None:
        connection = self._connect(self._settings.bind_dn, self._settings.bind_password)
        try:
            if not connection.bind(read_server_info=False):
                raise LDAPExceptionError(f"the reader's own bind: {connection.result['description']}")
            connection.search(
                self._settings.base,
                f"({self._settings.attribute}={escape_filter_chars(name)})",
                attributes=ldap3.NO_ATTRIBUTES,
                size_limit=2,
                time_limit=STEP,
            )
            found = [entry["dn"] for entry in connection.response or () if entry["type"] == "searchResEntry"]
            return str(found[0]) if len(found) == 1 else None
        finally:
            connection.unbind()

    def _bind_as(self, dn: str, password: str) -> Any | None:  # noqa: ANN401 - ldap3 is untyped
        connection = self._connect(dn, password)
        if connection.bind(read_server_info=False):
            return connection
        result = connection.result
        connection.unbind()
        if result["result"] == INVALID_CREDENTIALS:
            return None
        raise LDAPExceptionError(f"bind: {result['description']}")

    def _check(self, name: str, password: str) -> bool:
        dn = self._find(name)
        connection = self._bind_as(dn, password) if dn else None
        if connection is None:
            return False
        connection.unbind()
        return True

    def _change(self, name: str, old: str, new: str) -> None:
        dn = self._find(name)
        connection = self._bind_as(dn, old) if dn else None
        if connection is None:
            raise WrongPasswordError
        try:
            connection.extend.standard.modify_password(
                user=dn,
                old_password=old.encode(),
                new_password=new.encode(),
                controls=[(PASSWORD_POLICY, False, None)],
            )
            if connection.result["result"] != SUCCESS:
                raise RefusedError(_reason(connection.result))
        finally:
            connection.unbind()


def _reason(result: dict[str, Any]) -> str:
    control = (result.get("controls") or {}).get(PASSWORD_POLICY)
    if control:
        try:
            answer, _rest = decoder.decode(control["value"], asn1Spec=_PolicyAnswer())
        except PyAsn1Error:
            log.warning("directory: unreadable answer of the password policy")
        else:
            if answer["error"].hasValue():
                return REASONS.get(int(answer["error"]), UNREADABLE)
    return RESULTS.get(result["result"], UNREADABLE)
