"""`docker.Container`: its properties, the engine's form of them, and its life."""
# ruff: noqa: D102 -- what an adapter's methods do is said in Resource

import base64
import contextlib
import io
import re
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, cast

from offline.standins.docker_host import DockerHost, explained, gone
from offline.standins.properties import Kind, Property
from offline.standins.resource import Call, Failed, Resource, Unfinished
from offline.standins.values import Values

MIB = 1024 * 1024
_NANO = 1_000_000_000
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": _NANO, "m": 60 * _NANO, "h": 3600 * _NANO}


def _replacing(kind: Kind = "string", **more: Any) -> Property:  # noqa: ANN401 -- passed on
    return Property(kind=kind, replaces=True, **more)


_NETWORK = {
    "name": Property(required=True),
    "aliases": Property(kind="set"),
    "ipv4Address": Property(),
    "ipv6Address": Property(),
}
_PORT = {
    "internal": Property(kind="number", required=True),
    "external": Property(kind="number", computed=True),
    "ip": Property(default="0.0.0.0"),  # noqa: S104 -- the official default
    "protocol": Property(default="tcp"),
}
_VOLUME = {
    "containerPath": Property(),
    "volumeName": Property(),
    "hostPath": Property(),
    "readOnly": Property(kind="boolean"),
    "fromContainer": Property(),
    "selinuxRelabel": Property(one_of=("z", "Z")),
}
_UPLOAD = {
    "file": Property(required=True),
    "content": Property(),
    "contentBase64": Property(),
    "source": Property(),
    "sourceHash": Property(),
    "executable": Property(kind="boolean"),
    "permissions": Property(),
}
_HEALTHCHECK = {
    "tests": Property(kind="list"),
    "interval": Property(default="0s"),
    "timeout": Property(default="0s"),
    "startPeriod": Property(default="0s"),
    "startInterval": Property(default="0s"),
    "retries": Property(kind="number"),
}
_DEVICE = {
    "hostPath": Property(required=True),
    "containerPath": Property(computed=True),
    "permissions": Property(default="rwm"),
}
_ULIMIT = {
    "name": Property(required=True),
    "soft": Property(kind="number", required=True),
    "hard": Property(kind="number", required=True),
}
LABEL = {"label": Property(required=True), "value": Property(required=True)}


