"""Whether the host has an image, or could pull it, asked before anything depends on it; nothing is pulled.

Comes in: the host, an image's name. Goes out: yes, or why not. The engine itself is asked: its mirrors, proxies and
certificates decide, not this machine's.
"""

import json

from mentor.host.docker_host import DockerHost
from mentor.host.probe import HostError, ask

PATIENCE_SECONDS = 4
"""For a registry. Without a network the engine says so at once; only one that swallows packets takes all of it."""


def has_image(host: DockerHost, name: str) -> bool:
    """Whether the engine holds an image of this name."""
    try:
        ask(host, ["docker", "image", "inspect", "--format", "{{.Id}}", name], "docker image inspect")
    except HostError:
        return False
    return True


def refusal(host: DockerHost, name: str) -> str | None:
    """Why the engine cannot pull an image; nothing when it can."""
    request = f"GET /distribution/{name}/json HTTP/1.0\r\nHost: engine\r\n\r\n"
    try:
        answer = ask(host, ["docker", "system", "dial-stdio"], "the question for the image",
                     told=request, seconds=PATIENCE_SECONDS)  # fmt: skip
    except HostError as error:
        return str(error).partition("; try: ")[0]
    head, _, body = answer.partition("\n\n")  # line ends were made one while reading
    if " 200 " in head.partition("\n")[0]:
        return None
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return f"the engine answered {head[:100]!r}"
