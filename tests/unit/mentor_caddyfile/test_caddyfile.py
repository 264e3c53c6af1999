"""The gateway's configuration: its text, what Caddy makes of it, and what Caddy then does."""

import http.server
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Literal

import pytest

from mentor.components import caddyfile as module
from mentor.components.caddyfile import caddyfile
from tests.ports import free_port
from tests.waiting import PATIENCE, until, wait_for_server

CADDY = shutil.which("caddy")
needs_caddy = pytest.mark.skipif(not CADDY, reason="needs caddy: apt-get install caddy")

Mode = Literal["internal", "files", "acme"]


def text(tls: Mode = "internal", **changes: Any) -> str:
    values = {"tls": tls, "email": None, "addresses": ["lab.example", "192.0.2.7"]}
    return caddyfile(**values | {"upstream": "spyglass:8000", "grafana": "grafana:3000"} | changes)


def adapted(content: str) -> Any:
    assert CADDY
    done = subprocess.run(
        [CADDY, "adapt", "--adapter", "caddyfile", "--config", "/dev/stdin"],
        input=content.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@needs_caddy
@pytest.mark.parametrize("tls", ["internal", "files", "acme"])
def test_caddy_understands_it_and_opens_one_port(tls: Mode) -> None:
    config = adapted(text(tls, email="ops@lab.example" if tls == "acme" else None))
    servers = config["apps"]["http"]["servers"].values()
    assert [server["listen"] for server in servers] == [[":8443"]]
    assert config["admin"] == {"disabled": True}
    (server,) = servers
    assert server["protocols"] == ["h1", "h2"]
    policies = json.dumps(server["tls_connection_policies"])
    assert '"default_sni": "lab.example"' in policies


@needs_caddy
def test_acme_orders_certificates_for_names_alone_and_inside_tls() -> None:
    config = adapted(text("acme", email="ops@lab.example", addresses=["192.0.2.7", "lab.example", "alias.example"]))
    (server,) = config["apps"]["http"]["servers"].values()
    hosts = [host for route in server["routes"] for match in route.get("match", []) for host in match.get("host", [])]
    assert sorted(hosts) == ["alias.example", "lab.example"]
    issuers = json.dumps(config["apps"]["tls"]["automation"])
    assert '"http": {"disabled": true}' in issuers
    assert "ops@lab.example" in issuers
    assert server["automatic_https"]["disable_redirects"] is True


def test_the_first_address_answers_those_who_name_none() -> None:
    assert "default_sni 192.0.2.7\n" in text(addresses=["192.0.2.7", "lab.example"])


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_GET(self) -> None:
        body = json.dumps(self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Server", "secret-version")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[http.server.HTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@contextmanager
def caddy_before(folder: Path, **upstreams: Any) -> Iterator[tuple[int, Path]]:
    """Caddy itself on a free port; and the file of what it logs."""
    assert CADDY
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "tls.key", "-out", "tls.crt"]
    subprocess.run([*make.split(), *names], check=True, cwd=folder, stderr=subprocess.DEVNULL)
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CERTIFICATE", str(folder / "tls.crt"))
        patch.setattr(module, "KEY", str(folder / "tls.key"))
        content = text(addresses=["localhost", "127.0.0.1"], **upstreams)
    (folder / "Caddyfile").write_text(content.replace("8443", str(port)))
    log = folder / "log"
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [CADDY, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with log.open("wb") as stream:
        caddy = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)
    wait_for_server(port, caddy, log.read_text)
    yield port, log
    caddy.terminate()
    caddy.wait(PATIENCE)


@pytest.fixture
def gateway(tmp_path: Path, upstream: http.server.HTTPServer) -> Iterator[tuple[int, Path]]:
    with caddy_before(tmp_path, upstream=f"127.0.0.1:{upstream.server_port}") as running:
        yield running


def ask(port: int, path: str = "/", host: str = "localhost", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = HTTPSConnection(host, port, context=ssl._create_unverified_context(), timeout=PATIENCE)  # noqa: S323, SLF001
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


@needs_caddy
def test_it_opens_by_name_and_by_ip(gateway: tuple[int, Path]) -> None:
    for host in ("localhost", "127.0.0.1"):
        status, headers, _ = ask(gateway[0], host=host)
        assert status == 200
        assert headers["strict-transport-security"] == "max-age=86400"
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


@needs_caddy
def test_the_app_hears_the_browsers_real_address_and_none_that_it_claims(gateway: tuple[int, Path]) -> None:
    lies = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-WEBAUTH-USER": "admin",
    }
    _, _, body = ask(gateway[0], **lies)
    heard = {name.lower(): value for name, value in json.loads(body)}
    assert heard["x-forwarded-for"] == "127.0.0.1"
    assert "203.0.113.9" not in body
    assert "evil.example" not in body
    assert "admin" not in body


@needs_caddy
def test_no_secret_is_written_down(gateway: tuple[int, Path]) -> None:
    port, log = gateway
    secrets = {"Cookie": "__Host-session-dev=canary-one", "Authorization": "Basic canary-two"}
    ask(port, "/page?token=canary-three", **secrets)
    until(lambda: '"uri":"/page"' in log.read_text(), log.read_text)
    assert "canary" not in log.read_text()


@needs_caddy
def test_a_portal_that_is_down_is_said_in_words(gateway: tuple[int, Path], upstream: http.server.HTTPServer) -> None:
    upstream.shutdown()
    upstream.server_close()
    status, headers, body = ask(gateway[0])
    assert status == 503
    assert headers["retry-after"] == "5"
    assert "The portal does not answer" in body
