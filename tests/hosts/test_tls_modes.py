"""Where the portal's certificate comes from: the workshop's own authority, the teacher's files, or a public one."""

import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from mentor.components.caddyfile import caddyfile
from tests.live import image_kit as kit
from tests.live.portal_kit import sign_in, trusting
from tests.waiting import until
from tests.workshop_kit import Workshop

NAME = "lab.example.org"


@pytest.fixture(scope="module")
def lab(workshop_factory: Callable[..., Workshop]) -> Workshop:
    return workshop_factory("tls", students=1, address=["localhost", "127.0.0.1"])


def chain_of(folder: Path) -> tuple[str, kit.Pair]:
    """Give a root's certificate, and a pair for localhost whose certificate comes with the one that signed it."""
    root = kit.Authority.new(folder / "root")
    between, key = folder / "root" / "between.crt", folder / "root" / "between.key"
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    extensions = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
    kit.run(*new, "-subj", "/CN=between", *extensions, "-keyout", str(key), "-out", f"{between}.csr")
    sign = ["openssl", "x509", "-req", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy"]
    kit.run(*sign, "-in", f"{between}.csr", "-CA", f"{root.folder}/ca.crt", "-CAkey", f"{root.folder}/ca.key",
            "-out", str(between))  # fmt: skip
    (folder / "ca.crt").write_text(between.read_text())
    (folder / "ca.key").write_text(key.read_text())
    leaf = kit.Authority(folder, between.read_text()).issue("localhost")
    return root.certificate, kit.Pair(leaf.certificate + between.read_text(), leaf.key)


def test_the_workshops_own_authority_answers_by_name_and_by_address(lab: Workshop) -> None:
    lab.up()
    authority = lab.outputs()["caCertificate"]
    for name in ("localhost", "127.0.0.1"):
        url = f"https://{name}:{lab.portal_port}"
        assert httpx.get(f"{url}/healthz", verify=trusting(authority)).status_code == 200
        assert sign_in(url, "s01", lab.passwords()["s01"], authority).status_code == 303


def test_own_files_replace_the_gateway_alone(lab: Workshop, tmp_path: Path) -> None:
    root, pair = chain_of(tmp_path)
    (lab.folder / "portal.crt").write_text(pair.certificate)
    (lab.folder / "portal.key").write_text(pair.key)
    lab.set(https={"port": lab.portal_port, "tls": "files", "certificate": "portal.crt", "key": "portal.key"})
    before = lab.running()
    lab.up()
    assert {name for name, identity in lab.running().items() if before[name] != identity} == {lab.container("gateway")}
    url = f"https://localhost:{lab.portal_port}"
    # Whoever trusts the root alone is satisfied, so the whole chain was sent; the workshop's own authority is not used.
    assert sign_in(url, "s01", lab.passwords()["s01"], root).status_code == 303
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(url, verify=trusting(lab.outputs()["caCertificate"]))
    state = "\n".join(path.read_text() for path in (lab.folder / "state").rglob("*.json*"))
    assert pair.key.splitlines()[1] not in state
    lab.up("--refresh", "--expect-no-changes")


def test_a_key_of_another_certificate_is_told_before_anything_changes(lab: Workshop, tmp_path: Path) -> None:
    _, other = chain_of(tmp_path)
    before = lab.running()
    (lab.folder / "portal.key").write_text(other.key)
    done = lab.up(check=False)
    assert done.returncode != 0
    assert 'mentor:https.key: "portal.key" is not the key of https.certificate' in done.stdout
    assert lab.running() == before


@pytest.fixture(scope="module")
def ground() -> Iterator[kit.Ground]:
    with kit.ground() as ground:
        yield ground


def test_a_public_authoritys_certificate_is_fetched_on_the_one_port_and_outlives_the_container(
    ground: kit.Ground,
) -> None:
    """The gateway's own program is the authority here: it speaks ACME too, and asks back on port 443 as they all do."""
    image = kit.image("gateway")
    issuing = (
        "{\n\tadmin off\n\tauto_https disable_redirects\n}\nhttps://authority {\n\ttls internal\n\tacme_server\n}\n"
    )
    authority = ground.container("authority", image, {"Caddyfile": issuing})
    root = "/var/lib/caddy/caddy/pki/authorities/local/root.crt"
    until(lambda: kit.docker("exec", authority, "test", "-s", root, check=False).returncode == 0, "an authority's root")
    trusted = kit.docker("exec", authority, "cat", root).stdout

    upstreams = {"upstream": "spyglass:8000", "grafana": "grafana:3000"}
    text = caddyfile(tls="acme", email="teacher@example.org", addresses=[NAME, "192.0.2.7"], **upstreams)
    for needed in ("admin off", "disable_http_challenge", "auto_https disable_redirects"):
        assert needed in text
    # On a host Docker publishes 8443 as 443; here the authority asks the container itself.
    text = text.replace("8443", "443").replace(
        "disable_http_challenge",
        "disable_http_challenge\n\t\t\tdir https://authority/acme/local/directory"
        "\n\t\t\ttrusted_roots /dev/shm/gateway/tls.crt",
    )
    files, data = {"Caddyfile": text, "tls.crt": trusted}, ground.volume("certificates")
    serials = set()
    for _ in range(2):
        gateway = ground.container("gateway", image, files, "-v", f"{data}:/var/lib/caddy", alias=NAME)
        address = kit.docker(
            "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", gateway
        ).stdout.strip()
        serials.add(serial_of(address, trusted, partial(kit.logs, gateway)))
        ground.remove(gateway)
    assert len(serials) == 1


def serial_of(address: str, trusted: str, said: Callable[[], str]) -> str:
    """The serial number of the certificate for the name, once it is there and verifies."""
    found: list[str] = []

    def verifies() -> bool:
        try:
            with (
                socket.create_connection((address, 443), timeout=5) as raw,
                trusting(trusted).wrap_socket(raw, server_hostname=NAME) as secure,
            ):
                found.append(str((secure.getpeercert() or {})["serialNumber"]))
        except OSError:
            return False
        return True

    until(verifies, said)
    return found[0]
