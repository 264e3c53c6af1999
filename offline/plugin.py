"""The executable behind every plugin stand-in: `plugin.py NAME VERSION ENGINE_ADDRESS` prints its port and serves."""

import importlib
import importlib.machinery
import sys
import types
from pathlib import Path

# In the place of this script's own folder, so that the modules have one name wherever they are used from.
sys.path[0] = str(Path(__file__).resolve().parents[1])


def bare(package: str, inside: list[str] | None = None) -> list[str]:
    """Register a package without running it, and say where its parts are."""
    spec = importlib.machinery.PathFinder.find_spec(package, inside)
    module = types.ModuleType(package)
    module.__path__ = list(spec.submodule_search_locations or []) if spec else []
    sys.modules[package] = module
    return module.__path__


def main(name: str, version: str, engine: str) -> None:
    """Load only the adapters of the one plugin that was asked for, and serve them until the engine is done."""
    # Of the SDK only the messages are needed: without the rest a plugin starts in half the time, and each run of
    # `pulumi up` starts every plugin twice.
    bare("pulumi.runtime", bare("pulumi"))
    plugin = importlib.import_module(f"offline.standins.{name}_plugin").plugin()
    importlib.import_module("offline.standins.server").serve(plugin, version, engine)


if __name__ == "__main__":
    main(*sys.argv[1:4])
