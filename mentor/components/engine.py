"""Docker on a server that had none: installed over SSH, and the image on it that all others are built on.

Comes in: the host, the id of its system. Goes out: a component to wait for. Two commands, which change nothing where
all is there; a server that was installed anew has another id, and gets both again. Nothing goes with the workshop.
"""

import shlex
from pathlib import Path

import pulumi
import pulumi_command as command

from mentor.components.commands import RUN_SCRIPT
from mentor.host import remote
from mentor.host.docker_host import DockerHost
from mentor.host.probe import BASE_IMAGE

SCRIPTS = Path(__file__).parent / "scripts"
AS_ROOT = '[ "$(id -u)" = 0 ] && exec bash -s || exec sudo -n bash -s'
# Who was let into a group is in it from his next connection on: the shared ones take no more calls.
ANEW = """
for socket in "${XDG_RUNTIME_DIR:-$HOME/.ssh}"/mentor-* "$HOME"/.ssh/mentor-*; do
  [ ! -S "$socket" ] || ssh -o ControlPath="$socket" -O stop any 2> /dev/null || true
done
"""


class DockerEngine(pulumi.ComponentResource):
    """Docker from the packages of Debian or Ubuntu, and what the kernel has to allow for seats."""

    def __init__(self, name: str, host: DockerHost, machine: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """``machine`` is the id of the system there: Docker is installed once on each."""
        super().__init__("mentor:index:DockerEngine", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        install = shlex.join(remote.command(host, ["sh", "-c", AS_ROOT]))
        installed = command.local.Command(
            "docker-installed",
            create=RUN_SCRIPT,
            stdin=(SCRIPTS / "install-docker.sh").read_text(encoding="utf-8"),
            environment={"SCRIPT": f"{install} || exit{ANEW}", "MACHINE": machine},
            add_previous_output_in_env=False,
            opts=child,
        )
        command.local.Command(
            "debian-image",
            create=RUN_SCRIPT,
            environment={
                **host.environment,
                "SCRIPT": (SCRIPTS / "base-image.sh").read_text(encoding="utf-8"),
                "IMAGE": BASE_IMAGE,
                "MACHINE": machine,
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[installed]),
        )
        self.register_outputs({})