class Container(Resource):
    """A container, made, filled with its uploads, connected, started and waited for."""

    table: ClassVar = {
        "name": _replacing(),
        "image": _replacing(required=True),
        "hostname": _replacing(computed=True),
        "domainname": _replacing(),
        "command": _replacing("list", computed=True),
        "entrypoints": _replacing("list", computed=True),
        "user": _replacing(computed=True),
        "workingDir": _replacing(computed=True),
        "envs": _replacing("set", computed=True),
        "labels": _replacing("set", of=LABEL, computed=True),
        "networksAdvanced": _replacing("set", of=_NETWORK),
        "networkMode": _replacing(default="bridge"),
        "hosts": _replacing("set", of={"host": Property(required=True), "ip": Property(required=True)}),
        "dns": _replacing("set"),
        "dnsOpts": _replacing("set"),
        "dnsSearches": _replacing("set"),
        "ports": _replacing("list", of=_PORT),
        "volumes": _replacing("set", of=_VOLUME),
        "tmpfs": Property(kind="map"),
        "uploads": _replacing("set", of=_UPLOAD),
        "devices": _replacing("set", of=_DEVICE),
        "ulimits": _replacing("set", of=_ULIMIT),
        "sysctls": _replacing("map"),
        "groupAdds": _replacing("set"),
        "capabilities": _replacing("object", of={"adds": Property(kind="set"), "drops": Property(kind="set")}),
        "securityOpts": _replacing("set", computed=True),
        "privileged": _replacing("boolean"),
        "readOnly": _replacing("boolean"),
        "init": Property(kind="boolean", computed=True),
        "runtime": _replacing(computed=True),
        "ipcMode": _replacing(computed=True),
        "pidMode": _replacing(),
        "usernsMode": _replacing(),
        "cgroupnsMode": _replacing(one_of=("private", "host")),
        "cgroupParent": _replacing(),
        "cpus": _replacing(),
        "cpuShares": Property(kind="number"),
        "cpuSet": Property(),
        "cpuPeriod": Property(kind="number"),
        "cpuQuota": Property(kind="number"),
        "memory": Property(kind="number"),
        "memoryReservation": Property(kind="number"),
        "memorySwap": Property(kind="number"),
        "shmSize": _replacing("number", computed=True),
        "logDriver": _replacing(computed=True),
        "logOpts": _replacing("map"),
        "stopSignal": _replacing(computed=True),
        "stopTimeout": _replacing("number", computed=True),
        "restart": Property(default="no", one_of=("no", "on-failure", "always", "unless-stopped")),
        "maxRetryCount": Property(kind="number"),
        "tty": _replacing("boolean"),
        "stdinOpen": _replacing("boolean"),
        "healthcheck": Property(kind="object", of=_HEALTHCHECK, computed=True),
        "start": Property(kind="boolean", default=True),
        "mustRun": Property(kind="boolean", default=True),
        "wait": Property(kind="boolean"),
        "waitTimeout": Property(kind="number", default=60),
        "destroyGraceSeconds": Property(kind="number"),
        "removeVolumes": Property(kind="boolean", default=True),
        "rm": Property(kind="boolean"),
        "containerReadRefreshTimeoutMilliseconds": Property(kind="number"),
    }
    outputs: ClassVar = (
        *("bridge", "containerLogs", "exitCode", "networkDatas", "platform"),
        *(name for name, prop in table.items() if prop.computed),
    )
    unsupported: ClassVar = frozenset(
        {
            *("attach", "logs", "gpus", "mounts", "storageOpts", "publishAllPorts", "platform", "deviceRequests"),
            *("deviceReadBps", "deviceReadIops", "deviceWriteBps", "deviceWriteIops"),
        }
    )
    delete_first: ClassVar = True

    def __init__(self, host: DockerHost) -> None:
        self.host = host

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        config = engine_config(inputs)
        api = self.host.api
        with explained("Unable to create container"):
            made: str = api.create_container_from_config(config, inputs["name"])["Id"]  # type: ignore[no-untyped-call]
        try:
            self._connect(made, inputs)
            self._upload(made, inputs)
            if inputs["start"]:
                with explained("Unable to start container"):
                    api.start(made)
                if inputs.get("wait"):
                    self._wait(made, inputs["waitTimeout"], call)
        except Failed as error:
            # Recorded as planned, which is what the official plugin does: only a refresh looks at what became of it.
            raise Unfinished(str(error), made, inputs) from error
        return made, self._state(made, inputs) or inputs

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        del call
        return self._state(resource_id, state)

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        del call
        api = self.host.api
        # A refresh records a stopped container as one that need not run; wanting it to run again starts it.
        if inputs["mustRun"] and not state.get("mustRun", True) and inputs["start"]:
            with explained("Unable to start container"):
                api.start(resource_id)
        limits = ("restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memoryReservation", "memorySwap")
        if any((state.get(name) or 0) != (inputs.get(name) or 0) for name in limits):
            with explained("Unable to update a container"):
                api.update_container(
                    resource_id,
                    cpu_shares=inputs.get("cpuShares"),
                    cpuset_cpus=inputs.get("cpuSet"),
                    mem_limit=_bytes(inputs.get("memory")),
                    mem_reservation=_bytes(inputs.get("memoryReservation")),
                    memswap_limit=_bytes(inputs.get("memorySwap")),
                    restart_policy=cast("Any", _restart(inputs)),
                )
        return {name: value for name, value in state.items() if name in self.outputs} | inputs

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        del call
        api = self.host.api
        with explained(f"Error deleting container {resource_id}"):
            try:
                api.stop(resource_id, timeout=max(0, state.get("destroyGraceSeconds") or 0))
                api.remove_container(resource_id, v=state.get("removeVolumes", True), force=True)
            except Exception as error:
                if not gone(error):
                    raise
            for _ in range(100):  # "already in progress": somebody else removes it; nobody may meet its name again
                try:
                    api.inspect_container(resource_id)
                except Exception as error:
                    if gone(error):
                        return
                    raise
                time.sleep(0.1)

    def _connect(self, made: str, inputs: Values) -> None:
        """Leave the default network for the named ones, in their order."""
        networks = inputs.get("networksAdvanced") or []
        if not networks:
            return
        api = self.host.api
        with explained("Unable to disconnect the default network"):
            try:
                api.disconnect_container_from_network(made, "bridge")
            except Exception as error:
                if "is not connected to" not in str(error):
                    raise
        for network in networks:
            with explained(f"Unable to connect to network '{network['name']}'"):
                api.connect_container_to_network(
                    made,
                    network["name"],
                    ipv4_address=network.get("ipv4Address"),
                    ipv6_address=network.get("ipv6Address"),
                    aliases=network.get("aliases"),
                )

    def _upload(self, made: str, inputs: Values) -> None:
        if uploads := inputs.get("uploads"):
            archive = upload_archive(uploads)
            with explained("Unable to upload volume content"):
                self.host.api.put_archive(made, "/", archive)

    def _wait(self, made: str, seconds: float, call: Call) -> None:
        end = time.monotonic() + seconds
        while True:
            with explained("error inspecting container state"):
                health = self.host.api.inspect_container(made)["State"].get("Health")
            if health is None:
                raise Failed(
                    "you have supplied a 'wait' argument, but the container does not have a healthcheck defined."
                    " Please remove the 'wait' argument or add a 'healthcheck' attribute"
                )
            if health["Status"] == "healthy":
                return
            if time.monotonic() >= end:
                raise Failed(f"container failed to be in healthy state in {seconds} s")
            if call.cancelled.wait(0.3):
                raise Failed("cancelled while waiting for the container to be healthy")

    def _state(self, made: str, known: Values) -> Values | None:
        with explained("error fetching container information from Docker"):
            try:
                return container_state(known, self.host.api.inspect_container(made))
            except Exception as error:
                if gone(error):
                    return None
                raise


