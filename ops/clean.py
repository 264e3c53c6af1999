"""Removes the images that workshops were built from; with ``ALL=1`` also the downloads and builds in the cache.

In: the label ``mentor.image``, ``MENTOR_CACHE``. Out: disk space. Volumes, archives and state are never touched.
"""

import os
import shutil
from pathlib import Path

from ops import stack_file
from ops.console import run, say
from ops.engine import Engine

IMAGE_LABEL = "mentor.image"


def main() -> int:
    """Run as ``python -m ops.clean``."""
    engine = Engine(stack_file.engine(stack_file.path(os.environ.get("STACK", "dev")), stack_file.project()))
    images = engine.read(
        "image", "ls", "--all", "--no-trunc", "--filter", f"label={IMAGE_LABEL}", "--format", "{{.ID}}"
    )
    removed = used = 0
    for image in dict.fromkeys(images.split()):
        done = engine.run("image", "rm", "--force", image)
        if done.returncode == 0:
            removed += 1
        elif "No such image" not in done.stderr:
            used += 1
    say(f"clean: {removed} images removed" + (f", {used} kept because containers use them" if used else ""))
    if os.environ.get("ALL", "") not in {"", "0", "no"}:
        cache = Path(os.environ.get("MENTOR_CACHE") or Path.home() / ".cache" / "mentor")
        for folder in (cache, stack_file.ROOT / ".venv"):
            shutil.rmtree(folder, ignore_errors=True)
            say(f"clean: {folder} removed")
    return 0


if __name__ == "__main__":
    run(main)
