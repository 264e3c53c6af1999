"""Serve the app on the backplane, take in a new class, or print who has done what.

Usage: ``python3 -m spyglass [class-put | grades]``.
"""

import ipaddress
import logging
import socket
import sys
import time

import uvicorn

from spyglass import app, classroom, metrics, settings, store
from spyglass.progress import history, sheets

log = logging.getLogger("spyglass")

JOIN_PATIENCE = 15.0  # seconds for the engine to plug in the backplane
MESSAGE_LIMIT = 64 * 1024  # bytes of a websocket message; the page sends pastes in pieces


def own_address(network: ipaddress.IPv4Network, port: int = 9) -> str:
    """This machine's address inside a network: the one the kernel would send from. No packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((str(network.network_address + 1), port))
        address: str = probe.getsockname()[0]
    if ipaddress.IPv4Address(address) not in network:
        raise OSError(f"no address of this machine is inside {network}")
    return address


def wait_for_address(network: ipaddress.IPv4Network) -> str:
    """The same, for as long as the network may still be on its way."""
    until = time.monotonic() + JOIN_PATIENCE
    while True:
        try:
            return own_address(network)
        except OSError as error:
            if time.monotonic() > until:
                raise SystemExit(f"SPYGLASS_NETWORK: {error}") from error
        time.sleep(0.2)


def serve() -> None:
    """Run until the container stops."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncssh").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the grader is asked every few seconds
    current = settings.from_environment()
    if current.network is None:  # pragma: no cover - from_environment always sets it
        raise SystemExit("SPYGLASS_NETWORK is not set")
    address = wait_for_address(current.network)
    log.info("listening on %s:%s and %s", address, current.port, metrics.PORT)
    here = app.build(current)
    config = uvicorn.Config(
        metrics.ByPort(app.create(here), here),
        http="h11",
        ws="websockets",
        ws_max_size=MESSAGE_LIMIT,
        ws_max_queue=8,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=False,
        # Whoever reaches this address sits on the backplane, where only the gateway speaks HTTP; it puts the
        # browser's address, and nothing that the browser claims, into X-Forwarded-For.
        proxy_headers=True,
        forwarded_allow_ips="*",
        access_log=False,  # the gateway keeps one
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run([socket.create_server((address, port)) for port in (current.port, metrics.PORT)])


def grades() -> int:
    """``grades``: the class as CSV on standard output, as the page /class.csv has it."""
    where = settings.Settings()
    course = classroom.Classroom(where.class_file).current()
    if course is None:
        sys.stderr.write("there is no class yet\n")
        return 1
    known = history.History(store.connect(where.database, history.SCHEMA))
    sys.stdout.buffer.write(sheets.whole_class(known, course))
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["grades"]:
        sys.exit(grades())
    if sys.argv[1:] == ["class-put"]:
        sys.exit(classroom.main(settings.Settings().class_file))
    serve()
