"""The double of Grafana as an image, under the name of an official one; no registry has it.

In: an image with Python, of the workshop's own. Out: `IMAGE` on the host.
"""

import os
import shutil
from pathlib import Path

from tests.ground import NAMES
from tests.workshop_kit import ROOT, docker

IMAGE = f"{NAMES}grafana.invalid/grafana:12.2.0"
FILES = ("grafana_alerting.py", "grafana_checks.py", "grafana_stub.py", "boards/server.py")


def build(base: str, folder: Path) -> None:
    """Make it on the host, in an empty folder."""
    for file in FILES:
        shutil.copy(ROOT / "tests" / file, folder)
    (folder / "Dockerfile").write_text(
        f"FROM {base}\nENV PYTHONPATH=/double\nCOPY *.py /double/tests/\n"
        'ENTRYPOINT ["python3", "/double/tests/server.py"]\n'
    )
    docker("build", "-q", "-t", IMAGE, str(folder), env=os.environ | {"DOCKER_BUILDKIT": "0"})
