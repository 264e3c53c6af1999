"""Grade, take in a new plan, or try one: ``python3 -m grader [checks-put | try]``."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import uvicorn

from . import api, plan, trial
from .reset import Resetter
from .work import Work

POSTGRES = "/run/postgresql-shared"
PLAN = Path("/var/lib/grader/checks.json")
SAVES = Path("/saves")
SOCKET = "/run/grader/grader.sock"


async def serve() -> None:
    """Grade and answer until the container stops."""
    work = Work(POSTGRES, plan.PlanFile(PLAN))
    resetter = Resetter(POSTGRES, SAVES, work)
    server = uvicorn.Server(
        uvicorn.Config(
            api.create(work, resetter),
            uds=SOCKET,
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=2,
        )
    )
    tidying = asyncio.create_task(resetter.tidy())
    working = asyncio.create_task(work.run())
    answering = asyncio.create_task(server.serve())
    # Where one of the two ends, the container ends, and is started again.
    done, _ = await asyncio.wait({working, answering}, return_when=asyncio.FIRST_COMPLETED)
    working.cancel()
    tidying.cancel()
    for each in done:
        each.result()


def main() -> int:
    """Say how it ended."""
    os.umask(0o007)
    if sys.argv[1:] == ["checks-put"]:
        return plan.main(PLAN)
    if sys.argv[1:] == ["try"]:
        return trial.main(POSTGRES)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(serve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
