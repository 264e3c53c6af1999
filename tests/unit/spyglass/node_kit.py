"""The pages' pure scripts, run by the Node.js that Playwright brings.

In: a module of spyglass/static, an expression over it. Out: its value.
"""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[3] / "spyglass" / "static"


def _node() -> str | None:
    found = find_spec("playwright")
    own = Path(found.origin).parent / "driver" / "node" if found and found.origin else None
    return str(own) if own and own.exists() else shutil.which("node")


NODE = _node()
needs_node = pytest.mark.skipif(NODE is None, reason="needs Node.js: pip install playwright")


def run(module: str, expression: str, *arguments: Any) -> Any:
    """The value of an expression over a module ``it`` and arguments ``a``."""
    script = f"""
    const it = await import({json.dumps((STATIC / module).as_uri())});
    const a = {json.dumps(arguments)};
    console.log(JSON.stringify({expression}));
    """
    done = subprocess.run(
        [NODE or "", "--no-warnings", "--input-type=module", "-e", script],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout)
