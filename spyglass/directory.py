"""The directory: a user name and a password in, yes or no out; a person's own change of password; a student's new one.

Accounts and passwords live in LDAP only. Every question is asked in a thread of its own small pool and is given up
after a few seconds, so that a directory that does not answer delays nobody who is signed in already.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import ldap3
from ldap3.core.exceptions import LDAPException, LDAPExceptionError
from ldap3.utils.conv import escape_filter_chars

from spyglass.password_policy import PASSWORD_POLICY, reason
from spyglass.verified_tls import VerifiedTls

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

PATIENCE = 4.5  # seconds for the whole of a question
STEP = 4  # seconds for each of its parts

SUCCESS = 0
INVALID_CREDENTIALS = 49
INSUFFICIENT_RIGHT = 50
NOT_FROM_HERE = "The directory lets nobody set this account's password from here."


class DirectoryDownError(Exception):
    """The directory gave no answer, or not one that says yes or no."""


class UnansweredError(DirectoryDownError):
    """It was asked and did not answer in time: what it was asked for may have happened."""


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
    keeper_dn: str | None = None  # may set a student's password; only the workshop's own directory has one
    keeper_password: str | None = None

    @classmethod
    def read(cls, path: Path) -> "DirectorySettings":
        """Read the file; keys that are not ours are left alone."""
        values = json.loads(path.read_text())
        return cls(**{key: value for key, value in values.items() if key in cls.__dataclass_fields__})


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
            tls=VerifiedTls(ca),
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

    @property
    def can_set_passwords(self) -> bool:
        """Whether this directory lets the workshop set a student's password."""
        return bool(self._settings.keeper_dn and self._settings.keeper_password)

    async def set_password(self, name: str, new: str) -> None:
        """Set a student's password without the old one.

        Raises:
            RefusedError: the directory objects; the old one stays.
            UnansweredError: it may have happened.
            DirectoryDownError: it has not.
        """
        if not self.can_set_passwords:
            raise RefusedError(NOT_FROM_HERE)
        if not new:  # the directory would make one up
            raise RefusedError("The new password is missing.")
        # Three binds and a hash; given up in the middle, nobody would know which password is the right one.
        given_up = threading.Event()
        try:
            await self._ask(lambda: self._set(name, new, given_up), 3 * self._patience)
        finally:
            given_up.set()

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, question: Callable[[], Answer], patience: float | None = None) -> Answer:
        loop = asyncio.get_running_loop()
        seconds = patience or self._patience
        try:
            return await asyncio.wait_for(loop.run_in_executor(self._threads, question), seconds)
        except TimeoutError as error:
            log.warning("directory %s:%s: no answer within %s s", self._settings.host, self._settings.port, seconds)
            raise UnansweredError(f"no answer within {seconds} s") from error
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
                raise RefusedError(reason(connection.result))
        finally:
            connection.unbind()

    def _set(self, name: str, new: str, given_up: threading.Event) -> None:
        dn = self._find(name)
        if dn is None:
            raise RefusedError("The directory has no such account.")
        keeper = self._bind_as(self._settings.keeper_dn or "", self._settings.keeper_password or "")
        if keeper is None:
            raise LDAPExceptionError("the keeper's own bind: invalidCredentials")
        try:
            if given_up.is_set():  # a password that comes late would undo the one that was set since
                raise LDAPExceptionError("nobody waits for the new password any more")
            _put_password(keeper, dn, new)
        finally:
            keeper.unbind()


def _put_password(keeper: Any, dn: str, new: str) -> None:  # noqa: ANN401 - ldap3 is untyped
    try:
        keeper.extend.standard.modify_password(
            user=dn, new_password=new.encode(), controls=[(PASSWORD_POLICY, False, None)]
        )
    except (LDAPException, OSError) as error:
        raise UnansweredError(str(error)) from error
    result = keeper.result
    if result["result"] == INSUFFICIENT_RIGHT:
        raise RefusedError(NOT_FROM_HERE)
    if result["result"] != SUCCESS:
        raise RefusedError(reason(result))
