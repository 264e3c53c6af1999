"""What all images stand on, and the two commands that it has for their builds."""

import json

import pytest

from tests.live import image_kit as kit

COMMANDS = sorted(path.name for path in (kit.ROOT / "images" / "base" / "sbin").iterdir())


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    kit.need_engine()


def run_in(image: str, script: str, *options: str) -> kit.Completed:
    """Run a script in a container that is gone afterwards."""
    words = ("run", "--rm", "--label", kit.LABEL, "--entrypoint", "sh", *options, image, "-ec", script)
    return kit.docker(*words, check=False)


def layers(image: str) -> list[str]:
    found: list[str] = json.loads(kit.docker("image", "inspect", "-f", "{{json .RootFS.Layers}}", image).stdout)
    return found


@pytest.mark.parametrize("name", ["seat", "postgres", "directory", "prometheus"])
def test_an_image_stands_on_the_base_and_is_called_by_its_own_name(name: str) -> None:
    below = layers(kit.image("base"))
    assert layers(kit.image(name))[: len(below)] == below
    label = '{{index .Config.Labels "mentor.image"}}'
    assert kit.docker("image", "inspect", "-f", label, kit.image(name)).stdout.strip() == name


def test_packages_come_without_what_only_their_installation_needs() -> None:
    script = """install-packages tini && tini --version
      policy-rc.d ssh start || echo "starting a service ends with $?"
      find /var/log -maxdepth 0 -type d
      find /var/lib/apt/lists /var/log /var/cache/apt -type f -size +0
      find /var/lib/dpkg /var/cache/debconf -name '*-old'
      find /usr/share/doc /usr/share/man -path '*tini*' -type f"""
    done = run_in(kit.image("base"), script)
    assert done.stdout.startswith("tini version"), done
    assert done.stdout.splitlines()[1:] == ["starting a service ends with 101", "/var/log"], done


def test_programs_come_without_what_their_packages_depend_on() -> None:
    script = """count=$(dpkg -l | wc -l) && unpack-programs promtool tini
      promtool --version | head -n 1 && tini --version
      test "$(dpkg -l | wc -l)" = "$count" && ls -A /usr/local/bin /var/lib/apt/lists && find /tmp -mindepth 1"""
    done = run_in(kit.image("base"), script)
    first, second, *rest = done.stdout.splitlines()
    assert (first.split(",")[0], second.split()[0]) == ("promtool", "tini"), done
    assert rest == ["/usr/local/bin:", "promtool", "tini", "", "/var/lib/apt/lists:"], done


@pytest.mark.parametrize("command", COMMANDS)
def test_what_cannot_be_had_stops_the_build(command: str) -> None:
    done = run_in(kit.image("base"), f"{command} no-such-package; echo went on")
    assert done.returncode not in {0, 126, 127}
    assert ("no-such-package" in done.stderr, done.stdout) == (True, ""), done


@pytest.mark.parametrize("command", COMMANDS)
def test_a_student_can_run_neither(command: str) -> None:
    done = run_in(kit.image("seat"), f"/usr/local/sbin/{command} tini", "--user", "student")
    assert (done.returncode, done.stdout) == (126, ""), done
