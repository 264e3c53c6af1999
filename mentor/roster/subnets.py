"""Every seat's own network, without anybody counting.

In: the pool, the stack's name and an id. Out: a /28 that depends on nothing else, so that a new or a missing neighbour
moves nobody; and, for networks that meet by chance, a free one to suggest.
"""

import hashlib
from collections.abc import Container
from ipaddress import IPv4Network
from itertools import chain

SEAT_PREFIX = 28
BACKPLANE_PREFIX = 26


def seat_network(pool: IPv4Network, stack: str, identifier: str) -> IPv4Network:
    """Return the network of one person's seat."""
    return _slot(pool, SEAT_PREFIX, f"{stack}/seat/{identifier}")


def backplane_network(pool: IPv4Network, stack: str) -> IPv4Network:
    """Return the network of the services."""
    return _slot(pool, BACKPLANE_PREFIX, f"{stack}/backplane")


def _slot(pool: IPv4Network, prefix: int, key: str) -> IPv4Network:
    if pool.prefixlen > prefix:
        return pool  # too small for anything; the settings' report says so
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % seats_in(pool, prefix)
    return _nth(pool, prefix, number)


def _nth(pool: IPv4Network, prefix: int, number: int) -> IPv4Network:
    return IPv4Network((int(pool.network_address) + (number << (32 - prefix)), prefix))


def seats_in(pool: IPv4Network, prefix: int = SEAT_PREFIX) -> int:
    """Count the networks of this size that a pool holds."""
    return 1 << max(prefix - pool.prefixlen, 0)


def blocks(network: IPv4Network) -> range:
    """Number the /28 blocks that a network covers: two networks meet exactly when they share one."""
    first = int(network.network_address) >> (32 - SEAT_PREFIX)
    return range(first, first + seats_in(network))


def free_network(pool: IPv4Network, near: IPv4Network, taken: Container[int]) -> IPv4Network | None:
    """Find the next seat network in the pool after `near` that covers no block already taken."""
    inside = blocks(pool)
    start = blocks(near)[-1]
    after = range(max(start + 1, inside[0]), inside[-1] + 1)
    found = next((block for block in chain(after, inside) if block not in taken), None)
    return None if found is None else IPv4Network((found << (32 - SEAT_PREFIX), SEAT_PREFIX))
