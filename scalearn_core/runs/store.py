"""The database of runs, `scalearn.db` in the workspace: all SQL of the package is here.

The database is an index; the run folders are the truth. Losing it loses the queue and the list of runs: the models
stay in their folders, usable from a shell, until a later version makes the list anew from them. So where runs lie
beside it, a missing database is told and never replaced by an empty one unasked.
Many processes share it: write-ahead logging, short connections, a wait of 30 s for a busy
database, and `BEGIN IMMEDIATE` for every write, so that each change is decided by one process at
a time. It must be on a local disk (the write-ahead log does not work over NFS).
"""

from __future__ import annotations

import errno
import json
import math
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scalearn_core.errors import RunError
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.folders import any_runs
from scalearn_core.runs.processes import Process
from scalearn_core.runs.records import Metric, Run, run_of_row
from scalearn_core.storage.locks import holding
from scalearn_core.storage.reserve import room

BUSY_SECONDS = 30.0
_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR)


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Turn what the disk or SQLite says about `path` into one sentence a user can act on.

    Raises:
        RunError: `run.database_damaged`, `run.database_busy`, `run.disk_full` or
            `run.workspace_unwritable`; other faults of SQLite are ours and pass unchanged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF  # extended codes hold it in the low byte
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise RunError("run.database_damaged", path=str(path)) from error
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise RunError("run.database_busy", path=str(path)) from error
        if primary == sqlite3.SQLITE_FULL:
            raise RunError("run.disk_full", path=str(path)) from error
        if primary in _UNWRITABLE:
            raise RunError("run.workspace_unwritable", path=str(path), detail=str(error)) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RunError("run.disk_full", path=str(path)) from error
        detail = error.strerror or str(error)
        raise RunError("run.workspace_unwritable", path=str(path), detail=detail) from error


def m001_runs_and_metrics(db: sqlite3.Connection) -> None:
    """`seq` is the order of the queue: it grows with each commit, whatever the clock does."""
    db.execute(
        """CREATE TABLE runs (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            lane TEXT NOT NULL,
            title TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'queued',
            config TEXT NOT NULL,
            progress REAL NOT NULL DEFAULT 0,
            stage TEXT NOT NULL DEFAULT 'waiting',
            eta_seconds REAL,
            error_code TEXT,
            error_values TEXT NOT NULL DEFAULT '{}',
            error_text TEXT,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            pid INTEGER,
            created_at REAL NOT NULL,
            started_at REAL,
            finished_at REAL)"""
    )
    db.execute("CREATE INDEX runs_status ON runs (status)")
    db.execute(
        """CREATE TABLE metrics (
            run_id TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL,
            PRIMARY KEY (run_id, name, step))"""
    )


def m002_start_of_the_process(db: sqlite3.Connection) -> None:
    """With the pid, the second sign of life (`processes.py`)."""
    db.execute("ALTER TABLE runs ADD COLUMN pid_started TEXT")


MIGRATIONS = [m001_runs_and_metrics, m002_start_of_the_process]
"""Every change of the tables, oldest first; `user_version` in the database counts those done. Only append."""