def engine_config(inputs: Values) -> dict[str, Any]:
    """The body of the engine's "create a container" from the resource's inputs."""
    if "" in inputs.get("command", []):
        raise Failed("values for command may not be empty")
    binds, volumes, volumes_from = _volumes(inputs.get("volumes", []))
    host = {
        "Privileged": inputs.get("privileged", False),
        "RestartPolicy": _restart(inputs),
        "AutoRemove": inputs.get("rm", False),
        "ReadonlyRootfs": inputs.get("readOnly", False),
        "Init": inputs.get("init", False),
        "NetworkMode": inputs.get("networkMode"),
        "LogConfig": {"Type": inputs.get("logDriver", ""), "Config": inputs.get("logOpts")},
        "Runtime": inputs.get("runtime"),
        "Tmpfs": inputs.get("tmpfs"),
        "PortBindings": _bindings(inputs.get("ports", [])),
        "ExtraHosts": [f"{entry['host']}:{entry['ip']}" for entry in inputs.get("hosts", [])],
        "Binds": binds,
        "VolumesFrom": volumes_from,
        "Ulimits": [
            {"Name": limit["name"], "Soft": limit["soft"], "Hard": limit["hard"]} for limit in inputs.get("ulimits", [])
        ],
        "CapAdd": inputs.get("capabilities", {}).get("adds"),
        "CapDrop": inputs.get("capabilities", {}).get("drops"),
        "Devices": [
            {
                "PathOnHost": device["hostPath"],
                "PathInContainer": device.get("containerPath") or device["hostPath"],
                "CgroupPermissions": device.get("permissions", "rwm"),
            }
            for device in inputs.get("devices", [])
        ],
        "Dns": inputs.get("dns"),
        "DnsOptions": inputs.get("dnsOpts"),
        "DnsSearch": inputs.get("dnsSearches"),
        "Memory": _bytes(inputs.get("memory")),
        "MemoryReservation": _bytes(inputs.get("memoryReservation")),
        "MemorySwap": _bytes(inputs.get("memorySwap")),
        "ShmSize": _bytes(inputs.get("shmSize")),
        "NanoCpus": _nano_cpus(inputs.get("cpus")),
        "CpuShares": inputs.get("cpuShares"),
        "CpusetCpus": inputs.get("cpuSet"),
        "UsernsMode": inputs.get("usernsMode"),
        "PidMode": inputs.get("pidMode"),
        "IpcMode": inputs.get("ipcMode"),
        "CgroupnsMode": inputs.get("cgroupnsMode"),
        "CgroupParent": inputs.get("cgroupParent"),
        "Sysctls": inputs.get("sysctls"),
        "GroupAdd": inputs.get("groupAdds"),
    }
    if not inputs.get("cpus"):
        host |= {"CpuPeriod": inputs.get("cpuPeriod"), "CpuQuota": inputs.get("cpuQuota")}
    security = list(inputs.get("securityOpts", []))
    if "systempaths=unconfined" in security:  # the client's own option: the engine knows it as two empty lists
        security.remove("systempaths=unconfined")
        host |= {"MaskedPaths": [], "ReadonlyPaths": []}
    host["SecurityOpt"] = security
    return {
        "Image": inputs["image"],
        "Hostname": inputs.get("hostname", ""),
        "Domainname": inputs.get("domainname", ""),
        "User": inputs.get("user", ""),
        "Env": inputs.get("envs"),
        "Cmd": inputs.get("command"),
        "Entrypoint": inputs.get("entrypoints"),
        "WorkingDir": inputs.get("workingDir", ""),
        "Labels": {entry["label"]: entry["value"] for entry in inputs.get("labels", [])},
        "ExposedPorts": {_port(port): {} for port in inputs.get("ports", [])},
        "Volumes": volumes,
        "Tty": inputs.get("tty", False),
        "OpenStdin": inputs.get("stdinOpen", False),
        "StopSignal": inputs.get("stopSignal", ""),
        "StopTimeout": inputs.get("stopTimeout"),
        "Healthcheck": _healthcheck(inputs.get("healthcheck")),
        "HostConfig": {key: value for key, value in host.items() if value is not None},
    }


