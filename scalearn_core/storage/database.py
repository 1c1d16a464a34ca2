"""SQLite databases that many processes share: opened, brought up to date after a backup, replaced where damaged.

Write-ahead logging, short connections, a wait for a busy database, and `BEGIN IMMEDIATE` for every write, so that
each change is decided by one process at a time. It must be on a local disk (the write-ahead log does not work over
NFS). Whoever uses a database shares the lock of its file; who migrates or replaces it holds that lock alone.
"""

from __future__ import annotations

import errno
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from scalearn_core.errors import RunError
from scalearn_core.storage.locks import holding
from scalearn_core.storage.reserve import room

BUSY_SECONDS = 30.0
BACKUPS = "backups"
"""Folder in the workspace for a copy of the database before each change of its tables."""
KEPT = 5
"""So many copies, the newest, are kept."""
_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR)

Migration = Callable[[sqlite3.Connection], None]
Fill = Callable[[sqlite3.Connection], None]


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


class Database:
    """One database file. Holds no connection, so it may be made wherever it is needed.

    Args:
        path: The file; its lock lies beside it.
        migrations: Every change of the tables, oldest first; `user_version` counts those done.
        busy_seconds: How long a use waits for other processes.
        fill: Writes the rows of a database that is made anew, from what is on the disk.
        lost: Whether there are rows to write at all: a database without tables was lost then.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Migration],
        *,
        busy_seconds: float = BUSY_SECONDS,
        fill: Fill = lambda db: None,
        lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self.path, self._migrations, self._busy = path, migrations, busy_seconds
        self._fill, self._lost = fill, lost

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to the tables as they should be.

        Raises:
            RunError: as `clear_errors`, and `run.database_newer`.
        """
        with clear_errors(self.path), room(self.path.parent):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # documents lie beside it
            while True:
                with holding(self._lock, shared=True), closing(self._connect(self.path)) as db:
                    if _version(db) == len(self._migrations):
                        yield db
                        return
                with holding(self._lock):
                    self._bring_up_to_date()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, undone on an error. Raises as `read`."""
        with self.read() as db, db:
            db.execute("BEGIN IMMEDIATE")
            yield db

    def make_anew(self, *, only_if_damaged: bool) -> None:
        """Replace the database by one filled from the disk; a damaged one is kept beside it by another name.

        Raises:
            RunError: as `read`.
        """
        with clear_errors(self.path), room(self.path.parent), holding(self._lock):
            if not only_if_damaged or not self._is_whole():
                self._replace()

    @property
    def _lock(self) -> Path:
        return self.path.with_suffix(".lock")

    def _connect(self, path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, timeout=self._busy, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")  # safe with a write-ahead log, and much faster
        return db

    def _bring_up_to_date(self) -> None:
        with closing(self._connect(self.path)) as db:
            done = _version(db)
            if done or not self._lost():
                self._migrate(db)
                return
        self._replace()

    def _migrate(self, db: sqlite3.Connection) -> None:
        done = _version(db)
        if done > len(self._migrations):
            raise RunError("run.database_newer", path=str(self.path))
        if 0 < done < len(self._migrations):
            self._back_up(db, done)
        # Two processes that switch one file to write-ahead logging at once may fail without
        # waiting, whatever the timeout: so the first opening goes one by one, under the lock.
        db.execute("PRAGMA journal_mode = WAL")
        with db:
            db.execute("BEGIN IMMEDIATE")
            for migration in self._migrations[done:]:
                migration(db)
            db.execute(f"PRAGMA user_version = {len(self._migrations)}")

    def _back_up(self, db: sqlite3.Connection, version: int) -> None:
        folder = self.path.parent / BACKUPS
        folder.mkdir(mode=0o700, exist_ok=True)
        name = f"{self.path.stem}-{_now()}-v{version}.db"
        (folder / name).unlink(missing_ok=True)
        db.execute("VACUUM INTO ?", (str(folder / name),))
        for old in sorted(folder.glob(f"{self.path.stem}-*.db"))[:-KEPT]:
            old.unlink(missing_ok=True)

    def _is_whole(self) -> bool:
        try:
            with closing(self._connect(self.path)) as db:
                return _version(db) > 0 and db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return False
            raise

    def _replace(self) -> None:
        """Under the lock: nobody else has the database open."""
        draft = self.path.with_name(f".{self.path.name}.new")
        draft.unlink(missing_ok=True)
        with closing(self._connect(draft)) as db:
            self._migrate(db)
            with db:
                db.execute("BEGIN IMMEDIATE")
                self._fill(db)
        for ending in ("", "-wal", "-shm"):
            old = self.path.with_name(self.path.name + ending)
            if ending == "" and old.exists() and old.stat().st_size:
                old.rename(self.path.with_name(f"{self.path.name}.damaged-{_now()}"))
            else:
                old.unlink(missing_ok=True)
        draft.rename(self.path)


def _now() -> str:
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime())


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
