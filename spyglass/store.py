"""One SQLite file for what must survive a restart; each concern brings its own table.

Calls are made directly from the event loop: every statement touches few rows of an indexed table in a local file,
which takes less time than handing it to a thread.
"""

import sqlite3
from pathlib import Path


def connect(path: Path, *schemas: str) -> sqlite3.Connection:
    """Open the file, or make it, with every given table in it."""
    # Made before the event loop starts, perhaps in another thread; used from the loop alone.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA busy_timeout = 3000")
    for schema in schemas:
        connection.executescript(schema)
    path.chmod(0o600)
    return connection
