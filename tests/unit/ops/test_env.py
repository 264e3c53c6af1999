"""What `make env` prints for a shell, from a setup that has run."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def environment(folder: Path, **given: str) -> dict[str, str]:
    """The variables of a shell that evaluates it."""
    mark = (
        subprocess.run(["cksum"], input=str(ROOT).encode(), capture_output=True, check=True).stdout.split()[0].decode()
    )
    route = folder / "checkouts" / mark / "route.sh"
    route.parent.mkdir(parents=True)
    route.write_text(f"BIN={folder}/bin\nPLUGIN_HOME={folder}/home\nPLUGIN_KIND=stand-ins\n")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
    known = clean | {"MENTOR_CACHE": str(folder), "MENTOR_STATE": str(folder / "state"), "HOME": str(folder)} | given
    script = 'eval "$(ops/setup/env.sh)" && env -0'
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=known, capture_output=True, check=True)
    return dict(line.split("=", 1) for line in done.stdout.decode().split("\0") if "=" in line)


@pytest.mark.parametrize(("cores", "at_once"), [("2", "32"), ("8", "32"), ("12", "48")])
def test_a_small_machine_does_more_at_once_than_pulumi_would(tmp_path: Path, cores: str, at_once: str) -> None:
    machine = tmp_path / "machine"
    machine.mkdir()
    (machine / "getconf").write_text(f"#!/bin/sh\n[ $1 = _NPROCESSORS_ONLN ] && echo {cores}\n")
    (machine / "getconf").chmod(0o755)
    path = f"{machine}:{os.environ['PATH']}"
    assert environment(tmp_path, PATH=path)["PULUMI_PARALLEL"] == at_once


def test_a_persons_own_choice_wins_and_the_workshops_ssh_comes_first(tmp_path: Path) -> None:
    found = environment(tmp_path, PULUMI_PARALLEL="4", PULUMI_STACK="mine")
    assert (found["PULUMI_PARALLEL"], found["PULUMI_STACK"]) == ("4", "mine")
    assert found["PATH"].startswith(f"{ROOT}/ops/ssh:")
    assert (tmp_path / "state" / "passphrase").stat().st_mode & 0o077 == 0
