"""The docker stand-in's conversions between a resource's inputs, the engine's form, and what a refresh reads."""

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from offline.standins.docker_container import Container
from offline.standins.docker_container_form import (
    container_state,
    engine_config,
    go_duration,
    nanoseconds,
    upload_archive,
)
from offline.standins.docker_ground import Network
from offline.standins.docker_host import DockerHost, dial_command
from offline.standins.docker_image import Image, context_digest
from offline.standins.resource import Failed
from offline.standins.values import Values

INPUTS: Values = {
    "name": "mentor-dev-seat-s01",
    "image": "sha256:abc",
    "hostname": "s01",
    "envs": ["TZ=UTC"],
    "labels": [{"label": "mentor.stack", "value": "dev"}],
    "networksAdvanced": [{"name": "net", "aliases": ["seat"]}],
    "networkMode": "bridge",
    "ports": [{"internal": 5432, "external": 15432, "ip": "127.0.0.1"}],
    "volumes": [
        {"volumeName": "home", "containerPath": "/home"},
        {"volumeName": "course", "containerPath": "/e", "readOnly": True},
    ],
    "tmpfs": {"/run": "mode=700"},
    "devices": [{"hostPath": "/dev/net/tun"}],
    "capabilities": {"adds": ["CAP_SETUID"], "drops": ["ALL"]},
    "securityOpts": ["systempaths=unconfined", "apparmor=unconfined"],
    "cpus": "0.5",
    "memory": 1024,
    "restart": "no",
    "healthcheck": {"tests": ["CMD", "true"], "interval": "5s", "retries": 3},
    "start": True,
    "mustRun": True,
    "waitTimeout": 60,
    "removeVolumes": True,
}


def found(inputs: Values, **state: Any) -> dict[str, Any]:
    """What Engine 20.10 tells of a container made from these inputs."""
    sent = engine_config(inputs)
    host = {"Memory": 0, "MemoryReservation": 0, "MemorySwap": 2 * sent["HostConfig"].get("Memory", 0)}
    host |= {"CpuShares": 0, "CpusetCpus": "", "PidMode": "", "UsernsMode": "", "Ulimits": None, "ShmSize": 67108864}
    host |= {"IpcMode": "private", "Runtime": "runc"} | sent["HostConfig"]
    host["LogConfig"] = {"Type": "json-file", "Config": {}}
    ports = {"5432/tcp": [{"HostIp": "127.0.0.1", "HostPort": "15432"}], "80/tcp": None}
    return {
        "Id": "1",
        "Name": "/" + inputs["name"],
        "Image": "sha256:abc",
        "Platform": "linux",
        "Config": sent | {"Env": ["TZ=UTC", "PATH=/bin"], "Cmd": ["sh"]},
        "HostConfig": host,
        "State": {"Running": True, "ExitCode": 0} | state,
        "NetworkSettings": {"Ports": ports if state.get("Running", True) else {}, "Networks": {}},
    }


def replaced(old: Values, new: Values, *ignored: str) -> dict[str, bool]:
    found = Container(DockerHost()).diff(old, {}, new, ignored)
    return {name: kind.endswith("_REPLACE") for name, kind in found.items()}


def test_the_engine_is_told_everything() -> None:
    config = engine_config(INPUTS)
    host = config["HostConfig"]
    assert config["Labels"] == {"mentor.stack": "dev"}
    assert config["ExposedPorts"] == {"5432/tcp": {}}
    assert config["Healthcheck"] == {
        "Test": ["CMD", "true"],
        "Interval": 5_000_000_000,
        "Timeout": 0,
        "StartPeriod": 0,
        "Retries": 3,
    }
    assert host["PortBindings"] == {"5432/tcp": [{"HostPort": "15432", "HostIp": "127.0.0.1"}]}
    assert host["Binds"] == ["home:/home:rw", "course:/e:ro"]
    assert host["Devices"][0]["PathInContainer"] == "/dev/net/tun"
    assert (host["NanoCpus"], host["Memory"]) == (500_000_000, 1024 * 1024 * 1024)
    assert host["SecurityOpt"] == ["apparmor=unconfined"]
    assert (host["MaskedPaths"], host["ReadonlyPaths"]) == ([], [])
    assert "MemorySwap" not in host


