"""The gateway before Grafana, with Caddy itself; what stands behind it are doubles that echo."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.mentor_caddyfile.test_caddyfile import ask, caddy_before, needs_caddy, text

pytestmark = needs_caddy


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with its own name and what it was sent; the web app's double knows one cookie."""

    name = ""

    def do_GET(self) -> None:
        if self.path == "/boards/visitor":
            known = self.headers.get("Cookie") == "session=ada"
            self.send_response(204 if known else 303)
            told = {"X-Webauth-User": "ada", "X-Webauth-Role": "Viewer", "X-Webauth-Name": "Ada"}
            for name, value in (told if known else {"Location": "/sign-in"}).items():
                self.send_header(name, value)
            self.end_headers()
            return
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length).decode()
        answer = {"who": self.name, "path": self.path, "headers": dict(self.headers.items()), "body": sent}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def serve(name: str) -> http.server.HTTPServer:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type(name, (Echo,), {"name": name}))
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    return server


Ask = Callable[..., tuple[int, dict[str, str], Any]]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Caddy before two doubles."""
    servers = {name: serve(name) for name in ("spyglass", "grafana")}
    at = {name: f"127.0.0.1:{server.server_port}" for name, server in servers.items()}
    with caddy_before(tmp_path_factory.mktemp("gateway"), upstream=at["spyglass"], grafana=at["grafana"]) as (port, _):

        def asked(path: str, **headers: str) -> tuple[int, dict[str, str], Any]:
            status, answered, body = ask(port, path, **headers)
            return status, answered, json.loads(body) if body.startswith("{") else body

        yield asked
    for server in servers.values():
        server.shutdown()
        server.server_close()


def heard(answer: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in answer["headers"].items()}


def test_whoever_is_signed_in_reaches_grafana_under_his_own_name(gateway: Ask) -> None:
    status, _, answer = gateway("/grafana/d/class?var-student=s01", Cookie="session=ada")
    assert (status, answer["who"], answer["path"]) == (200, "grafana", "/grafana/d/class?var-student=s01")
    told = heard(answer)
    assert (told["x-webauth-user"], told["x-webauth-role"], told["x-webauth-name"]) == ("ada", "Viewer", "Ada")


def test_nobodys_session_goes_further_than_to_the_web_app(gateway: Ask) -> None:
    _, _, answer = gateway("/grafana/", Cookie="session=ada", Authorization="Basic eDp5")
    assert answer["who"] == "grafana"
    assert not {"cookie", "authorization"} & heard(answer).keys()


CLAIMS = ("X-WEBAUTH-USER", "X-Webauth-Role", "x-webauth-name", "X-Webauth-Groups")


def test_nobody_tells_grafana_himself_who_he_is(gateway: Ask) -> None:
    claimed = dict.fromkeys(CLAIMS, "Admin")
    status, headers, _ = gateway("/grafana/", **claimed)
    assert (status, headers["location"]) == (303, "/sign-in")
    _, _, answer = gateway("/grafana/", Cookie="session=ada", **claimed)
    assert "Admin" not in json.dumps(answer)
    for program in ({"Authorization": "Basic eDp5"}, {"Authorization": "Basic eDp5", "Cookie": "session=ada"}):
        _, _, answer = gateway("/grafana/api/user", **claimed, **program)
        assert answer["who"] == "grafana"
        assert not [name for name in heard(answer) if name.startswith("x-webauth") or name == "cookie"]


def test_a_program_with_a_password_of_grafanas_reaches_its_api_and_no_page(gateway: Ask) -> None:
    status, _, answer = gateway("/grafana/api/folders", Authorization="Basic eDp5")
    assert (status, answer["who"], heard(answer)["authorization"]) == (200, "grafana", "Basic eDp5")
    for page in ("/grafana/d/class", "/grafana", "/grafana/apis/x", "/grafana/api"):
        assert gateway(page, Authorization="Basic eDp5")[0] == 303, page


@pytest.mark.parametrize("path", ["/grafanas", "/", "/boards", "/static/grafana/x"])
def test_every_other_path_is_the_web_apps(gateway: Ask, path: str) -> None:
    assert gateway(path, Cookie="session=ada")[2]["who"] == "spyglass"


def test_without_a_grafana_a_page_says_so_and_the_rest_goes_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    spyglass = serve("spyglass")
    at = f"127.0.0.1:{spyglass.server_port}"
    with caddy_before(tmp_path_factory.mktemp("gateway"), upstream=at, grafana="127.0.0.1:1") as (port, _):
        status, _, body = ask(port, "/grafana/d/class", Cookie="session=ada")
        assert status == 503
        assert "Grafana does not answer" in body
        assert ask(port, "/")[0] == 200
        assert ask(port, "/grafana/")[0] == 303
    spyglass.shutdown()
    spyglass.server_close()


def test_the_route_is_there_in_every_mode() -> None:
    for tls in ("internal", "files", "acme"):
        assert text(tls).count("reverse_proxy grafana:3000") == 2