def container_state(known: Values, found: dict[str, Any]) -> Values:
    """What was known, corrected by what the engine tells of the container.

    Its environment and labels mix with the image's and are kept as given, as are uploads, volumes and networks.
    """
    config, host, network = found["Config"], found["HostConfig"], found["NetworkSettings"]
    running = found["State"]["Running"]
    must_run = known.get("mustRun", True)
    state = known | {
        "name": found["Name"].removeprefix("/"),
        "image": found["Image"] if str(known.get("image", "")).startswith("sha256:") else config["Image"],
        "hostname": config["Hostname"],
        "domainname": config["Domainname"],
        "command": config["Cmd"],
        "entrypoints": config["Entrypoint"],
        "user": config["User"],
        "workingDir": config["WorkingDir"],
        "tty": config["Tty"],
        "stdinOpen": config["OpenStdin"],
        "stopSignal": config.get("StopSignal", ""),
        "stopTimeout": config.get("StopTimeout") or 0,
        "rm": host["AutoRemove"],
        "readOnly": host["ReadonlyRootfs"],
        "restart": host["RestartPolicy"]["Name"],
        "maxRetryCount": host["RestartPolicy"]["MaximumRetryCount"],
        "init": bool(host.get("Init")),
        "runtime": host.get("Runtime"),
        "tmpfs": host.get("Tmpfs"),
        "hosts": [
            dict(zip(("host", "ip"), entry.split(":", 1), strict=True)) for entry in host.get("ExtraHosts") or []
        ],
        "dns": host.get("Dns"),
        "dnsOpts": host.get("DnsOptions"),
        "dnsSearches": host.get("DnsSearch"),
        "securityOpts": host.get("SecurityOpt") or [],
        "privileged": host["Privileged"],
        "memory": host["Memory"] // MIB,
        "memoryReservation": host["MemoryReservation"] // MIB,
        "memorySwap": host["MemorySwap"] // MIB if host["MemorySwap"] > 0 else host["MemorySwap"],
        "shmSize": host["ShmSize"] // MIB,
        "cpuShares": host["CpuShares"],
        "cpuSet": host["CpusetCpus"],
        "logDriver": host["LogConfig"]["Type"],
        "networkMode": host["NetworkMode"],
        "usernsMode": host["UsernsMode"],
        "sysctls": host.get("Sysctls"),
        "ipcMode": host["IpcMode"],
        "groupAdds": host.get("GroupAdd"),
        "bridge": network.get("Bridge", ""),
        "networkDatas": _network_datas(network.get("Networks") or {}),
        "platform": found.get("Platform"),
        "containerLogs": known.get("containerLogs"),
    }
    if host.get("CapAdd") or host.get("CapDrop"):
        state["capabilities"] = {"adds": host.get("CapAdd") or [], "drops": host.get("CapDrop") or []}
    if host.get("NanoCpus"):
        state["cpus"] = _decimal(host["NanoCpus"])
    if config.get("Healthcheck"):
        state["healthcheck"] = _healthcheck_state(config["Healthcheck"])
    for name, value in (
        ("pidMode", host["PidMode"]),
        ("logOpts", host["LogConfig"].get("Config")),
        ("ulimits", [{key.lower(): limit[key] for key in ("Name", "Soft", "Hard")} for limit in host["Ulimits"] or []]),
        ("devices", _devices_state(host.get("Devices") or [])),
    ):
        if known.get(name):
            state[name] = value
    if known.get("ports") and (running or must_run):
        state["ports"] = _ports_state(network.get("Ports") or {})
    if not running:
        state["exitCode"] = found["State"]["ExitCode"]
        state["mustRun"] = False
    return {name: value for name, value in state.items() if value is not None}


