"""How a workshop on a far host is reached: what a firewall has to let in, and whether the portal answers this machine.

In: the stack's settings and outputs, once it is up. Out: lines, and whether it answers. A workshop on this machine, or
one behind a tunnel of somebody's own, is not looked at.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ops import stack_file
from ops.console import say
from ops.pulumi_cli import Stack
from ops.verify import FaultError, Portal

LOOPBACK = ("127.0.0.1", "::1")


def firewall(host: str, outputs: Mapping[str, Any]) -> str:
    """What has to be let in, and for whom."""
    name, ssh = urlsplit(host).hostname, urlsplit(host).port or 22
    portal, database = urlsplit(str(outputs["portalUrl"])).port or 443, urlsplit(str(outputs["databaseUrl"])).port
    return (
        f"up: a firewall before {name} lets in TCP {portal} for everybody's browser, {database} for this machine and "
        f"for desktop tools, and {ssh} for this machine; nothing else is needed"
    )


def told(stack: Stack) -> bool:
    """Say it, and look; whether the portal answers where it has to."""
    https = stack_file.setting(stack.file, "https", stack.project)
    tunnelled = isinstance(https, dict) and https.get("bind") in LOOPBACK
    if not stack.engine.startswith("ssh://") or tunnelled:
        return True
    outputs = stack.secrets()
    say(firewall(stack.engine, outputs))
    try:
        say(f"up: seen from here, {asyncio.run(Portal.of(outputs).answers())}")
    except FaultError as fault:
        say(
            f"up: all of it is made, and seen from here the portal is not well: {fault.wrong}; "
            f"what helps: {fault.mends}"
        )
        return False
    return True
