"""Whatever becomes of the list, the folder or the lock of a run: its work goes on, and its end is told."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.errors import RunError
from scalearn_core.runs.ending import Ending, write_ending
from scalearn_core.runs.manifest import write_start
from scalearn_core.runs.processes import Process, by_ps, lives, this_process
from scalearn_core.runs.records import Metric
from scalearn_core.runs.store import Store
from scalearn_core.storage.locks import holding
from tests.runs.polling import ended, wait_until, working
from tests.runs.test_reporter import RUN, Clock

LONG = {"steps": 2000, "seconds_per_step": 0.02}
SHORT = {"steps": 2, "seconds_per_step": 0.01}


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    with closing(sqlite3.connect(home / "scalearn.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def change(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "scalearn.db", isolation_level=None)) as db:
        db.execute(statement, values)


def lose_list(home: Path) -> None:
    for file in home.glob("scalearn.db*"):
        file.unlink(missing_ok=True)


@pytest.fixture
def store(workspace: Path) -> Store:
    """With one run that works, without a process."""
    store = Store(workspace, busy_seconds=0.05)
    store.insert(RUN, kind="selfcheck", lane="train", title="点検", config={"steps": 3}, created_at=1.0)
    store.claim(RUN, slots=1)
    (workspace / "runs" / RUN).mkdir(parents=True)
    return store


def test_a_locked_list_is_done_without_and_caught_up_with(store: Store, workspace: Path) -> None:
    clock = Clock()
    report = runs.Reporter(store, RUN, clock=clock)
    report.stage("training")
    with locked(workspace):
        for step in range(5):
            clock.now += 1
            report.metric(step, "loss", 1.0)
    clock.now += 10
    report.progress(0.5)
    assert store.metrics(RUN) == [Metric(step, "loss", 1.0) for step in range(5)]
    run = store.run(RUN)
    assert run is not None
    assert (run.stage, run.progress) == ("training", 0.5)


def test_a_list_that_was_lost_gets_back_the_run_that_works(store: Store, workspace: Path) -> None:
    clock = Clock()
    report = runs.Reporter(store, RUN, clock=clock)
    report.stage("training")
    write_start(workspace / "runs" / RUN, None)
    lose_list(workspace)
    with holding(workspace / "runs" / RUN / "alive.lock"):
        clock.now += 1
        report.progress(0.7)
    run = store.run(RUN)
    assert run is not None
    assert (run.status, run.title, run.config, run.progress) == ("running", "点検", {"steps": 3}, 0.7)


def test_a_folder_that_was_deleted_is_made_again(store: Store, workspace: Path) -> None:
    shutil.rmtree(workspace / "runs" / RUN)
    runs.Reporter(store, RUN, clock=Clock()).check()
    assert '"点検"' in (workspace / "runs" / RUN / "config.json").read_text("utf-8")


def test_an_empty_workspace_has_lost_nothing(workspace: Path) -> None:
    assert runs.recent() == []
    lose_list(workspace)
    assert runs.recent() == []


def test_a_run_without_its_lock_file_is_not_taken_for_dead() -> None:
    first, following = runs.submit("selfcheck", LONG), runs.submit("selfcheck", SHORT)
    working(first)
    for run_id in (first, following):
        wait_until(lambda run_id=run_id: runs.get(run_id).process is not None, "the process to be known")  # type: ignore[misc]
        (runs.folder(run_id) / "alive.lock").unlink()
    assert [run.status for run in runs.recent()] == ["queued", "running"]
    with pytest.raises(RunError, match="has not ended yet"):
        runs.delete(first)
    runs.cancel(first)
    assert ended(first).status == "cancelled"
    assert ended(following).status == "succeeded"


def test_a_killed_run_without_its_lock_file_is_interrupted() -> None:
    run_id = runs.submit("selfcheck", LONG)
    pid = working(run_id).pid
    assert pid is not None
    (runs.folder(run_id) / "alive.lock").unlink()
    os.kill(pid, signal.SIGKILL)
    assert ended(run_id).status == "interrupted"


def test_a_hanging_run_without_folder_is_ended_by_force(workspace: Path) -> None:
    run_id = runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0, "fail": "hang"})
    wait_until(lambda: "asked to fail: hang" in runs.log_tail(run_id), "the run to hang")
    shutil.rmtree(workspace / "runs" / run_id)
    runs.cancel(run_id)
    assert ended(run_id).status == "cancelled"


def test_the_result_of_a_run_whose_folder_was_deleted_is_there(workspace: Path) -> None:
    run_id = runs.submit("selfcheck", {"steps": 50, "seconds_per_step": 0.02})
    working(run_id)
    (workspace / "runs" / run_id).rename(workspace / "gone")  # at once: its process writes in it meanwhile
    shutil.rmtree(workspace / "gone")
    assert ended(run_id).status == "succeeded"
    assert {"config.json", "result.json", "end.json"} <= {file.name for file in runs.folder(run_id).iterdir()}


def test_the_end_of_a_run_is_told_by_its_folder_where_the_list_could_not_be_written(workspace: Path) -> None:
    run_id = runs.submit("selfcheck", {"steps": 3, "seconds_per_step": 0.2, "fail": "error"})
    working(run_id)
    with locked(workspace):
        wait_until((runs.folder(run_id) / "end.json").exists, "the end")
    run = ended(run_id)
    assert (run.status, run.error_code, run.error_values["type"]) == ("failed", "run.failed", "ValueError")


def test_a_dead_run_ends_as_it_said(store: Store, workspace: Path) -> None:
    write_ending(workspace / "runs" / RUN, Ending.of("failed", RunError("run.disk_full", path="x")))
    with locked(workspace):
        (run,) = Store(workspace, busy_seconds=0.05).recent(1, None)
    assert run.active
    assert (runs.get(RUN).status, runs.get(RUN).error_values) == ("failed", {"path": "x"})


@pytest.mark.parametrize("written", ["{", "[]", '{"status": "running"}', '{"status": "lost"}', '{"other": 1}'])
def test_an_end_that_cannot_be_read_is_none(store: Store, workspace: Path, written: str) -> None:
    (workspace / "runs" / RUN / "end.json").write_text(written)
    assert runs.get(RUN).status == "interrupted"


DAMAGE = [("config", "{"), ("config", "[1]"), ("error_values", "null"), ("status", "lost"), ("progress", "half")]


def test_a_row_that_cannot_be_read_takes_down_itself_alone(store: Store, workspace: Path) -> None:
    damaged = []
    for number, (column, value) in enumerate(DAMAGE * 2):
        damaged.append(f"20261123-201502-{number:06}")
        store.insert(damaged[-1], kind="train", lane="train", title="t", config={}, created_at=1.0)
        status = "running" if number < len(DAMAGE) else "succeeded"
        change(workspace, "UPDATE runs SET status = ? WHERE id = ?", status, damaged[-1])
        change(workspace, f"UPDATE runs SET {column} = ? WHERE id = ?", value, damaged[-1])
    store.finish(RUN, Ending("succeeded"))
    good = runs.submit("selfcheck", SHORT)
    assert ended(good).status == "succeeded", "they keep no place in the queue"
    for run in runs.recent():
        assert (run.error_code == "run.record_damaged") == (run.id in damaged)
        if run.id in damaged:
            assert run.status == "failed"
            runs.delete(run.id)
    assert [run.id for run in runs.recent()] == [good, RUN]


def test_a_process_is_known_by_id_start_and_command_line() -> None:
    me = this_process()
    assert me is not None
    assert lives(me, Path(sys.argv[0]).name or "pytest")
    assert not lives(me, RUN)
    assert not lives(Process(me.pid, "another start"), "")
    assert not lives(Process(2**22 + 1, me.started), "")


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps here")
def test_ps_tells_the_same() -> None:
    seen = by_ps(os.getpid())
    assert seen is not None
    assert ":" in seen[0] and "python" in seen[1]
    assert by_ps(2**22 + 1) is None


ON_A_FULL_DISK = """
import os, sys
from pathlib import Path
from scalearn_core import runs
from scalearn_core.data.mapping import Mapping
from scalearn_core.workspace import datasets
from tests.runs.polling import ended, working

