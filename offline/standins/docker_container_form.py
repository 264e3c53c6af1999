"""A container in the engine's form.

In: a resource's inputs, what the engine tells. Out: the engine's "create a container", an archive, a state. All pure.
"""

import io
import re
import tarfile
import time
from typing import Any

from offline.standins.docker_host import engine_labels
from offline.standins.resource import Failed
from offline.standins.values import Values

MIB = 1024 * 1024
_SECOND = 1_000_000_000
_UNITS = {"ms": _SECOND // 1000, "s": _SECOND, "m": 60 * _SECOND, "h": 3600 * _SECOND}


def engine_config(inputs: Values) -> dict[str, Any]:
    """The body of the engine's "create a container" from the resource's inputs."""
    volumes, ports = inputs.get("volumes", []), inputs.get("ports", [])
    if not all(volume.get("containerPath") for volume in volumes):
        raise Failed("a volume entry needs either a container path or a source container")
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        place = {"HostPort": str(port.get("external", 0)), "HostIp": port.get("ip", "0.0.0.0")}  # noqa: S104 -- default
        bindings.setdefault(f"{port['internal']}/{port.get('protocol', 'tcp')}", []).append(place)
    security = list(inputs.get("securityOpts", []))
    host = {
        "Privileged": inputs.get("privileged", False),
        "RestartPolicy": restart(inputs),
        "Init": False,
        "NetworkMode": inputs.get("networkMode"),
        "LogConfig": {"Type": inputs.get("logDriver", ""), "Config": inputs.get("logOpts")},
        "Tmpfs": inputs.get("tmpfs"),
        "PortBindings": bindings,
        "Binds": [
            f"{volume['volumeName']}:{volume['containerPath']}:{'ro' if volume.get('readOnly') else 'rw'}"
            for volume in volumes
            if volume.get("volumeName")
        ],
        "CapAdd": inputs.get("capabilities", {}).get("adds"),
        "CapDrop": inputs.get("capabilities", {}).get("drops"),
        "Devices": [
            {
                "PathOnHost": device["hostPath"],
                "PathInContainer": device.get("containerPath") or device["hostPath"],
                "CgroupPermissions": "rwm",
            }
            for device in inputs.get("devices", [])
        ],
        "Memory": mebibytes(inputs.get("memory")),
        "MemorySwap": mebibytes(inputs.get("memorySwap")),
        "NanoCpus": _nano_cpus(inputs.get("cpus")),
        "SecurityOpt": security,
    }
    if "systempaths=unconfined" in security:  # the client's own option: the engine knows it as two empty lists
        security.remove("systempaths=unconfined")
        host |= {"MaskedPaths": [], "ReadonlyPaths": []}
    return {
        "Image": inputs["image"],
        "Hostname": inputs.get("hostname", ""),
        "Env": inputs.get("envs"),
        "Labels": engine_labels(inputs),
        "ExposedPorts": {port: {} for port in bindings},
        "Volumes": {volume["containerPath"]: {} for volume in volumes},
        "Healthcheck": _healthcheck(inputs.get("healthcheck")),
        "HostConfig": {key: value for key, value in host.items() if value is not None},
    }


def container_state(known: Values, found: dict[str, Any]) -> Values:
    """What was known, corrected by what the engine tells of the container.

    Its environment and labels mix with the image's and are kept as given, as are uploads, volumes and networks.
    """
    config, host, running = found["Config"], found["HostConfig"], found["State"]["Running"]
    state = known | {
        "name": found["Name"].removeprefix("/"),
        "image": found["Image"] if str(known.get("image", "")).startswith("sha256:") else config["Image"],
        "hostname": config["Hostname"],
        "restart": host["RestartPolicy"]["Name"],
        "tmpfs": host.get("Tmpfs"),
        "securityOpts": host.get("SecurityOpt") or [],
        "privileged": host["Privileged"],
        "memory": host["Memory"] // MIB,
        "memorySwap": host["MemorySwap"] // MIB if host["MemorySwap"] > 0 else host["MemorySwap"],
        "logDriver": host["LogConfig"]["Type"],
        "networkMode": host["NetworkMode"],
    }
    if host.get("CapAdd") or host.get("CapDrop"):
        state["capabilities"] = {"adds": host.get("CapAdd") or [], "drops": host.get("CapDrop") or []}
    if host.get("NanoCpus"):
        state["cpus"] = str(host["NanoCpus"] / _SECOND)
    if config.get("Healthcheck"):
        state["healthcheck"] = _healthcheck_state(config["Healthcheck"])
    if known.get("logOpts"):
        state["logOpts"] = host["LogConfig"].get("Config")
    if known.get("devices"):
        state["devices"] = [
            {
                "hostPath": device["PathOnHost"],
                "containerPath": device["PathInContainer"],
                "permissions": device["CgroupPermissions"],
            }
            for device in host.get("Devices") or []
        ]
    if known.get("ports") and (running or known.get("mustRun", True)):
        state["ports"] = _ports_state(found["NetworkSettings"].get("Ports") or {})
    if not running:
        state["mustRun"] = False
    return {name: value for name, value in state.items() if value is not None}


def upload_archive(uploads: list[Values]) -> bytes:
    """The files to put into a new container: root's, with the mode that was asked for."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for upload in uploads:
            if not upload.get("content"):
                raise Failed(
                    f"error with upload content of {upload['file']}:"
                    " one and only one of 'content', 'content_base64', or 'source' must be set"
                )
            content = upload["content"].encode()
            entry = tarfile.TarInfo(upload["file"].lstrip("/"))
            entry.size = len(content)
            entry.mtime = int(time.time())
            entry.mode = int(upload.get("permissions") or "0644", 8)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def restart(inputs: Values) -> dict[str, Any]:
    """When the engine starts the container again by itself."""
    return {"Name": inputs.get("restart", "no"), "MaximumRetryCount": 0}


def mebibytes(amount: int | None) -> int | None:
    """An amount of memory in the engine's unit; none and "unlimited" as they are."""
    return amount * MIB if amount and amount > 0 else amount


def nanoseconds(duration: str) -> int:
    """A duration as Go writes it ("1m30s", "500ms") in the engine's unit."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise Failed(f"'{duration}' is not a duration such as 1m30s or 500ms")
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts))


def go_duration(amount: int) -> str:
    """The engine's nanoseconds as Go prints a duration, which is what the official plugin records."""
    if 0 < amount < _SECOND:
        return f"{amount / _UNITS['ms']:.9g}ms"
    hours, rest = divmod(amount, _UNITS["h"])
    minutes, rest = divmod(rest, _UNITS["m"])
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest / _SECOND:.12g}s"


