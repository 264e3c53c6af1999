"""The environment for plain pulumi, as `make env` prints it: what is set, and that a person's own settings win."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.workshop_kit import backend

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache in which `make setup` has written which plugins there are."""
    found = tmp_path / "cache"
    where = f'. {ROOT}/ops/setup/common.sh && echo "$ROUTE"'
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "MENTOR_CACHE": str(found)}
    route = subprocess.run(["bash", "-c", where], env=environment, capture_output=True, text=True, check=True).stdout
    file = Path(route.strip())
    assert file.is_relative_to(found)
    file.parent.mkdir(parents=True)
    file.write_text("PLUGIN_HOME=/plugins PLUGIN_KIND=stand-ins BIN=/bin\n")
    return found


def printed(cache: Path, **own: str) -> dict[str, str]:
    """What it exports for somebody with an empty home and these settings of his own."""
    home = cache.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "MENTOR_CACHE": str(cache), **own}
    command = ["bash", str(ROOT / "ops/setup/env.sh")]
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    lines = [shlex.split(line) for line in text.splitlines() if line.startswith("export ")]
    return dict(word.split("=", 1) for line in lines for word in line[1:])


def test_the_state_is_written_quickly_and_read_by_nobody_else(cache: Path) -> None:
    found = printed(cache)
    state = cache.parent / "home/.local/state/mentor"
    assert found["PULUMI_BACKEND_URL"] == f"file://{state}/state?metadata=skip" == backend(state / "state")
    assert found["GOGC"] == "400"
    assert {path.stat().st_mode & 0o777 for path in (state, state / "state")} == {0o700}


def test_a_persons_own_settings_win(cache: Path) -> None:
    found = printed(cache, GOGC="50", PULUMI_BACKEND_URL="s3://bucket", PULUMI_CONFIG_PASSPHRASE="own", STACK="class")
    assert "GOGC" not in found
    assert found["PULUMI_BACKEND_URL"] == "s3://bucket"
    assert found["PULUMI_STACK"] == "class"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in found


def test_an_earlier_login_wins(cache: Path) -> None:
    login = cache.parent / "home/.pulumi/credentials.json"
    login.parent.mkdir(parents=True)
    login.write_text('{"current": "file:///srv/pulumi"}')
    assert printed(cache)["PULUMI_BACKEND_URL"] == "file:///srv/pulumi"
