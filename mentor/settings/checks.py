"""What more than one setting decides, or a file that a setting names.

In: settings that hold by themselves, and the folder that paths are relative to. Out: more lines in the report.
A rule stays silent when one of its keys is already reported.
"""

import re
import ssl
from pathlib import Path

from mentor.settings import addresses
from mentor.settings.grafana import is_email
from mentor.settings.model import WorkshopSettings
from mentor.settings.problems import Problems, show
from mentor.settings.values import is_file

STACK = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LONGEST_STACK = 40
LONGEST_PEM = 1 << 20
HTTPS_PORT = 443


def check(settings: WorkshopSettings, root: Path, stack: str, problems: Problems) -> None:
    """Report every rule that these settings break together."""
    _stack(stack, problems)
    _addresses(settings, problems)
    _ports(settings, problems)
    _https(settings, root, problems)
    _host(settings, problems)
    _seat(settings, root, problems)
    _directory(settings, root, problems)
    _grafana(settings, problems)
    if problems.clean("archive.folder") and settings.archive.folder.parts[0] not in {"/", "~"}:
        problems.add(
            "archive.folder", f"{show(str(settings.archive.folder))} is not a full path: start it with / or ~/"
        )


def _stack(stack: str, problems: Problems) -> None:
    if not STACK.fullmatch(stack) or len(stack) > LONGEST_STACK:
        problems.add_elsewhere(
            "stack",
            f"{show(stack)} cannot be part of the names of images, networks and machines: choose a stack name "
            f"of lower-case letters, digits and hyphens, at most {LONGEST_STACK} long",
        )


def _addresses(settings: WorkshopSettings, problems: Problems) -> None:
    seen: dict[str, int] = {}
    for index, name in enumerate(settings.address):
        if name in seen and problems.clean("address"):
            problems.add(f"address[{index}]", f"{show(str(name))} is address[{seen[name]}] again: remove one")
        seen.setdefault(name, index)


def _ports(settings: WorkshopSettings, problems: Problems) -> None:
    if problems.clean("https.port", "database.port") and settings.https.port == settings.database.port:
        problems.add("database.port", f"{settings.database.port} is https.port too: choose another")


def _https(settings: WorkshopSettings, root: Path, problems: Problems) -> None:
    https = settings.https
    if not problems.clean("https.tls"):
        return
    if https.tls == "acme":
        _acme(settings, problems)
    if https.tls == "files":
        for key, name, mark in (
            ("https.certificate", https.certificate, "CERTIFICATE"),
            ("https.key", https.key, "PRIVATE KEY"),
        ):
            if name is None and problems.clean(key):
                problems.add(key, "is required with https.tls: files; write the path of a PEM file")
            _pem(key, name, root, mark, problems)
        _pair(settings, root, problems)
        return
    for key, given in (("https.certificate", https.certificate), ("https.key", https.key)):
        if given is not None and problems.clean(key):
            problems.add(key, f"{show(str(given))} is used only with https.tls: files; set that, or leave this out")


def _acme(settings: WorkshopSettings, problems: Problems) -> None:
    if settings.https.email is None and problems.clean("https.email"):
        problems.add(
            "https.email", "is required with https.tls: acme; the authority writes there when something is wrong"
        )
    if settings.https.port != HTTPS_PORT and problems.clean("https.port"):
        problems.add(
            "https.port",
            f"{settings.https.port} does not go with https.tls: acme; the authority asks on 443: write 443",
        )
    if problems.clean("address") and not any(addresses.is_public_name(name) for name in settings.address):
        problems.add(
            "address",
            f"{show(list(settings.address))} holds no public DNS name, and https.tls: acme needs one: "
            "add it, as in lab.example.org, or use https.tls: internal",
        )


def _pem(key: str, name: Path | None, root: Path, mark: str, problems: Problems) -> None:
    """A file that a setting names: there, readable, and PEM of the right kind."""
    if name is None or not problems.clean(key):
        return
    path = root / name
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_PEM)
    except OSError as error:
        problems.add(key, f"{show(str(name))} cannot be read ({path}: {error.strerror}): write the path of a PEM file")
        return
    if f"{mark}-----".encode() not in content:
        problems.add(key, f"{show(str(name))} holds no {mark} in PEM form (-----BEGIN …-----)")
    elif b"ENCRYPTED" in content:
        problems.add(
            key, f"{show(str(name))} is encrypted, and nobody is there to type its passphrase: give it without one"
        )


def _host(settings: WorkshopSettings, problems: Problems) -> None:
    if not problems.clean("hosts") or not settings.host.is_remote:
        return
    host = settings.host
    if addresses.is_loopback(settings.database.bind) and problems.clean("database.bind"):
        problems.add(
            "database.bind",
            f"{show(settings.database.bind)} cannot be reached from here when the host is {host.url}, and this machine "
            "creates the databases: write the host's address there, or 0.0.0.0 for all of its addresses",
        )
    unreached = settings.https.bind is None and all(map(addresses.is_loopback, settings.address))
    if unreached and problems.clean("address", "https.bind"):
        problems.add(
            "address",
            f"{show(list(settings.address))} leads nobody to {host.name}: write the name or address under which people "
            "open that host first; behind a tunnel of your own, set https.bind to 127.0.0.1 instead",
        )