home = Path(os.environ["SCALEARN_HOME"])
table = "text,label\\n" + "".join(f"some words {n},{'ab'[n % 2]}\\n" for n in range(40))
dataset = datasets.save_dataset(table.encode(), Mapping("text", "label"), filename="t.csv")
gone = ended(runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0})).id
run_id = runs.submit("selfcheck", {"steps": 40, "seconds_per_step": 0.02})
working(run_id)
with (home / "full").open("wb", buffering=0) as file:
    try:
        while True:
            file.write(b"x" * 4096)
    except OSError as error:
        print(error.errno)
run = ended(run_id)
print(run.status, run.error_code)
print([run.status for run in runs.recent()])
runs.delete(gone)
datasets.delete_dataset(dataset)
print(len(runs.recent()), len(datasets.list_datasets()))
"""


def test_a_full_disk_tells_the_reason_and_lets_go_of_runs_and_datasets(tmp_path: Path) -> None:
    """On a small disk of its own, in a namespace where an ordinary user may mount one."""
    inside = f'mount -t tmpfs -o size=4m tmpfs "{tmp_path}" && exec "{sys.executable}" -c "$SCRIPT"'
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    environment = {**os.environ, "SCALEARN_HOME": str(tmp_path / "home"), "SCRIPT": ON_A_FULL_DISK}
    command = ["unshare", "-Urm", "sh", "-c", inside]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = ran.stdout.splitlines()
    assert told == ["28", "failed run.disk_full", "['failed', 'succeeded']", "1 0"], ran.stdout + ran.stderr