def upload_archive(uploads: list[Values]) -> bytes:
    """The files to put into a new container: root's, with the mode that was asked for."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for upload in uploads:
            given = [name for name in ("content", "contentBase64", "source") if upload.get(name)]
            if len(given) != 1:
                raise Failed(
                    f"error with upload content of {upload['file']}:"
                    " one and only one of 'content', 'content_base64', or 'source' must be set"
                )
            if given == ["content"]:
                content = upload["content"].encode()
            elif given == ["contentBase64"]:
                content = base64.b64decode(upload["contentBase64"])
            else:
                content = Path(upload["source"]).read_bytes()
            entry = tarfile.TarInfo(upload["file"].lstrip("/"))
            entry.size = len(content)
            entry.mtime = int(time.time())
            entry.mode = 0o744 if upload.get("executable") else 0o644
            if upload.get("permissions"):
                entry.mode = int(upload["permissions"], 8)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def nanoseconds(duration: str) -> int:
    """A duration as Go writes it ("1m30s", "500ms") in the engine's unit."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)", duration)
    if "".join(number + unit for number, unit in parts) != duration or not parts:
        if duration == "0":
            return 0
        raise Failed(f"'{duration}' is not a duration such as 1m30s or 500ms")
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts))


def go_duration(amount: int) -> str:
    """The engine's nanoseconds as Go prints a duration, which is what the official plugin records."""
    if amount < _NANO:
        for unit in ("ms", "µs", "ns"):
            if amount >= _UNITS[unit]:
                return f"{amount / _UNITS[unit]:g}{unit}"
        return "0s"
    minutes, rest = divmod(amount, 60 * _NANO)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // _NANO}" + (f".{rest % _NANO:09d}".rstrip("0") if rest % _NANO else "")
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{seconds}s"


def _restart(inputs: Values) -> dict[str, Any]:
    return {"Name": inputs.get("restart", "no"), "MaximumRetryCount": inputs.get("maxRetryCount", 0)}


