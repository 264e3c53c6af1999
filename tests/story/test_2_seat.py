"""A student's machine: its tools, its engine, and nothing of anybody else's."""

import subprocess
from pathlib import Path

from tests.ground import run
from tests.workshop_kit import Workshop, docker


def test_a_seat_has_its_tools_its_material_and_its_own_engine(lab: Workshop) -> None:
    tools = "bash htop vim iftop iotop iperf ifconfig ping psql git tmux ansible ssh docker curl jq less nano"
    assert lab.inside("s01", f"for t in {tools}; do command -v $t >/dev/null || echo missing $t; done") == ""
    assert lab.inside("s01", "docker compose version --short")[0].isdigit()
    assert "01" in lab.inside("s01", "ls /workshop")
    assert lab.inside("s01", "date +%Z") in {"CET", "CEST"}
    assert lab.inside("s01", "docker run --rm --entrypoint psql lab/postgres:17 --version").startswith("psql")


def test_psql_in_the_seat_reaches_the_persons_own_database(lab: Workshop) -> None:
    password = lab.passwords()["s01"]
    answer = docker(
        "exec", "-i", "-u", "student", lab.container("seat-s01"), "bash", "-lc",
        "read -r PGPASSWORD; export PGPASSWORD; psql -Atc 'select current_user, current_database()'",
        input=password + "\n",
    )  # fmt: skip
    assert answer == "s01|s01"


def test_the_class_is_asked_only_where_no_other_server_is_named(lab: Workshop) -> None:
    """A server of the student's own is asked as anywhere else: no TLS is demanded, no database of the class's named."""
    said = lab.inside("s01", "psql -h localhost -c 'select 1' 2>&1", check=False)
    assert "Connection refused" in said
    assert "SSL" not in said
    assert lab.inside("s01", "env | grep ^PG", check=False) == ""
    assert lab.inside("s01", "psql -w -h postgres -U s01 -d nowhere -c 'select 1' 2>&1", check=False).count("nowhere")


def test_a_password_is_kept_for_today_when_the_student_asks_for_it(lab: Workshop) -> None:
    seat, kept = lab.container("seat-s01"), "$XDG_RUNTIME_DIR/class-password"

    def remember(password: str) -> subprocess.CompletedProcess[str]:
        return run("docker", "exec", "-i", "-u", "student", seat, "bash", "-lc", "remember",
                   input=password + "\n", check=False)  # fmt: skip

    ask = "psql -wXAtc 'select current_user' 2>&1"
    assert "no password supplied" in lab.inside("s01", ask, check=False)
    refused = remember("not-the-password")
    assert refused.returncode == 1
    assert "authentication failed" in refused.stderr
    assert "not-the-password" not in refused.stdout + refused.stderr
    assert remember(lab.passwords()["s01"]).returncode == 0
    assert lab.inside("s01", ask) == "s01"
    assert lab.inside("s01", f"stat -c %a {kept}; stat -f -c %T {kept}") == "600\ntmpfs"
    # Yesterday's is no longer used, and goes.
    lab.inside("s01", f"sed -i '1s/.*/# 1/' {kept}")
    assert "no password supplied" in lab.inside("s01", ask, check=False)
    assert lab.inside("s01", f"ls {kept}", check=False) == ""


def addresses(lab: Workshop, container: str) -> list[str]:
    """Every address that a container has."""
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    return docker("inspect", "-f", template, lab.container(container)).split()


def test_a_seat_passes_its_security_checks_and_nothing_of_a_neighbour_answers(lab: Workshop) -> None:
    script = (Path(__file__).parent / "seat_checks.sh").read_text()
    neighbours = addresses(lab, "seat-s02")
    assert neighbours
    done = run(
        "docker", "exec", "-i", "-u", "student", lab.container("seat-s01"), "bash", "-l", "-s", "--", *neighbours,
        input=script, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout, done.stdout
    for neighbour in neighbours:
        assert f"ok   nothing answers at {neighbour}:2222" in done.stdout


def test_spyglass_itself_does_not_answer_a_seat(lab: Workshop) -> None:
    probe = "timeout 2 bash -c '</dev/tcp/{0}/8000' 2>/dev/null && echo open {0}; true"
    for address in addresses(lab, "spyglass"):
        assert lab.inside("s01", probe.format(address)) == ""
    # What the seat is given does answer.
    assert "postgres" in lab.inside("s01", "getent hosts postgres")
    lab.inside("s01", "timeout 20 bash -c '</dev/tcp/postgres/5432'")