def _nano_cpus(cpus: str | None) -> int | None:
    try:
        return round(float(cpus) * _SECOND) if cpus else None
    except ValueError as error:
        raise Failed(f"Error setting cpus: '{cpus}' is not a number") from error


def _healthcheck(check: Values | None) -> dict[str, Any] | None:
    if check is None:
        return None
    durations = {"Interval": "interval", "Timeout": "timeout", "StartPeriod": "startPeriod"}
    engine = {key: nanoseconds(check.get(name, "0s")) for key, name in durations.items()}
    return engine | {"Test": check.get("tests", []), "Retries": check.get("retries", 0)}


def _healthcheck_state(check: dict[str, Any]) -> Values:
    durations = {name: name[0].upper() + name[1:] for name in ("interval", "timeout", "startPeriod", "startInterval")}
    state = {name: go_duration(check.get(key, 0)) for name, key in durations.items()}
    return state | {"tests": check.get("Test", []), "retries": check.get("Retries", 0)}


def _ports_state(ports: dict[str, Any]) -> list[Values]:
    return [
        {
            "internal": int(port.split("/")[0]),
            "external": int(binding["HostPort"]),
            "ip": binding["HostIp"],
            "protocol": port.split("/")[1],
        }
        for port in sorted(ports, key=lambda port: int(port.split("/")[0]))
        for binding in ports[port] or []
    ]
