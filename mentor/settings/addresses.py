"""Readers of network values: names and addresses, networks, LDAP URLs and DNs.

In and out as in `values`: what the configuration holds comes in, the value in its one canonical form goes out,
and `ValueError` says the rule.
"""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from mentor.settings.values import text

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOSTNAME = re.compile(rf"{LABEL}(\.{LABEL})*")
LONGEST_HOSTNAME = 253  # RFC 1035, in its text form without the final dot

PRIVATE_POOLS = tuple(
    ipaddress.IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (compared; bound where people are meant)
"""All addresses of a host, in IPv4 and in IPv6."""
LOOPBACK = ("127.0.0.1", "::1")
LOOPBACK_NAME = "localhost"
NEVER_PUBLIC = frozenset(
    {"localhost", "local", "internal", "lan", "home", "corp", "intranet", "test", "invalid", "arpa"}
)
"""Last labels for which no public authority gives a certificate."""

DN_TYPE = r"([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)"
DN_ESCAPED = r"\\[0-9A-Fa-f]{2}|\\[ \"#+,;<=>\\]"
DN_INNER = rf"([^\0,+\"\\<>;]|{DN_ESCAPED})*"
DN_FIRST, DN_LAST = rf"([^\s\0,+\"\\<>;#=]|{DN_ESCAPED})", rf"([^\s\0,+\"\\<>;]|{DN_ESCAPED})"
DN_VALUE = rf"{DN_FIRST}({DN_INNER}{DN_LAST})?"
DN_PART = re.compile(rf"\s*(?P<type>{DN_TYPE})=(?P<value>{DN_VALUE})\s*")


def ip(value: object) -> str:
    """Read an IP address of this host to listen on."""
    try:
        return str(ipaddress.ip_address(str(value).strip("[]")))
    except ValueError:
        raise ValueError("is not an IP address: write one of the host's, 127.0.0.1 or 0.0.0.0") from None


def host_name(value: object) -> str:
    """Read what people type into the browser: a DNS name or an IP address, without scheme and port."""
    name = text(value, LONGEST_HOSTNAME).rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        if address.is_unspecified or address.is_multicast:
            raise ValueError("is not an address that a browser can open: write the host's own")
        return str(address)
    if HOSTNAME.fullmatch(name) and not name.rsplit(".", 1)[-1].isdigit():
        return name
    raise ValueError(f"is not a host name or IP address{_host_meant(name)}")


def _host_meant(name: str) -> str:
    split = urlsplit(name if "//" in name else f"//{name}")
    try:
        inner, port = split.hostname or "", split.port
    except ValueError:
        inner, port = "", None
    if not inner.isascii():
        try:
            inner = inner.encode("idna").decode()
        except UnicodeError:
            return ": letters, digits and hyphens only"
    if inner and inner != name and (HOSTNAME.fullmatch(inner) or is_ip(inner)):
        where = "; the port belongs to https.port" if port else ""
        return f': did you mean "{inner}"?{where}'
    return ": letters, digits, hyphens and dots only"


def is_ip(name: str) -> bool:
    """Tell an address from a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_ipv6(name: str) -> bool:
    """Tell whether browsers come over IPv6 to this; to an IPv4 address in IPv6's form they do not."""
    address = ipaddress.ip_address(name) if is_ip(name) else None
    return isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None


def is_loopback(name: str) -> bool:
    """Tell whether a name or address means the machine that asks."""
    if is_ip(name):
        return ipaddress.ip_address(name).is_loopback
    return name == LOOPBACK_NAME or name.endswith(f".{LOOPBACK_NAME}")


def binds(names: Sequence[str]) -> list[str]:
    """Tell on which of a host's addresses a port must be published for people who type these names and addresses.

    Loopback alone when each of them is; IPv6 where one of them is an IPv6 address, and nothing else where all are.
    """
    loopback = all(map(is_loopback, names))
    is_ipv6 = {_is_ipv6(name) for name in names if loopback or not _is_ipv6(name) or not is_loopback(name)}
    return [bind for family, bind in enumerate(LOOPBACK if loopback else EVERYWHERE) if bool(family) in is_ipv6]


def is_public_name(name: str) -> bool:
    """Tell whether a certificate authority could give a certificate for this name."""
    return not is_ip(name) and "." in name and name.rsplit(".", 1)[-1] not in NEVER_PUBLIC


def in_url(name: str) -> str:
    """Write a name or address as a URL has it: an IPv6 address in brackets."""
    return f"[{name}]" if ":" in name else name


def pool(value: object) -> ipaddress.IPv4Network:
    """Read the private network from which every seat gets its own /28."""
    try:
        network = ipaddress.IPv4Network(str(value))
    except ValueError:
        try:
            meant = ipaddress.IPv4Network(str(value), strict=False)
        except ValueError:
            raise ValueError("is not an IPv4 network: write one like 10.64.0.0/10") from None
        raise ValueError(f'has host bits set; did you mean "{meant}"?') from None
    if not any(network.subnet_of(private) for private in PRIVATE_POOLS):
        raise ValueError(f"is not private: choose one inside {', '.join(map(str, PRIVATE_POOLS))}")
    return network


def ldap_url(value: object) -> str:
    """Read an LDAP server's URL: ``ldaps://host[:port]``, or ``ldap://host[:port]`` for StartTLS."""
    url = text(value, 1000)
    try:
        split = urlsplit(url)
        port, name = split.port, split.hostname
    except ValueError:
        raise ValueError("has no valid port: ldaps://host:636") from None
    if split.scheme not in {"ldap", "ldaps"} or not name or port == 0:
        raise ValueError("is not an LDAP URL: write ldaps://host[:port], or ldap://host[:port] for StartTLS")
    if split.path not in {"", "/"} or split.query or split.username is not None:
        raise ValueError("is more than scheme, host and port: base, bindDn and attribute are settings of their own")
    if is_loopback(host_name(name)):
        raise ValueError("is this machine as the containers see themselves: write the server's name in the network")
    return f"{split.scheme}://{in_url(host_name(name))}" + (f":{port}" if port else "")


def distinguished_name(value: object) -> str:
    """Read a DN: ``ou=people,dc=example,dc=org`` (RFC 4514, without the multi-valued form)."""
    name = text(value, 1000)
    for part in re.split(r"(?<!\\),", name):
        match = DN_PART.fullmatch(part)
        if not match:
            raise ValueError(
                f'is not a DN: "{part.strip()}" is not name=value (RFC 4514), as in ou=people,dc=example,dc=org'
            )
        if match["type"].lower() == "dc" and not re.fullmatch(LABEL, match["value"].lower()):
            raise ValueError(f'is not a DN: "{match["value"]}" is no part of a domain (letters, digits, hyphens)')
    return name
