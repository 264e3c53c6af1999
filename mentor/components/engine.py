"""Docker on a server that had none: installed over SSH, and the image on it that all others are built on.

Comes in: the host, and whether something of it is missing. Goes out: a component to wait for. Its two commands change
nothing where all is there, and nothing of them goes with the workshop.
"""

import shlex
import time

import pulumi
import pulumi_command as command

from mentor.components.commands import RUN_SCRIPT, SCRIPTS
from mentor.host import remote
from mentor.host.docker_host import DockerHost
from mentor.host.probe import BASE_IMAGE

AS_ROOT = '[ "$(id -u)" = 0 ] && exec bash -s || exec sudo -n bash -s'
ALIVE = ("-o", "ServerAliveInterval=15")
"""Packages come without a word for minutes, which some firewalls take for the end."""
# Who was let into a group is in it from his next connection on: the shared ones take no more calls.
ANEW = """
for socket in "${XDG_RUNTIME_DIR:-$HOME/.ssh}"/mentor-* "$HOME"/.ssh/mentor-*; do
  [ ! -S "$socket" ] || ssh -o ControlPath="$socket" -O stop any 2> /dev/null || true
done
"""


class DockerEngine(pulumi.ComponentResource):
    """Docker from the packages of Debian or Ubuntu, and what the kernel has to allow for seats."""

    def __init__(
        self, name: str, host: DockerHost, *, is_missing: bool, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """With ``is_missing`` both commands run, also where the state has them: the server may be another by now."""
        super().__init__("mentor:index:DockerEngine", name, None, opts)
        again = [time.time_ns()] if is_missing else None
        child = pulumi.ResourceOptions(parent=self, ignore_changes=None if is_missing else ["triggers"])
        ssh, *rest = remote.command(host, ["sh", "-c", AS_ROOT])
        installed = command.local.Command(
            "docker-installed",
            create=RUN_SCRIPT,
            stdin=(SCRIPTS / "install-docker.sh").read_text(encoding="utf-8"),
            environment={"SCRIPT": f"{shlex.join([ssh, *ALIVE, *rest])} || exit{ANEW}"},
            triggers=again,
            opts=child,
        )
        command.local.Command(
            "debian-image",
            create=RUN_SCRIPT,
            environment={
                **host.environment,
                "SCRIPT": (SCRIPTS / "base-image.sh").read_text(encoding="utf-8"),
                "IMAGE": BASE_IMAGE,
            },
            triggers=again,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=[installed])),
        )
        self.register_outputs({})
