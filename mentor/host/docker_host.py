"""The Docker host as a plain value: where it is, how its things are named and labelled.

Comes in: the stack's name and the host's URL from ``hosts``. Goes out: names, labels, what a command needs to reach it.
"""

from dataclasses import dataclass

from mentor.settings.hosts import HostAddress, host_of

# One line per connection that fails beats a minute of silence; one shared connection stays below sshd's MaxStartups.
SSH_OPTIONS = ["-o", "ConnectTimeout=10", "-o", "BatchMode=yes", "-o", "ControlMaster=auto",
               "-o", "ControlPath=~/.ssh/mentor-%C", "-o", "ControlPersist=60"]  # fmt: skip


@dataclass(frozen=True)
class DockerHost:
    """Where containers live and what they are called. ``url`` is ``unix://...`` or ``ssh://...`` from ``hosts``."""

    stack: str
    url: str

    @property
    def address(self) -> HostAddress:
        """The URL, taken apart."""
        return host_of(self.url)

    @property
    def is_remote(self) -> bool:
        """Whether the engine is reached over SSH."""
        return self.address.is_remote

    @property
    def hostname(self) -> str:
        """The name or address under which the operator's machine reaches this host's published ports."""
        return self.address.name

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs so that its docker CLI talks to this host."""
        return {"DOCKER_HOST": self.url}

    def name(self, thing: str) -> str:
        """The name on the host of one of the stack's things: two stacks live side by side."""
        return f"mentor-{self.stack}-{thing}"

    def labels(self, person: str | None = None) -> dict[str, str]:
        """What marks a thing as this stack's, and as one person's."""
        return {"mentor.stack": self.stack} | ({"mentor.student": person} if person else {})
