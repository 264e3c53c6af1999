"""The executable behind every plugin stand-in: `plugin.py NAME VERSION ENGINE_ADDRESS` prints its port and serves."""

import importlib
import sys
from pathlib import Path

# In the place of this script's own folder, so that the modules have one name wherever they are used from.
sys.path[0] = str(Path(__file__).resolve().parents[1])


def main(name: str, version: str, engine: str) -> None:
    """Load only the adapters of the one plugin that was asked for, and serve them until the engine is done."""
    plugin = importlib.import_module(f"offline.standins.{name}_plugin").plugin()
    importlib.import_module("offline.standins.server").serve(plugin, version, engine)


if __name__ == "__main__":
    main(*sys.argv[1:4])