def _bytes(mebibytes: int | None) -> int | None:
    return mebibytes * MIB if mebibytes and mebibytes > 0 else mebibytes


def _nano_cpus(cpus: str | None) -> int | None:
    try:
        return round(float(cpus) * _NANO) if cpus else None
    except ValueError as error:
        raise Failed(f"Error setting cpus: '{cpus}' is not a number") from error


def _decimal(nano_cpus: int) -> str:
    text = f"{nano_cpus // _NANO}.{nano_cpus % _NANO:09d}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def _port(port: Values) -> str:
    return f"{port['internal']}/{port.get('protocol', 'tcp')}"


def _bindings(ports: Iterable[Values]) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        place = {"HostPort": str(port.get("external", 0)), "HostIp": port.get("ip", "0.0.0.0")}  # noqa: S104 -- default
        bindings.setdefault(_port(port), []).append(place)
    return bindings


def _ports_state(ports: dict[str, Any]) -> list[Values]:
    found: list[Values] = []
    for port in sorted(ports, key=lambda port: int(port.split("/")[0])):
        number, protocol = port.split("/")
        found.extend(
            {
                "internal": int(number),
                "external": int(binding["HostPort"]),
                "ip": binding["HostIp"],
                "protocol": protocol,
            }
            for binding in ports[port] or []
        )
    return found


def _volumes(volumes: Iterable[Values]) -> tuple[list[str], dict[str, Any], list[str]]:
    binds: list[str] = []
    paths: dict[str, Any] = {}
    others: list[str] = []
    for volume in volumes:
        path, source = volume.get("containerPath"), volume.get("hostPath") or volume.get("volumeName")
        other = volume.get("fromContainer")
        if bool(path) == bool(other):
            raise Failed("a volume entry needs either a container path or a source container")
        if other:
            others.append(other)
            continue
        paths[str(path)] = {}
        if source:
            mode = "ro" if volume.get("readOnly") else "rw"
            label = volume.get("selinuxRelabel")
            binds.append(f"{source}:{path}:{mode}" + (f",{label}" if label else ""))
    return binds, paths, others


def _healthcheck(check: Values | None) -> dict[str, Any] | None:
    if check is None:
        return None
    engine = {
        "Test": check.get("tests", []),
        "Interval": nanoseconds(check.get("interval", "0s")),
        "Timeout": nanoseconds(check.get("timeout", "0s")),
        "StartPeriod": nanoseconds(check.get("startPeriod", "0s")),
        "Retries": check.get("retries", 0),
    }
    with contextlib.suppress(KeyError):
        engine["StartInterval"] = nanoseconds(check["startInterval"])
    return engine


def _healthcheck_state(check: dict[str, Any]) -> Values:
    return {
        "tests": check.get("Test", []),
        "interval": go_duration(check.get("Interval", 0)),
        "timeout": go_duration(check.get("Timeout", 0)),
        "startPeriod": go_duration(check.get("StartPeriod", 0)),
        "startInterval": go_duration(check.get("StartInterval", 0)),
        "retries": check.get("Retries", 0),
    }


def _devices_state(devices: Iterable[dict[str, Any]]) -> list[Values]:
    return [
        {
            "hostPath": device["PathOnHost"],
            "containerPath": device["PathInContainer"],
            "permissions": device["CgroupPermissions"],
        }
        for device in devices
    ]


def _network_datas(networks: dict[str, Any]) -> list[Values]:
    return [
        {
            "networkName": name,
            "ipAddress": end["IPAddress"],
            "ipPrefixLength": end["IPPrefixLen"],
            "gateway": end["Gateway"],
            "globalIpv6Address": end["GlobalIPv6Address"],
            "globalIpv6PrefixLength": end["GlobalIPv6PrefixLen"],
            "ipv6Gateway": end["IPv6Gateway"],
            "macAddress": end["MacAddress"],
        }
        for name, end in sorted(networks.items())
    ]
