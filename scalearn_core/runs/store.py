"""The list of runs, `scalearn.db` in the workspace: all SQL of the package is here.

The database is an index; the run folders are the truth. Where it is missing or damaged while runs lie beside it,
it is made anew from their folders (`recorded.py`), whoever needs it first; live runs go on meanwhile.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from scalearn_core.errors import RunError
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.folders import any_runs
from scalearn_core.runs.kinds import lane_of_run
from scalearn_core.runs.processes import Process
from scalearn_core.runs.recorded import recorded_metrics, recorded_runs
from scalearn_core.runs.records import Metric, Run, run_of_row
from scalearn_core.storage.database import BUSY_SECONDS, Database

P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate["Store", P], T]


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


def m003_people(db: sqlite3.Connection) -> None:
    """Whose a run is, what was noted on it, whether it is kept on top, and which run it repeats."""
    db.execute("ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE runs ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE runs ADD COLUMN repeats TEXT")


MIGRATIONS = [m001_runs_and_metrics, m002_start_of_the_process, m003_people]
"""Every change of the tables, oldest first; `user_version` in the database counts those done. Only append."""


def healed(method: Method[P, T]) -> Method[P, T]:
    """Where the database turns out to be damaged, it is made anew from the run folders, and asked again."""

    @wraps(method)
    def asked(self: Store, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except RunError as error:
            if error.code != "run.database_damaged":
                raise
        self.database.make_anew(only_if_damaged=True)
        return method(self, *args, **kwargs)

    return asked  # type: ignore[return-value]  # its first argument has a name


class Store:
    """The rows of one workspace. Holds no connection, so it may be made wherever it is needed.

    Every method raises `RunError` as `storage.database.clear_errors` says, and `run.database_newer`.

    Args:
        home: The workspace.
        busy_seconds: How long a method waits for other processes.
    """

    def __init__(self, home: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        home = home.absolute()
        self.path = home / "scalearn.db"
        self.database = Database(
            self.path, MIGRATIONS, busy_seconds=busy_seconds,
            fill=lambda db: _fill(db, home), lost=lambda: any_runs(home),
        )  # fmt: skip

    @healed
    def open(self) -> None:
        """Make the database where there is none; a run's folder must come after it."""
        with self.database.read():
            pass

    def make_anew(self) -> None:
        """Make the list anew from the run folders, whatever it holds."""
        self.database.make_anew(only_if_damaged=False)

    @healed
    def insert(
        self, run_id: str, *, kind: str, lane: str, title: str, config: dict[str, Any], created_at: float,
        owner: str = "", repeats: str | None = None,
    ) -> None:  # fmt: skip
        """A new run at the end of its queue."""
        row = (run_id, kind, lane, title, json.dumps(config), created_at, owner, repeats)
        with self.database.write() as db:
            db.execute(
                """INSERT INTO runs (id, kind, lane, title, config, created_at, owner, repeats)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                row,
            )

    @healed
    def queue_again(self, run_id: str) -> None:
        """An ended run waits again, in its old place of the queue."""
        with self.database.write() as db:
            db.execute(
                """UPDATE runs SET status = 'queued', stage = 'waiting', eta_seconds = NULL, cancel_requested = 0,
                error_code = NULL, error_values = '{}', error_text = NULL, pid = NULL, pid_started = NULL,
                started_at = NULL, finished_at = NULL
                WHERE id = ? AND status NOT IN ('queued', 'running')""",
                (run_id,),
            )

    @healed
    def describe(self, run_id: str, *, title: str, note: str, pinned: bool) -> None:
        """What people say of a run."""
        with self.database.write() as db:
            values = (title, note, pinned, run_id)
            db.execute("UPDATE runs SET title = ?, note = ?, pinned = ? WHERE id = ?", values)

    @healed
    def run(self, run_id: str) -> Run | None:
        """The run, or None if there is no such row."""
        with self.database.read() as db:
            row = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        return None if row is None else run_of_row(dict(row))

    @healed
    def recent(self, limit: int, kind: str | None) -> list[Run]:
        """The newest first."""
        query = "SELECT * FROM runs WHERE kind = coalesce(?, kind) ORDER BY seq DESC LIMIT ?"
        with self.database.read() as db:
            return [run_of_row(dict(row)) for row in db.execute(query, (kind, limit))]

    @healed
    def active_ids(self) -> list[str]:
        """All that wait or work, the oldest first."""
        with self.database.read() as db:
            query = "SELECT id FROM runs WHERE status IN ('queued', 'running') ORDER BY seq"
            return [row["id"] for row in db.execute(query)]

    @healed
    def restore(self, run: Run, *, lane: str) -> None:
        """The row of a run that lives, in a list that has lost it: at the end of its queue, if it still waits."""
        with self.database.write() as db:
            _insert_whole(db, run, lane)

    @healed
    def note_process(self, run_id: str, process: Process) -> None:
        """Which process a run is, waiting or working."""
        with self.database.write() as db:
            values = (process.pid, process.started, run_id)
            db.execute("UPDATE runs SET pid = ?, pid_started = ? WHERE id = ?", values)

    @healed
    def claim(self, run_id: str, *, slots: int) -> bool:
        """Start the run if it is the oldest waiting in its lane and fewer than `slots` work there."""
        with self.database.write() as db:
            claimed = db.execute(
                """UPDATE runs SET status = 'running', stage = 'starting', started_at = max(?, created_at)
                WHERE id = ? AND status = 'queued'
                AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.lane = runs.lane
                                AND other.status = 'queued' AND other.seq < runs.seq)
                AND ? > (SELECT count(*) FROM runs AS other WHERE other.lane = runs.lane
                         AND other.status = 'running')""",
                (time.time(), run_id, slots),
            )
            return claimed.rowcount == 1

    @healed
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
        with self.database.write() as db:
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

    @healed
    def finish(self, run_id: str, end: Ending) -> None:
        """Close an active run; an ended one stays as it ended."""
        values = json.dumps(end.error_values, default=str)
        with self.database.write() as db:
            db.execute(
                """UPDATE runs SET status = ?, finished_at = max(?, coalesce(started_at, created_at)),
                error_code = ?, error_values = ?, error_text = ?, eta_seconds = NULL,
                progress = CASE WHEN ? = 'succeeded' THEN 1 ELSE progress END
                WHERE id = ? AND status IN ('queued', 'running')""",
                (end.status, time.time(), end.error_code, values, end.error_text, end.status, run_id),
            )

    @healed
    def request_cancel(self, run_id: str) -> None:
        """Ask a working run to stop; one that still waits is cancelled here and now."""
        with self.database.write() as db:
            db.execute(
                "UPDATE runs SET cancel_requested = 1 WHERE id = ? AND status IN ('queued', 'running')",
                (run_id,),
            )
            db.execute(
                "UPDATE runs SET status = 'cancelled', finished_at = ? WHERE id = ? AND status = 'queued'",
                (time.time(), run_id),
            )

    @healed
    def metrics(self, run_id: str) -> list[Metric]:
        """All values of a run, by name and then by step."""
        with self.database.read() as db:
            query = "SELECT step, name, value FROM metrics WHERE run_id = ? ORDER BY name, step"
            rows = db.execute(query, (run_id,)).fetchall()
        # SQLite stores NaN as NULL.
        return [Metric(r["step"], r["name"], math.nan if r["value"] is None else r["value"]) for r in rows]

    @healed
    def delete(self, run_id: str) -> None:
        """Remove the row and the metrics; the folder is the caller's."""
        with self.database.write() as db:
            db.execute("DELETE FROM metrics WHERE run_id = ?", (run_id,))
            db.execute("DELETE FROM runs WHERE id = ?", (run_id,))


def _insert_whole(db: sqlite3.Connection, run: Run, lane: str) -> None:
    """All that is known of a run, unless the list has it already."""
    columns = [*Run.__dataclass_fields__, "lane"]
    values = vars(run) | {
        "config": json.dumps(run.config), "error_values": json.dumps(run.error_values, default=str), "lane": lane
    }  # fmt: skip
    marks = ", ".join("?" * len(columns))
    db.execute(
        f"INSERT OR IGNORE INTO runs ({', '.join(columns)}) VALUES ({marks})", [values[name] for name in columns]
    )


def _fill(db: sqlite3.Connection, home: Path) -> None:
    """The rows of all runs that have a folder, oldest first."""
    for run in recorded_runs(home):
        _insert_whole(db, run, lane_of_run(run.id, run.kind, run.config))
        db.executemany(
            "INSERT OR REPLACE INTO metrics (run_id, name, step, value) VALUES (?, ?, ?, ?)",
            [(run.id, metric.name, metric.step, metric.value) for metric in recorded_metrics(home, run.id)],
        )