def _pair(settings: WorkshopSettings, root: Path, problems: Problems) -> None:
    """Certificate and key belong together, or the gateway would not start, two minutes later."""
    certificate, key = settings.https.certificate, settings.https.key
    if certificate is None or key is None or not problems.clean("https.certificate", "https.key"):
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(root / certificate, root / key)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            problems.add("https.key", f"{show(str(key))} is not the key of https.certificate: give the two of one pair")
        else:
            reason = (error.reason or "unreadable").replace("_", " ").lower()
            problems.add(
                "https.certificate",
                f"{show(str(certificate))} and its key cannot be used ({reason}): give both as openssl writes them",
            )


def _seat(settings: WorkshopSettings, root: Path, problems: Problems) -> None:
    name = settings.seat.dockerfile
    if name is not None and problems.clean("seat.dockerfile"):
        _seat_dockerfile(root / name, show(str(name)), settings, root, problems)
    seen: set[str] = set()
    for index, package in enumerate(settings.seat.packages):
        if package in seen and problems.clean("seat.packages"):
            problems.add(f"seat.packages[{index}]", f"{show(package)} is there twice: remove one")
        seen.add(package)


def _seat_dockerfile(path: Path, shown: str, settings: WorkshopSettings, root: Path, problems: Problems) -> None:
    """The whole folder goes to the engine, and one changed file in it makes every seat anew: it holds nothing else."""
    if not is_file(path):
        problems.add("seat.dockerfile", f"{shown} is not there ({path}): write a path relative to Pulumi.yaml")
        return
    folder = path.resolve().parent
    for kept, what in (
        (root, "the project, with its stack files and printed cards"),
        (root / settings.course, "the course"),
    ):
        if kept.resolve().is_relative_to(folder):
            problems.add(
                "seat.dockerfile",
                f"{shown} lies in {folder}, which holds {what}: all of it would go to the host and make every seat "
                "anew when it changes; give the Dockerfile a folder of its own, as in seat/Dockerfile",
            )
            return


def _directory(settings: WorkshopSettings, root: Path, problems: Problems) -> None:
    directory = settings.directory
    if not problems.clean("directory.url"):
        return
    needed = {
        "directory.base": (directory.base, "where the people are, as in ou=people,dc=example,dc=org"),
        "directory.bindDn": (directory.bind_dn, "the account that looks people up"),
        "directory.bindPassword": (
            directory.bind_password,
            "`pulumi config set --secret --path directory.bindPassword` asks for it",
        ),
    }
    for key, (given, what) in needed.items():
        if directory.url is not None and given is None and problems.clean(key):
            problems.add(key, f"is required with directory.url: {what}")
    _pem("directory.ca", directory.ca, root, "CERTIFICATE", problems)
    if directory.url is None:
        lone = [key for key, (given, _) in needed.items() if given is not None and problems.clean(key)]
        lone += ["directory.ca"] if directory.ca is not None and problems.clean("directory.ca") else []
        for key in lone:
            problems.add(key, "belongs to an LDAP directory of your own: set directory.url too, or leave this out")


def _grafana(settings: WorkshopSettings, problems: Problems) -> None:
    grafana = settings.grafana
    if not problems.clean("grafana.url"):
        return
    _contact(settings, problems)
    needed = {
        "grafana.auth": (
            grafana.auth,
            "a service account's token, role Admin; `pulumi config set --secret --path grafana.auth` asks for it",
        ),
        "grafana.prometheusUrl": (
            grafana.prometheus_url,
            "where that Grafana reaches this workshop's Prometheus, as in http://192.0.2.7:9090",
        ),
    }
    for key, (given, what) in needed.items():
        if not problems.clean(key):
            continue
        if grafana.url is not None and given is None:
            problems.add(key, f"is required with grafana.url: {what}")
        if grafana.url is None and given is not None:
            problems.add(key, "belongs to a Grafana of your own: set grafana.url too, or leave this out")


def _contact(settings: WorkshopSettings, problems: Problems) -> None:
    """What the workshop's own Grafana cannot send, or would show to students."""
    grafana = settings.grafana
    if grafana.contact is None or not grafana.own or not problems.clean("grafana.contact", "grafana.enabled"):
        return
    if is_email(grafana.contact.get_secret_value()):
        problems.add(
            "grafana.contact",
            "is an e-mail address, and the workshop's own Grafana has no mail server to send by: give the address of a "
            "webhook, or a Grafana that has one, by grafana.url",
        )
    elif settings.visibility != "own" and problems.clean("visibility"):
        problems.add(
            "grafana.contact",
            f"does not go with visibility: {settings.visibility}; students then use the workshop's Grafana, where "
            "every user may read the webhook's address: leave visibility at own, or this out",
        )