def test_nothing_has_changed_after_creation_but_what_the_engine_rewrites() -> None:
    state = container_state(INPUTS, found(INPUTS))
    assert replaced(state, INPUTS, "memorySwap", "securityOpts") == {}
    assert replaced(state, INPUTS) == {"memorySwap": False, "securityOpts": True}
    assert state["envs"] == ["TZ=UTC"]
    assert state["cpus"] == "0.5"
    assert state["memorySwap"] == 2048


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image", "sha256:def"),
        ("hostname", "other"),
        ("envs", ["TZ=Europe/Vienna"]),
        ("labels", [{"label": "mentor.stack", "value": "other"}]),
        ("uploads", [{"file": "/f", "content": "c"}]),
        ("networksAdvanced", [{"name": "net", "aliases": ["other"]}]),
        ("volumes", []),
    ],
)
def test_most_changes_replace(name: str, value: object) -> None:
    assert replaced(INPUTS, INPUTS | {name: value}) == {name: True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory", 2048),
        ("restart", "always"),
        ("healthcheck", {"tests": ["CMD", "false"], "interval": "5s", "retries": 3}),
        ("tmpfs", {"/run": "mode=755"}),
        ("destroyGraceSeconds", 5),
    ],
)
def test_some_changes_are_made_in_place(name: str, value: object) -> None:
    assert replaced(INPUTS, INPUTS | {name: value}) == {name: False}


def test_order_and_stated_defaults_change_nothing() -> None:
    new = INPUTS | {"volumes": INPUTS["volumes"][::-1], "securityOpts": INPUTS["securityOpts"][::-1]}
    new["ports"] = [INPUTS["ports"][0] | {"protocol": "tcp"}]
    new["devices"] = [{"hostPath": "/dev/net/tun"}]
    assert replaced(INPUTS, new) == {}


def test_what_is_left_out_stays_as_the_image_has_it() -> None:
    state = container_state(INPUTS, found(INPUTS))
    bare = {name: value for name, value in INPUTS.items() if name != "hostname"}
    assert state["hostname"] == "s01"
    assert "hostname" not in replaced(state, bare)


def test_a_stopped_container_is_started_again_and_one_with_ports_is_made_anew() -> None:
    state = container_state(INPUTS, found(INPUTS, Running=False, ExitCode=137))
    assert (state["mustRun"], state["ports"]) == (False, [])
    assert replaced(state, INPUTS, "memorySwap", "securityOpts") == {"mustRun": False, "ports": True}
    bare = {name: value for name, value in INPUTS.items() if name != "ports"}
    state = container_state(bare, found(bare, Running=False))
    assert replaced(state, bare, "memorySwap", "securityOpts") == {"mustRun": False}


def test_a_network_is_read_back_without_a_difference() -> None:
    inputs: Values = {"name": "n", "ipamDriver": "default", "ipamConfigs": [{"subnet": "10.64.0.0/28"}]}
    told = {
        "Name": "n",
        "Driver": "bridge",
        "Options": {},
        "Internal": False,
        "Attachable": False,
        "Ingress": False,
        "EnableIPv6": False,
        "Scope": "local",
        "Labels": {},
        "IPAM": {"Driver": "default", "Options": None, "Config": [{"Subnet": "10.64.0.0/28", "Gateway": "10.64.0.1"}]},
    }
    network = Network(DockerHost())
    state = network.state(inputs, told)
    assert not network.diff(state, inputs, inputs, ())
    other = inputs | {"ipamConfigs": [{"subnet": "10.64.0.16/28"}]}
    assert network.diff(state, inputs, other, ()) == {"ipamConfigs": "UPDATE_REPLACE"}


def test_uploads_are_roots_and_have_the_mode_asked_for() -> None:
    archive = upload_archive(
        [
            {"file": "/etc/a", "content": "ä"},
            {"file": "/etc/b", "content": "b", "permissions": "0400"},
        ]
    )
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        entries = [(entry.name, entry.mode, entry.uid, entry.gid) for entry in tar]
        content = tar.extractfile("etc/a")
        assert content is not None
        assert content.read() == "ä".encode()
    assert entries == [("etc/a", 0o644, 0, 0), ("etc/b", 0o400, 0, 0)]


