"""How a workshop on a far host is reached: what a firewall has to let in, and whether the portal answers this machine.

In: the stack's settings and outputs, once it is up. Out: lines. A workshop on this machine, or one behind a tunnel of
somebody's own, is not looked at.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mentor.settings.addresses import is_loopback
from mentor.settings.hosts import HostAddress, host_of
from ops import stack_file
from ops.console import say
from ops.pulumi_cli import Stack
from ops.verify import FaultError, Portal

PATIENCE = 60.0
"""Seconds for a certificate that is still on its way."""


def firewall(host: HostAddress, outputs: Mapping[str, Any]) -> str:
    """What has to be let in, and for whom."""
    portal, database = urlsplit(str(outputs["portalUrl"])).port or 443, urlsplit(str(outputs["databaseUrl"])).port
    return (
        f"up: a firewall before {host.name} lets in TCP {portal} for everybody's browser, {database} for this machine "
        f"and for desktop tools, and {host.port or 22} for this machine; nothing else is needed"
    )


def tell(stack: Stack) -> None:
    """Say it, and look. What is not well is said, and is no failure of an ``up`` that made everything.

    This machine may be the only one for which the port is shut; `make verify` judges.
    """
    https = stack_file.setting(stack.file, "https", stack.project)
    chosen = https if isinstance(https, dict) else {}
    host = host_of(stack.engine)
    if not host.is_remote or is_loopback(str(chosen.get("bind"))):
        return
    outputs = stack.secrets()
    say(firewall(host, outputs))
    portal = Portal.of(outputs)
    # A public authority takes its time for a first certificate.
    end = time.monotonic() + (PATIENCE if chosen.get("tls") == "acme" else 0)
    while True:
        try:
            say(f"up: seen from here, {asyncio.run(portal.answers())}")
        except FaultError as fault:
            if time.monotonic() < end:
                time.sleep(2)
                continue
            say(f"up: all of it is made, and seen from here the portal is not well: {fault.wrong}; {fault.mends}")
        return
