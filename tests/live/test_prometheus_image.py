"""What Prometheus makes of what it is told: the rules by themselves, and the image that holds them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import image_kit as kit
from tests.live import rules_kit

RULES = Path(__file__).parent / "prometheus_rules.yml"


def test_what_is_done_known_and_worth_a_look_is_as_the_rules_say() -> None:
    rules_kit.hold(RULES.read_text())


@pytest.fixture(scope="module")
def prometheus() -> Iterator[str]:
    with kit.ground() as ground:
        name = ground.container("prometheus", kit.image("prometheus"), {})
        kit.wait_healthy(name)
        yield name


def test_it_is_nobodys_root(prometheus: str) -> None:
    script = "grep -l '^Name:.prometheus$' /proc/[0-9]*/status | xargs grep -hE '^(Uid|CapEff)'"
    said = kit.docker("exec", prometheus, "sh", "-c", script).stdout.split()
    assert said == ["Uid:", *["904"] * 4, "CapEff:", "0" * 16]


@pytest.mark.parametrize("path", ["/-/quit", "/-/reload", "/api/v1/admin/tsdb/delete_series?match[]=up"])
def test_t15_whoever_reaches_it_may_ask_and_change_nothing(prometheus: str, path: str) -> None:
    ask = f"exec 3<> /dev/tcp/127.0.0.1/9090; printf 'POST {path} HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    said = kit.docker("exec", prometheus, "bash", "-c", ask).stdout
    assert "API is not enabled" in said or "admin APIs disabled" in said
    assert kit.docker("exec", prometheus, "healthy").returncode == 0
