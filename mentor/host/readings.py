"""The kernel's and the engine's own words, read: places where ports are held, routes, networks.

In: lines of ``/proc/net``, JSON of ``docker network inspect``. Out: addresses and networks. What cannot be read is left
out: nobody's workshop waits for a line that a newer kernel writes in another way.
"""

import contextlib
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Any

from mentor.settings.addresses import EVERYWHERE

Place = tuple[str, int]
"""An IP address of the host, ``0.0.0.0`` and ``::`` for all of them, and a port."""

UP, REJECT = 0x1, 0x200
BROADEST = 8
"""Broader than this is not a network that somebody has, but a way out: a VPN that takes everything has two halves."""


def places(lines: Iterable[str]) -> frozenset[Place]:
    """Read ``0100007F:1F90``: an address in 32-bit words, each as this kind of processor keeps it, and a port."""
    found = set()
    for line in lines:
        words, _, port = line.partition(":")
        with contextlib.suppress(ValueError):
            packed = b"".join(bytes.fromhex(words[start : start + 8])[::-1] for start in range(0, len(words), 8))
            address = ip_address(packed)
            found.add((str(getattr(address, "ipv4_mapped", None) or address), int(port, 16)))
    return frozenset(found)


def published(lines: Iterable[str]) -> frozenset[Place]:
    """Read ``127.0.0.1 8443``. Published on all addresses, it may be held on all of IPv6 too: engines differ."""
    found: set[Place] = set()
    for address, _, port in (line.rpartition(" ") for line in lines if line.strip()):
        found |= {(each, int(port)) for each in (EVERYWHERE if address in {"", *EVERYWHERE} else [address])}
    return frozenset(found)


def routes(lines: Iterable[str], known: Iterable[IPv4Network]) -> tuple[tuple[str, IPv4Network], ...]:
    """Read ``eth0 000200C0 0001 00FFFFFF``: interface, network, flags, mask; without those that are known otherwise."""
    found, skipped = [], set(known)
    for line in lines:
        with contextlib.suppress(ValueError):
            interface, network, flags, mask = line.split()
            address, netmask = (IPv4Address(bytes.fromhex(each)[::-1]) for each in (network, mask))
            target = IPv4Network(f"{address}/{netmask}", strict=False)
            leads_somewhere = int(flags, 16) & (UP | REJECT) == UP
            if leads_somewhere and target.prefixlen >= BROADEST and target not in skipped:
                found.append((interface, target))
    return tuple(found)


def networks(found: Iterable[Mapping[str, Any]], stack: str) -> tuple[tuple[str, IPv4Network, bool], ...]:
    """Read the engine's networks: name, subnet, and whether it is this stack's."""
    read = []
    for each in found:
        mine = (each.get("Labels") or {}).get("mentor.stack") == stack
        for config in (each.get("IPAM") or {}).get("Config") or []:
            # An engine takes a subnet with host bits, 192.168.7.9/24, and keeps it like that; and there is IPv6.
            with contextlib.suppress(ValueError):
                read.append((each["Name"], IPv4Network(config.get("Subnet") or "", strict=False), mine))
    return tuple(read)
