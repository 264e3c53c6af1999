"""A network namespace of the browser's own, with the portal's ports in it.

Chromium drops its connections (ERR_NETWORK_CHANGED) whenever an interface of the machine comes or goes, which is
what a Docker host does all the time. In here nothing ever changes: the portal's addresses lie on the loopback, and
what is accepted on them is passed on to the real ones outside.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

# Inside: listen on the addresses, hand the sockets out, and keep the namespace alive until stdin closes.
INSIDE = """
import socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
way_out = socket.socket(fileno=int(sys.argv[1]))
for place in sys.argv[2:]:
    address, port = place.rsplit(":", 1)
    if not address.startswith("127."):
        subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], check=True)
    listener = socket.create_server((address, int(port)))
    socket.send_fds(way_out, [b"x"], [listener.fileno()])
sys.stdin.read()
"""


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _pass_on(listener: socket.socket, place: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            try:
                inner, _ = listener.accept()
            except ConnectionAbortedError:
                continue  # it has gone already; those after it have not
            try:
                outer = socket.create_connection(place)
            except OSError:
                inner.close()
                continue
            threading.Thread(target=_pump, args=(inner, outer), daemon=True).start()
            threading.Thread(target=_pump, args=(outer, inner), daemon=True).start()


@contextmanager
def browser_command(chromium: str, urls: Sequence[str], folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The executable to start, and flags for it; Chromium itself where a namespace cannot be made."""
    places: dict[tuple[str, int], str] = {}
    for url in urls:
        parts = urlsplit(url)
        address = socket.gethostbyname(parts.hostname or "")
        places[(address, parts.port or 443)] = parts.hostname or ""
    if os.geteuid() != 0:
        yield chromium, []
        return
    ours, theirs = socket.socketpair()
    arguments = [str(theirs.fileno()), *(f"{address}:{port}" for address, port in places)]
    inside = subprocess.Popen(
        ["unshare", "--net", sys.executable, "-c", INSIDE, *arguments],
        stdin=subprocess.PIPE,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    listeners = []
    try:
        for place in places:
            _, (number,), _, _ = socket.recv_fds(ours, 1, 1)
            listeners.append(socket.socket(fileno=number))
            threading.Thread(target=_pass_on, args=(listeners[-1], place), daemon=True).start()
        wrapper = folder / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec nsenter --net=/proc/{inside.pid}/ns/net {chromium} "$@"\n')
        wrapper.chmod(0o755)
        names = ",".join(f"MAP {name} {address}" for (address, _), name in places.items() if name != address)
        yield str(wrapper), [f"--host-resolver-rules={names}"] if names else []
    finally:
        for listener in listeners:
            listener.close()
        inside.communicate()
