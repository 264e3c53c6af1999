"""Keeps what Prometheus has seen of a workshop, before it goes.

In: the stack's Prometheus. Out: ``history-<time>.tar.gz`` beside the archives, readable by its owner only: a folder
``prometheus`` that any Prometheus opens.
"""

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path

from ops import private_file
from ops.engine import Engine
from ops.metrics import container


def keep(engine: Engine, stack: str, folder: Path) -> Path | None:
    """Save all of it; the server stands still meanwhile, so that what is read is whole.

    None where there is none: it is gone, as after a run that was cut short, or the workshop is one of before there was
    any.

    Raises:
        StopError, OSError: it is there, and cannot be saved.
    """
    name = container(stack)
    if engine.run("container", "inspect", name).returncode != 0:
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"history-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    engine.read("stop", "-t", "20", name)
    try:
        with (
            private_file.written(file) as raw,
            gzip.open(raw, "wb") as packed,
            engine.printing("cp", f"{name}:/prometheus", "-") as copying,
        ):
            shutil.copyfileobj(copying, packed)
    finally:
        engine.read("start", name)
    return file
