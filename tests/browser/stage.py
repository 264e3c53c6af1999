"""A portal without a workshop around it: the images of gateway, spyglass, directory and seat, on the local engine.

``python -m tests.browser.stage up FOLDER`` starts it and prints the environment that the tests here read; ``down``
removes it.
It is for working on the web app; the tests themselves run against any workshop.
"""

import io
import json
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from mentor.components.caddyfile import caddyfile
from ops.scratch import image
from ops.seat_options import SEAT_OPTIONS

ROOT = Path(__file__).parents[2]
PREFIX = "try-stage"
NETWORK = "10.99.40.0/24"
PORT = 9443
PEOPLE = [
    ("s01", "Ada Lovelace", "red", "student"),
    ("s02", "Bertold <b>Brecht</b>", "red", "student"),
    ("s03", "Çelik Nâzim", "blue", "student"),
    ("spare01", "Spare 1", None, "spare"),
    ("teacher", "Grace Hopper", None, "teacher"),
]


def run(*command: str, stdin: bytes | None = None) -> str:
    """Run a command; what it prints comes back."""
    return subprocess.run(command, input=stdin, check=True, stdout=subprocess.PIPE).stdout.decode()


def run_bytes(*command: str) -> bytes:
    """The same, and what it prints is no text."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def upload(container: str, files: dict[str, str]) -> None:
    """Put files into a container that was created and not started."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text.encode()), 0o400
            if name.endswith("authorized_keys"):
                entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(text.encode()))
    run("docker", "cp", "-", f"{container}:/etc", stdin=archive.getvalue())


def create(name: str, image: str, files: dict[str, str], *options: str) -> None:
    """Create, fill and start one container."""
    container = f"{PREFIX}-{name}"
    run("docker", "create", "--name", container, "--network", PREFIX, "--network-alias", name, *options, image)
    upload(container, files)
    run("docker", "start", container)


def healthy(name: str, *check: str) -> None:
    """Wait for a container's own check."""
    until = time.monotonic() + 60
    while subprocess.run(["docker", "exec", f"{PREFIX}-{name}", *check], check=False, capture_output=True).returncode:
        if time.monotonic() > until:
            sys.exit(run("docker", "logs", f"{PREFIX}-{name}") or f"{name} is not healthy")
        time.sleep(0.3)


def authority(folder: Path) -> None:
    """A certificate for the directory and the gateway, by a CA of their own."""
    names = "DNS:localhost,DNS:directory,IP:127.0.0.1"
    script = f"""set -e
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=stage \
      -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.crt
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=stage -keyout tls.key -out tls.csr
    printf 'basicConstraints=critical,CA:FALSE\\nsubjectAltName={names}\\n' > ext
    openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out tls.crt
    ssh-keygen -q -t ed25519 -N '' -f key"""
    subprocess.run(["bash", "-c", script], check=True, cwd=folder, stderr=subprocess.DEVNULL)


def course(people: list[tuple[str, str, str | None, str]]) -> bytes:
    """The class.json of the stage."""
    origins = [f"https://localhost:{PORT}", f"https://127.0.0.1:{PORT}"]
    seats = [
        {"id": name, "name": full, "group": group, "role": role, "host": f"{PREFIX}-seat-{name}", "port": 2222}
        for name, full, group, role in people
    ]
    event = {"name": "PostgreSQL in practice", "time_zone": "Europe/Berlin", "end": None}
    return json.dumps({"event": event, "origins": origins, "visibility": "own", "people": seats}).encode()


def up(folder: Path) -> None:
    """Build, start, fill; then say how to reach it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    images = {name: image(name) for name in ("gateway", "spyglass", "directory", "seat")}
    authority(folder)
    pem = {name: (folder / name).read_text() for name in ("ca.crt", "tls.crt", "tls.key", "key", "key.pub")}
    tls = {"mentor/tls.crt": pem["tls.crt"], "mentor/tls.key": pem["tls.key"], "mentor/ca.crt": pem["ca.crt"]}
    run("docker", "network", "create", "--subnet", NETWORK, PREFIX)
    passwords = {"mentor/reader_password": "stage-reader", "mentor/keeper_password": "stage-keeper"}
    create("directory", images["directory"], {**tls, **passwords})
    access = {"host": "directory", "port": 636, "tls": "ldaps", "base": "ou=people,dc=mentor", "attribute": "uid"}
    access |= {"bind_dn": "cn=reader,dc=mentor", "bind_password": "stage-reader"}
    access |= {"keeper_dn": "cn=keeper,dc=mentor", "keeper_password": "stage-keeper"}
    secrets = {"mentor/ssh_key": pem["key"], "mentor/directory.json": json.dumps(access)}
    secrets["mentor/directory_ca.crt"] = pem["ca.crt"]
    create("spyglass", images["spyglass"], secrets, "-e", f"SPYGLASS_NETWORK={NETWORK}", "-e", "SPYGLASS_STACK=stage")
    names, upstreams = ["localhost", "127.0.0.1"], {"upstream": "spyglass:8000", "grafana": "grafana:3000"}
    text = caddyfile(tls="internal", email=None, addresses=names, **upstreams)
    create("gateway", images["gateway"], {**tls, "mentor/Caddyfile": text}, "-p", f"127.0.0.1:{PORT}:8443")
    seccomp = f"--security-opt=seccomp={ROOT / 'images/seat/seccomp.json'}"
    credentials = []
    healthy("directory", "healthy")
    for name, full, _group, role in PEOPLE:
        kind = "teachers" if role == "teacher" else "students"
        account = {"id": name, "name": full, "email": None, "group": kind, "password": f"{name}-password"}
        run("docker", "exec", "-i", f"{PREFIX}-directory", "account", "put", stdin=json.dumps(account).encode())
        credentials.append({"id": name, "username": name, "password": f"{name}-password", "role": role})
        keys = {"seat/authorized_keys": pem["key.pub"]}
        if name != "spare01":  # nobody sits there: the page must say so
            create(f"seat-{name}", images["seat"], keys, *SEAT_OPTIONS, seccomp, "-e", f"STUDENT={name}")
    run("docker", "exec", "-i", f"{PREFIX}-spyglass", "class-put", stdin=course(PEOPLE))
    material = run_bytes("tar", "-C", str(ROOT / "workshop" / "material"), "-c", ".")
    run("docker", "exec", "-i", "-u", "0", f"{PREFIX}-spyglass", "course-put", "stage0", stdin=material)
    healthy("spyglass", "healthy")
    healthy("gateway", "healthy")
    (folder / "credentials.json").write_text(json.dumps(credentials))
    for line in (
        f"MENTOR_TEST_PORTAL=https://localhost:{PORT}",
        f"MENTOR_TEST_PORTAL_IP=https://127.0.0.1:{PORT}",
        f"MENTOR_TEST_CREDENTIALS={folder / 'credentials.json'}",
    ):
        sys.stdout.write(f"export {line}\n")


def down() -> None:
    """Remove containers, their anonymous volumes, and the network; images stay."""
    found = run("docker", "ps", "-aq", "--filter", f"name=^{PREFIX}-").split()
    if found:
        run("docker", "rm", "-f", "-v", *found)
    subprocess.run(["docker", "network", "rm", PREFIX], check=False, capture_output=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["up"]:
        up(Path(sys.argv[2]).absolute())
    else:
        down()
