"""TLS for ldap3: the authority to trust in, a connection whose certificate is checked by name out."""

import ssl
from pathlib import Path
from typing import Any

import ldap3


class VerifiedTls(ldap3.Tls):  # type: ignore[misc] # ldap3 is untyped
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
