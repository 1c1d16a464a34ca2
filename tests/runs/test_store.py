"""The rows: order, ends that stay, and a database that cannot be used."""

from __future__ import annotations

import math
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from scalearn_core.errors import RunError
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.records import Metric
from scalearn_core.runs.store import MIGRATIONS, Store


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store(workspace)


def insert(store: Store, *run_ids: str, lane: str = "train") -> None:
    for run_id in run_ids:
        store.insert(run_id, kind="selfcheck", lane=lane, title="", config={"steps": 1}, created_at=1.0)


def test_the_oldest_of_a_lane_starts_first_and_slots_are_kept(store: Store) -> None:
    insert(store, "b", "a", "c")
    assert not store.claim("a", slots=1)
    assert store.claim("b", slots=1)
    assert not store.claim("a", slots=1), "the only slot is taken"
    assert not store.claim("c", slots=2), "an older one waits"
    assert store.claim("a", slots=2)
    store.finish("b", Ending("succeeded"))
    assert store.claim("c", slots=2)


def test_lanes_do_not_wait_for_each_other(store: Store) -> None:
    insert(store, "training")
    insert(store, "table", lane="predict")
    assert store.claim("training", slots=1)
    assert store.claim("table", slots=1)


def test_an_ended_run_stays_as_it_ended(store: Store) -> None:
    insert(store, "a")
    store.finish("a", Ending.of("failed", RunError("run.failed", type="ValueError", message="{x} 日本")))
    store.finish("a", Ending("interrupted"))
    store.request_cancel("a")
    run = store.run("a")
    assert run is not None
    assert (run.status, run.error_code, run.cancel_requested) == ("failed", "run.failed", False)
    assert run.error_values == {"type": "ValueError", "message": "{x} 日本"}
    assert run.error_text is not None
    assert "ValueError: {x} 日本" in run.error_text
    assert not store.claim("a", slots=1)


def test_a_clock_that_was_set_back_makes_no_run_end_before_it_began(store: Store) -> None:
    for run_id, created in (("first", time.time() + 3600), ("second", 1.0)):
        store.insert(run_id, kind="selfcheck", lane="train", title="", config={}, created_at=created)
    assert not store.claim("second", slots=1), "the queue goes by what came first, whatever the clock says"
    assert store.claim("first", slots=1)
    store.finish("first", Ending("succeeded"))
    run = store.run("first")
    assert run is not None and run.started_at is not None and run.finished_at is not None
    assert run.created_at <= run.started_at <= run.finished_at
    assert [each.id for each in store.recent(9, None)] == ["second", "first"]


def test_recent_is_newest_first_by_kind(store: Store) -> None:
    insert(store, "b", "a")
    store.insert("t", kind="train", lane="train", title="", config={}, created_at=0.0)
    assert [run.id for run in store.recent(2, None)] == ["t", "a"]
    assert [run.id for run in store.recent(9, "selfcheck")] == ["a", "b"]


def test_metrics_keep_what_is_not_a_number_and_replace_a_step(store: Store) -> None:
    insert(store, "a")
    for value in (1.0, 2.0):
        points = [Metric(2, "loss", value), Metric(1, "loss", math.inf), Metric(3, "loss", math.nan)]
        store.record("a", stage="training", progress=0.5, eta_seconds=None, metrics=points)
    found = store.metrics("a")
    assert found[:2] == [Metric(1, "loss", math.inf), Metric(2, "loss", 2.0)]
    assert math.isnan(found[2].value)
    store.delete("a")
    assert (store.run("a"), store.metrics("a")) == (None, [])


def test_a_database_of_a_newer_version_is_refused(store: Store) -> None:
    insert(store, "a")
    db = sqlite3.connect(store.path)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(RunError) as caught:
        store.active_ids()
    assert caught.value.code == "run.database_newer"


def test_a_list_with_a_damaged_page_is_made_anew_and_the_damaged_one_kept(store: Store) -> None:
    insert(store, *(f"run {number}" for number in range(50)))
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.path.write_bytes(content)
    assert store.recent(50, None) == [], "none of them has a folder"
    assert [path.read_bytes() for path in store.path.parent.glob("scalearn.db.damaged-*")] == [bytes(content)]
    insert(store, "a")
    assert [run.id for run in store.recent(50, None)] == ["a"]


def test_a_list_is_copied_before_its_tables_change(workspace: Path) -> None:
    old = Store(workspace)
    insert(old, "a")
    with closing(sqlite3.connect(old.path)) as db:
        for name in ("owner", "note", "pinned", "repeats"):
            db.execute(f"ALTER TABLE runs DROP COLUMN {name}")
        db.execute("PRAGMA user_version = 2")
    assert [run.id for run in Store(workspace).recent(9, None)] == ["a"]
    (copy,) = (workspace / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT id FROM runs").fetchall() == [("a",)]
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_workspace_below_a_file_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError) as caught:
        Store(tmp_path / "file" / "workspace").active_ids()
    assert caught.value.code == "run.workspace_unwritable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_workspace_is_unwritable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RunError) as caught:
        Store(tmp_path).active_ids()
    tmp_path.chmod(0o700)
    assert caught.value.code == "run.workspace_unwritable"
