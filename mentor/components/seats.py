"""The seats: one unprivileged container per person, with a Docker engine of its own.

Comes in: the roster, the seat's limits, the seat image, the key that opens a terminal. Goes out: per person a machine,
a network of its own, and two volumes that outlive the machine.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker

from mentor.components import earlier
from mentor.components.ground import network, volume
from mentor.host.docker_host import DockerHost
from mentor.roster.model import Person, Roster
from mentor.settings.model import SeatSettings

SECCOMP = Path("images/seat/seccomp.json")
CAPABILITIES = ("NET_ADMIN", "SETGID", "SETPCAP", "SETUID")
"""What a rootless engine needs to map its users. The other two are for the first process alone: it lays routes that no
student may change, and gives both up for good before anything of his runs."""


def rights() -> docker.ContainerCapabilitiesArgs:
    """All but `CAPABILITIES` are dropped."""
    return docker.ContainerCapabilitiesArgs(drops=["ALL"], adds=[f"CAP_{name}" for name in CAPABILITIES])


def confinement() -> list[str]:
    """The seat's security options. Its engine mounts a /proc of its own, which a masked one would forbid.

    The filter without its comments and blanks: the state holds it twice for each seat, and is written at every step.
    """
    profile = json.loads(SECCOMP.read_text(encoding="utf-8"))
    profile["syscalls"] = [{key: rule[key] for key in rule if key != "comment"} for rule in profile["syscalls"]]
    said = json.dumps(profile, separators=(",", ":"))
    return ["apparmor=unconfined", f"seccomp={said}", "systempaths=unconfined"]


@dataclass(frozen=True, kw_only=True)
class SeatArgs:
    """What all seats have in common.

    ``counts_swap``: whether the host's engine limits swap beside memory. ``after``: what a machine waits for, while its
    network and its volumes are made.
    """

    host: DockerHost
    limits: SeatSettings
    time_zone: str
    image: pulumi.Input[str]
    material: docker.Volume
    authorized_key: pulumi.Input[str]
    counts_swap: bool
    after: pulumi.Resource


@dataclass(frozen=True)
class Seat:
    """One person's machine, network and volumes."""

    network: docker.Network
    home: docker.Volume
    engine: docker.Volume
    machine: docker.Container


class Seats(pulumi.ComponentResource):
    """The class: a seat per person, by id."""

    by_id: Mapping[str, Seat]

    def __init__(self, name: str, roster: Roster, args: SeatArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mentor:index:Seats", name, None, opts)
        if args.limits.isolation == "privileged":
            pulumi.log.warn("seat.isolation is privileged: every student can become root on the host", self)
        self.by_id = {person.id: self._seat(person, args) for person in roster.people}
        self.register_outputs({})

    def _seat(self, person: Person, args: SeatArgs) -> Seat:
        child = pulumi.ResourceOptions(parent=self, aliases=[earlier.below("Seats", "Seat", person.id)])
        privileged = args.limits.isolation == "privileged"
        thing = f"seat-{person.id}"
        own = network(f"{person.id}-network", args.host, thing, person.subnet, person.id, child)
        home = volume(f"{person.id}-home", args.host, f"{thing}-home", person.id, child)
        engine = volume(f"{person.id}-engine", args.host, f"{thing}-engine", person.id, child)
        machine = docker.Container(
            f"{person.id}-machine",
            name=args.host.name(thing),
            hostname=person.id,
            image=args.image,
            networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=own.name, aliases=["seat"])],
            volumes=[
                docker.ContainerVolumeArgs(container_path="/home/student", volume_name=home.name),
                docker.ContainerVolumeArgs(container_path="/var/lib/engine", volume_name=engine.name),
                docker.ContainerVolumeArgs(container_path="/course", volume_name=args.material.name, read_only=True),
            ],
            uploads=[docker.ContainerUploadArgs(file="/etc/seat/authorized_keys", content=args.authorized_key)],
            envs=[f"STUDENT={person.id}", f"TZ={args.time_zone}"],
            labels=[
                docker.ContainerLabelArgs(label=key, value=value) for key, value in args.host.labels(person.id).items()
            ],
            cpus=f"{args.limits.cpus:g}" if args.limits.cpus % 1 else f"{args.limits.cpus:.1f}",
            memory=args.limits.memory_mib,
            # As much again, as the engine would have it. Unsaid it stays what it was, and memory above it is refused.
            memory_swap=2 * args.limits.memory_mib if args.counts_swap else None,
            restart="unless-stopped",
            log_driver="json-file",
            log_opts={"max-size": "1m", "max-file": "1"},
            destroy_grace_seconds=3,
            tmpfs={"/run/user/1000": "exec,uid=1000,gid=1000,mode=700"},
            devices=[docker.ContainerDeviceArgs(host_path="/dev/net/tun", container_path="/dev/net/tun")],
            # In ``privileged`` every student is root on the host, which ``up`` says aloud.
            privileged=True if privileged else None,
            capabilities=None if privileged else rights(),
            security_opts=None if privileged else confinement(),
            opts=pulumi.ResourceOptions(
                parent=self,
                aliases=child.aliases,
                # Never read back: it would replace a seat. An engine that does not count swap says -1 there, and then
                # takes no other limit of memory.
                ignore_changes=["securityOpts"] if args.counts_swap else ["memorySwap", "securityOpts"],
                replace_on_changes=["tmpfs"] if args.counts_swap else ["memory", "tmpfs"],
                delete_before_replace=True,
                depends_on=[args.after],
            ),
        )
        return Seat(own, home, engine, machine)
