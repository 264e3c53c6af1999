"""The images that the course uses in the students' own engines.

Comes in: the course's image names, each built from a folder of the course or pulled by the host. Goes out: a registry
that every seat reads from and none can write to, so that thirty students fetch nothing from outside.
"""

import hashlib
from collections.abc import Sequence

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from mentor.components.commands import RUN_SCRIPT
from mentor.components.ground import volume
from mentor.components.images import Built, build, sweep
from mentor.components.services import ServiceArgs, put_into, service
from mentor.course.images import CourseImage
from mentor.host.docker_host import DockerHost

# `registry-has` spares the transfer where the same image is there already.
PUT = r"""set -euo pipefail
if [ -z "$IMAGE" ]; then
  docker image inspect "$NAME" >/dev/null 2>&1 || docker pull -q "$NAME" >/dev/null
  IMAGE=$(docker image inspect -f '{{.Id}}' "$NAME")
fi
docker exec "$REGISTRY" registry-has "$NAME" "$IMAGE" ||
  docker save "$IMAGE" | docker exec -i "$REGISTRY" registry-put "$NAME" """


def label(name: str) -> str:
    """An image's name as part of a resource's, another one for every image.

    ``lab/a:1`` reads ``lab-a-1``. Where that could be another image's too, as ``lab-a:1``, a part of its hash is added.
    """
    plain = name.replace("/", "-").replace(":", "-")
    if "-" not in name and name.count(":") == 1:
        return plain
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


class Registry(pulumi.ComponentResource):
    """A registry on the seats' networks, filled with the course's images."""

    server: docker.Container

    def __init__(
        self,
        name: str,
        host: DockerHost,
        backplane: docker.Network,
        image: pulumi.Input[str],
        images: Sequence[CourseImage],
        debian: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mentor:index:Registry", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        data = volume("registry-data", host, "registry", None, child)
        self.server = service(
            "registry",
            host,
            backplane,
            ServiceArgs(image=image, volumes={"/var/lib/registry": data.name}, health=["registry-ready"]),
            child,
        )
        built: dict[str, Built] = {}
        put: dict[str, pulumi.Resource] = {}
        for one in images:
            slug = label(one.name)
            if one.build:
                built[one.name] = build(f"course-{slug}", one.build, one.arguments(built), debian, child)
            # After what it is built on: then only its own layers go into the registry.
            after = [self.server, *([put[one.base]] if one.base else [])]
            put[one.name] = command.local.Command(
                f"{slug}-in-registry",
                create=RUN_SCRIPT,
                environment={
                    **host.environment,
                    "SCRIPT": PUT,
                    "NAME": one.name,
                    "IMAGE": built[one.name].id if one.build else "",
                    "REGISTRY": host.name("registry"),
                    **put_into(self.server),
                },
                triggers=[data.id],
                opts=pulumi.ResourceOptions(parent=self, depends_on=after),
            )
        if built:
            sweep("course-image-leftovers", host, [image.id for image in built.values()], child)
        self.register_outputs({})
