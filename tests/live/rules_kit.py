"""The rules of Prometheus and PromQL by themselves, with promtool, in the image that holds the rules.

In: what series there are and what is to come out, as promtool reads it. Out: nothing; a failure shows what came out.
"""

from tests.live import image_kit as kit

RULE_FILES = ("/etc/mentor/prometheus/rules.yml", "/etc/mentor/prometheus/alerts.yml")


def hold(tests: str) -> None:
    """Run promtool's tests, which must pass."""
    kit.need_engine()
    words = ("docker", "run", "--rm", "-i", "--label", kit.LABEL, "--network", "none", "--entrypoint", "sh")
    script = "cat > /tmp/tests.yml && promtool test rules /tmp/tests.yml"
    done = kit.run(*words, kit.image("prometheus"), "-c", script, stdin=tests, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
