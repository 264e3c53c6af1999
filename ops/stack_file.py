"""Reads the few settings that the operator's programs need before, or without, the program itself.

In: Pulumi.yaml and Pulumi.<stack>.yaml. Out: the project's name, plain settings; as a command, the engine's address.
The program validates the settings; here a wrong one only means the default.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
LOCAL_ENGINE = "unix:///var/run/docker.sock"


def path(stack: str, root: Path = ROOT) -> Path:
    """The stack's settings file, where Pulumi looks for it."""
    return root / f"Pulumi.{stack}.yaml"


def project(root: Path = ROOT) -> str:
    """The project's name, which is the prefix of its configuration keys."""
    return str(_mapping(root / "Pulumi.yaml").get("name", "mentor"))


def setting(file: Path, key: str, prefix: str = "mentor") -> Any:  # noqa: ANN401 - YAML holds anything
    """One top-level setting as it stands in the file, or None."""
    config = _mapping(file).get("config")
    return config.get(f"{prefix}:{key}") if isinstance(config, dict) else None


def engine(file: Path, prefix: str = "mentor") -> str:
    """The address of the stack's Docker Engine."""
    hosts = setting(file, "hosts", prefix)
    if isinstance(hosts, str):
        return hosts
    return hosts[0] if isinstance(hosts, list) and hosts and isinstance(hosts[0], str) else LOCAL_ENGINE


def _mapping(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


if __name__ == "__main__":
    print(engine(Path(sys.argv[1]), project()))
