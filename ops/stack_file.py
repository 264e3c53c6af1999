"""Reads the few settings that the operator's programs need before, or without, the program itself.

In: Pulumi.yaml and Pulumi.<stack>.yaml. Out: the project's name, plain settings; as a command, the engine's address, or
with the word ``install`` whether Docker is to be installed there: ``docker``, or nothing.
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
    host = _host(file, prefix)
    url = host.get("url") if isinstance(host, dict) else host
    return url if isinstance(url, str) else LOCAL_ENGINE


def installs(file: Path, prefix: str = "mentor") -> bool:
    """Whether Docker is to be installed on the host where it is missing."""
    host = _host(file, prefix)
    return isinstance(host, dict) and host.get("install") == "docker"


def _host(file: Path, prefix: str) -> object:
    hosts = setting(file, "hosts", prefix)
    return next(iter(hosts), None) if isinstance(hosts, list) else hosts


def _mapping(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


if __name__ == "__main__":
    if sys.argv[2:] == ["install"]:
        print("docker" if installs(Path(sys.argv[1]), project()) else "")
    else:
        print(engine(Path(sys.argv[1]), project()))