@pytest.mark.parametrize("upload", [{"file": "/f"}, {"file": "/f", "content": ""}])
def test_an_upload_has_content(upload: Values) -> None:
    with pytest.raises(Failed, match="/f: one and only one of"):
        upload_archive([upload])


@pytest.mark.parametrize(
    "wrong",
    [
        {"cpus": "many"},
        {"volumes": [{"volumeName": "v"}]},
        {"healthcheck": {"interval": "often"}},
    ],
)
def test_what_the_engine_would_not_understand_is_named(wrong: Values) -> None:
    with pytest.raises(Failed):
        engine_config(INPUTS | wrong)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0s", 0),
        ("1s", 10**9),
        ("1m0s", 60 * 10**9),
        ("1h30m0s", 5400 * 10**9),
        ("500ms", 5 * 10**8),
        ("1.5s", 15 * 10**8),
    ],
)
def test_durations_are_written_as_go_does(text: str, amount: int) -> None:
    assert nanoseconds(text) == amount
    assert go_duration(amount) == text


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM debian:trixie-slim\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.sh").write_text("echo\n")
    (tmp_path / "link").symlink_to("app/main.sh")
    return tmp_path


@pytest.mark.parametrize("change", ["content", "mode", "name", "new", "link", "dockerfile"])
def test_a_changed_context_is_another_one(context: Path, change: str) -> None:
    before = context_digest(context, context / "Dockerfile")
    main, link = context / "app" / "main.sh", context / "link"
    if change == "content":
        main.write_text("echo other\n")
    elif change == "mode":
        main.chmod(0o755)
    elif change == "name":
        main.rename(context / "app" / "other.sh")
    elif change == "new":
        (context / "empty").touch()
    elif change == "link":
        link.unlink()
        link.symlink_to("app")
    else:
        (context / "Dockerfile").write_text("FROM scratch\n")
    assert context_digest(context, context / "Dockerfile") != before


def test_times_and_ignored_files_do_not_count(context: Path) -> None:
    (context / ".dockerignore").write_text("# notes\n*.log\n!keep.log\n")
    before = context_digest(context, context / "Dockerfile")
    os.utime(context / "app" / "main.sh", (1, 1))
    (context / "debug.log").write_text("x")
    assert context_digest(context, context / "Dockerfile") == before
    (context / "keep.log").write_text("x")
    assert context_digest(context, context / "Dockerfile") != before


def test_an_image_records_its_context_and_finds_a_misplaced_dockerfile(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(context.parent)
    image = Image(DockerHost())
    given = {"context": context.name, "builderVersion": "BuilderV1"}
    build = image.defaults({"imageName": "i", "build": given})["build"]
    assert build["dockerfile"] == f"{context.name}/Dockerfile"
    assert build["platform"].startswith("linux/")
    assert len(build["contextDigest"]) == 64
    with pytest.raises(Failed, match=rf'Try setting `dockerfile` to "{context.name}/Dockerfile"'):
        image.defaults({"imageName": "i", "build": given | {"dockerfile": "Dockerfile"}})


def test_an_image_is_built_anew_in_place_when_its_context_changed() -> None:
    old: Values = {"imageName": "i", "build": {"contextDigest": "1"}}
    assert Image(DockerHost()).diff({}, old, old | {"build": {"contextDigest": "2"}}, ()) == {"build": "UPDATE"}


def test_an_image_that_only_the_official_plugin_can_make_is_refused() -> None:
    complaints = dict(Image(DockerHost()).complaints({"imageName": "i", "build": {}}))
    assert set(complaints) == {"skipPush", "build.builderVersion"}


def test_ssh_options_come_before_the_machine() -> None:
    assert dial_command("ssh://root@far:2022", ["-o", "BatchMode=yes"]) == [
        *("ssh", "-o", "BatchMode=yes", "-l", "root", "-p", "2022", "--", "far"),
        *("docker", "system", "dial-stdio"),
    ]


@pytest.mark.parametrize("host", ["unix:///nonexistent/docker.sock", "http://x", "docker.sock"])
def test_an_engine_that_cannot_be_reached_is_said_at_once(host: str) -> None:
    with pytest.raises(Failed, match=r"docker|unix://"):
        DockerHost().configure({"host": host})