class Store:
    """The rows of one workspace. Holds no connection, so it may be made wherever it is needed.

    Every method raises `RunError` as `clear_errors` says, `run.database_missing` and `run.database_newer`.

    Args:
        home: The workspace.
        busy_seconds: How long a method waits for other processes.
    """

    def __init__(self, home: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = home.absolute() / "scalearn.db"
        self._busy_seconds = busy_seconds

    def open(self) -> None:
        """Make the database where there is none and no run either; a run's folder must come after it."""
        with self._read():
            pass

    def begin_anew(self) -> None:
        """Make an empty list, where that of the runs in the workspace is missing."""
        with self._read(anew=True):
            pass

    def insert(
        self, run_id: str, *, kind: str, lane: str, title: str, config: dict[str, Any], created_at: float
    ) -> None:
        """A new run at the end of its queue."""
        row = (run_id, kind, lane, title, json.dumps(config), created_at)
        with self._write() as db:
            db.execute(
                "INSERT INTO runs (id, kind, lane, title, config, created_at) VALUES (?, ?, ?, ?, ?, ?)", row
            )

    def run(self, run_id: str) -> Run | None:
        """The run, or None if there is no such row."""
        with self._read() as db:
            row = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        return None if row is None else run_of_row(dict(row))

    def recent(self, limit: int, kind: str | None) -> list[Run]:
        """The newest first."""
        query = "SELECT * FROM runs WHERE kind = coalesce(?, kind) ORDER BY seq DESC LIMIT ?"
        with self._read() as db:
            return [run_of_row(dict(row)) for row in db.execute(query, (kind, limit))]

    def active_ids(self) -> list[str]:
        """All that wait or work, the oldest first."""
        with self._read() as db:
            query = "SELECT id FROM runs WHERE status IN ('queued', 'running') ORDER BY seq"
            return [row["id"] for row in db.execute(query)]

    def restore(self, run: Run, *, lane: str) -> None:
        """The row of a run that lives, in a list that has lost it: at the end of its queue, if it still waits."""
        row = (
            run.id, run.kind, lane, run.title, run.status, json.dumps(run.config), run.progress, run.stage,
            run.cancel_requested, run.pid, run.pid_started, run.created_at, run.started_at,
        )  # fmt: skip
        with self._write() as db:
            db.execute(
                """INSERT OR IGNORE INTO runs (id, kind, lane, title, status, config, progress, stage,
                cancel_requested, pid, pid_started, created_at, started_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                row,
            )

    def note_process(self, run_id: str, process: Process) -> None:
        """Which process a run is, waiting or working."""
        with self._write() as db:
            values = (process.pid, process.started, run_id)
            db.execute("UPDATE runs SET pid = ?, pid_started = ? WHERE id = ?", values)

    def claim(self, run_id: str, *, slots: int) -> bool:
        """Start the run if it is the oldest waiting in its lane and fewer than `slots` work there."""
        with self._write() as db:
            claimed = db.execute(
                """UPDATE runs SET status = 'running', stage = 'starting', started_at = ?
                WHERE id = ? AND status = 'queued'
                AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.lane = runs.lane
                                AND other.status = 'queued' AND other.seq < runs.seq)
                AND ? > (SELECT count(*) FROM runs AS other WHERE other.lane = runs.lane
                         AND other.status = 'running')""",
                (time.time(), run_id, slots),
            )
            return claimed.rowcount == 1

    def record(
        self,
        run_id: str,
        *,
        stage: str,
        progress: float,
        eta_seconds: float | None,
        metrics: Iterable[Metric],
    ) -> None:
        """What a working run has to say, in one transaction."""
        with self._write() as db:
            db.execute(
                """UPDATE runs SET stage = ?, progress = ?, eta_seconds = ?
                WHERE id = ? AND status = 'running'""",
                (stage, progress, eta_seconds, run_id),
            )
            db.executemany(
                """INSERT INTO metrics (run_id, name, step, value) VALUES (?, ?, ?, ?)
                ON CONFLICT (run_id, name, step) DO UPDATE SET value = excluded.value""",
                [(run_id, metric.name, metric.step, metric.value) for metric in metrics],
            )

    def finish(self, run_id: str, end: Ending) -> None:
        """Close an active run; an ended one stays as it ended."""
        values = json.dumps(end.error_values, default=str)
        with self._write() as db:
            db.execute(
                """UPDATE runs SET status = ?, finished_at = ?, error_code = ?, error_values = ?,
                error_text = ?, eta_seconds = NULL,
                progress = CASE WHEN ? = 'succeeded' THEN 1 ELSE progress END
                WHERE id = ? AND status IN ('queued', 'running')""",
                (end.status, time.time(), end.error_code, values, end.error_text, end.status, run_id),
            )

    def request_cancel(self, run_id: str) -> None:
        """Ask a working run to stop; one that still waits is cancelled here and now."""
        with self._write() as db:
            db.execute(
                "UPDATE runs SET cancel_requested = 1 WHERE id = ? AND status IN ('queued', 'running')",
                (run_id,),
            )
            db.execute(
                "UPDATE runs SET status = 'cancelled', finished_at = ? WHERE id = ? AND status = 'queued'",
                (time.time(), run_id),
            )

    def metrics(self, run_id: str) -> list[Metric]:
        """All values of a run, by name and then by step."""
        with self._read() as db:
            query = "SELECT step, name, value FROM metrics WHERE run_id = ? ORDER BY name, step"
            rows = db.execute(query, (run_id,)).fetchall()
        # SQLite stores NaN as NULL.
        return [Metric(r["step"], r["name"], math.nan if r["value"] is None else r["value"]) for r in rows]

    def delete(self, run_id: str) -> None:
        """Remove the row and the metrics; the folder is the caller's."""
        with self._write() as db:
            db.execute("DELETE FROM metrics WHERE run_id = ?", (run_id,))
            db.execute("DELETE FROM runs WHERE id = ?", (run_id,))

    @contextmanager
    def _read(self, *, anew: bool = False) -> Iterator[sqlite3.Connection]:
        home = self.path.parent
        with clear_errors(self.path), room(home):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)  # documents lie beside it
            if not anew and not (self.path.is_file() and self.path.stat().st_size) and any_runs(home):
                raise RunError("run.database_missing", path=str(self.path), folder=str(home / "runs"))
            with closing(sqlite3.connect(self.path, timeout=self._busy_seconds, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.execute("PRAGMA synchronous = NORMAL")  # safe with a write-ahead log, and much faster
                if _version(db) != len(MIGRATIONS):
                    self._migrate(db)
                yield db

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._read() as db, db:  # the inner `db` commits, or rolls back on an error
            db.execute("BEGIN IMMEDIATE")
            yield db

    def _migrate(self, db: sqlite3.Connection) -> None:
        # Two processes that switch one file to write-ahead logging at once may fail without
        # waiting, whatever the timeout: so the first opening goes one by one.
        with holding(self.path.with_suffix(".lock")):
            db.execute("PRAGMA journal_mode = WAL")
            with db:
                db.execute("BEGIN IMMEDIATE")
                done = _version(db)
                if done > len(MIGRATIONS):
                    raise RunError("run.database_newer", path=str(self.path))
                for migration in MIGRATIONS[done:]:
                    migration(db)
                db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
