"""From a person's name to an id, and which names cannot be.

In: a name in any script. Out: an id ``[a-z][a-z0-9-]{0,30}`` that holds as Linux user, LDAP uid, PostgreSQL role,
DNS label and part of a container's name. It depends on the name alone, never on the place in a list, so no edit of
the list moves anybody else. It also depends on the tables of `anyascii`, which is pinned for that reason.
"""

import hashlib
import re
import unicodedata

from anyascii import anyascii

from mentor.settings.values import unseen

ID = re.compile(r"[a-z]([a-z0-9-]{0,29}[a-z0-9])?")
LONGEST_ID = 31  # a Linux user name has 32 characters at most, and useradd counts the end
LONGEST_NAME = 100
HASH_DIGITS = 5

# Linux: accounts of a Debian system and of what runs in the seat
SYSTEM = """root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody sshd messagebus
    systemd-network systemd-resolve systemd-timesync student ldap openldap"""
# PostgreSQL: its own names, words of pg_hba.conf, roles and databases of the workshop
DATABASE = """postgres template0 template1 public all none user sameuser samerole samegroup replication default
    provisioner loader students course lab reader exporter checker checkers grader keeper monitor reference"""
# LDAP, DNS and web: names with a meaning of their own
WEB = "admin administrator manager cn ou dc uid localhost www api ws static login logout"
OWN = """mentor teacher teachers seat seats gateway spyglass directory registry backplane prometheus grafana caddy
    docker guest everyone anonymous"""
RESERVED = frozenset(f"{SYSTEM} {DATABASE} {WEB} {OWN}".split())
RESERVED_PATTERNS = (re.compile(r"pg-.*"), re.compile(r"spare[0-9]*"), re.compile(r"xn--.*"))

# Cyrillic, Greek and Latin letters drawn like a basic Latin letter (from Unicode's confusables, UTS 39)
LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏүѵ" + "αβεικνορτυχϲϳ" + "\u0131\u0251\u0261\u0269",
    "abekmhopctyxijsdqwhlyv" + "abeikvoptuxcj" + "iagi",
)


def trouble(name: str) -> str | None:
    """Say what keeps a text from being a name, with the character and its position, or nothing."""
    if not name:
        return "is empty: write a name"
    if not name.strip():
        return "is nothing but spaces: write a name"
    for position, char in ((1, name[0]), (len(name), name[-1])):
        if unicodedata.category(char) == "Zs":
            return f"has a space (U+{ord(char):04X}) at position {position}: remove it"
    if hidden := unseen(name):
        return hidden
    if len(name) > LONGEST_NAME:
        return f"is {len(name)} characters long: at most {LONGEST_NAME}"
    return None


def slug(name: str) -> str | None:
    """Derive the id from a name; nothing when no letter or digit of it can be written in ASCII."""
    plain = anyascii(unicodedata.normalize("NFKC", name)).lower()
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['`]", "", plain)).strip("-")
    if not words:
        return None
    if words[0].isdigit():
        words = f"s-{words}"
    if len(words) <= LONGEST_ID:
        return words
    # Cut names would collide (brothers share their first thirty letters): a hash of the whole keeps them apart.
    digest = hashlib.sha256(unicodedata.normalize("NFKC", name).encode()).hexdigest()[:HASH_DIGITS]
    return f"{words[: LONGEST_ID - HASH_DIGITS - 1].rstrip('-')}-{digest}"


def id_trouble(identifier: str) -> str | None:
    """Say why a text cannot be an id, or nothing."""
    if ID.fullmatch(identifier):
        return None
    suggestion = slug(identifier)
    meant = f'; did you mean "{suggestion}"?' if suggestion and ID.fullmatch(suggestion) else ""
    return f"is not an id: lower-case letters, digits and hyphens, a letter first, at most {LONGEST_ID}{meant}"


def is_reserved(identifier: str) -> bool:
    """Tell whether an id is taken by the system, a server or the workshop itself."""
    return identifier in RESERVED or any(pattern.fullmatch(identifier) for pattern in RESERVED_PATTERNS)


def looks(name: str) -> str:
    """Fold a name to how it looks: two names with one look cannot be told apart on a screen."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(LOOKALIKES)
    return unicodedata.normalize("NFKC", folded)
