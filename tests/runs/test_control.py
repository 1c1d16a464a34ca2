"""Submit, look, cancel, delete, with real processes."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.errors import RunError
from tests.runs.polling import ended, listing, wait_until, working

LONG = {"steps": 2000, "seconds_per_step": 0.02}
SHORT = {"steps": 2, "seconds_per_step": 0.01}


def test_a_run_from_start_to_end() -> None:
    run_id = runs.submit("selfcheck", {"steps": 200, "seconds_per_step": 0}, title="点検")
    run = ended(run_id)
    assert (run.status, run.progress, run.stage, run.title) == ("succeeded", 1.0, "selfcheck", "点検")
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.created_at <= run.started_at <= run.finished_at
    assert [metric.step for metric in runs.metrics(run_id)] == list(range(1, 201)), "the last are flushed"
    assert json.loads((runs.folder(run_id) / "result.json").read_text())["steps"] == 200
    assert json.loads((runs.folder(run_id) / "config.json").read_text())["config"] == run.config


def test_a_killed_run_is_interrupted_and_the_next_goes_on() -> None:
    killed, following = runs.submit("selfcheck", LONG), runs.submit("selfcheck", SHORT)
    pid = working(killed).pid
    assert pid is not None
    assert runs.get(following).status == "queued"
    os.kill(pid, signal.SIGKILL)
    result = runs.folder(following) / "result.json"
    wait_until(result.exists, "the next to take its turn while nobody looks at the list")
    run = ended(killed)
    assert (run.status, run.error_code) == ("interrupted", "run.interrupted")
    assert ended(following).status == "succeeded"


def test_a_waiting_run_is_cancelled_at_once() -> None:
    first, waiting = runs.submit("selfcheck", LONG), runs.submit("selfcheck", SHORT)
    working(first)
    runs.cancel(waiting)
    run = runs.get(waiting)
    assert (run.status, run.started_at) == ("cancelled", None)


def test_a_working_run_leaves_when_cancelled() -> None:
    run_id = runs.submit("selfcheck", LONG)
    wait_until(lambda: runs.get(run_id).progress > 0, "some progress")
    runs.cancel(run_id)
    run = ended(run_id)
    assert (run.status, run.error_code) == ("cancelled", None)
    assert 0 < run.progress < 1
    assert not (runs.folder(run_id) / "result.json").exists()


def test_a_run_that_hangs_is_ended_by_force() -> None:
    run_id = runs.submit("selfcheck", {"steps": 1, "seconds_per_step": 0, "fail": "hang"})
    wait_until(lambda: "asked to fail: hang" in runs.log_tail(run_id), "the run to hang")
    runs.cancel(run_id)
    now = runs.get(run_id)
    assert (now.active, now.cancel_requested) == (True, True), "cancel does not wait for the end"
    assert ended(run_id).status == "cancelled"


def test_cancelling_an_ended_run_changes_nothing() -> None:
    run = ended(runs.submit("selfcheck", SHORT))
    runs.cancel(run.id)
    assert runs.get(run.id) == run


def test_only_an_ended_run_can_be_deleted() -> None:
    run_id = runs.submit("selfcheck", LONG)
    with pytest.raises(RunError, match="has not ended yet"):
        runs.delete(run_id)
    path = runs.folder(run_id)
    working(run_id)
    runs.cancel(run_id)
    ended(run_id)
    runs.delete(run_id)
    assert not path.exists()
    assert runs.recent() == []


@pytest.mark.parametrize("run_id", ["../x", "20261123-201502-k3f9qz"])
@pytest.mark.parametrize(
    "function", [runs.get, runs.cancel, runs.metrics, runs.log_tail, runs.folder, runs.delete]
)
def test_an_unknown_run_is_named_by_every_function(function: Callable[[str], object], run_id: str) -> None:
    with pytest.raises(RunError) as caught:
        function(run_id)
    assert (caught.value.code, caught.value.values) == ("run.unknown", {"run": run_id})


@pytest.mark.parametrize("setting", ["0", "two", "-1", "", "²"])
def test_a_wrong_number_of_slots_is_told_before_anything_is_made(
    setting: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALEARN_SLOTS", setting)
    with pytest.raises(RunError) as caught:
        runs.submit("selfcheck", SHORT)
    assert caught.value.code == "run.slots"
    assert not workspace.exists()


def test_wrong_requests_leave_nothing_behind(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunError, match="check, evaluate, forecast, pile, predict, selfcheck, study, train"):
        runs.submit("tarin", {})
    with pytest.raises(TypeError):
        runs.submit("selfcheck", {"steps": object()})
    with pytest.raises(ValueError, match="JSON"):
        runs.submit("selfcheck", {"seconds_per_step": float("nan")})
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(RunError, match="Linux or macOS"):
        runs.submit("selfcheck", SHORT)
    assert listing(workspace / "runs") == []


@pytest.mark.parametrize("damage", [None, b"", b"not a database at all" * 1000])
def test_a_lost_list_is_made_anew_from_the_folders(workspace: Path, damage: bytes | None) -> None:
    known = [ended(runs.submit("selfcheck", {**SHORT, "fail": fail}, title="点検")).id for fail in (None, "error")]
    runs.describe(known[0], title="first", note="keep", pinned=True)
    before, curves = [runs.get(run_id) for run_id in known], runs.metrics(known[0])
    wait_until(lambda: not list(workspace.glob("scalearn.db-*")), "the worker to close the database")
    (workspace / "scalearn.db").unlink()
    if damage is not None:
        (workspace / "scalearn.db").write_bytes(damage)
    after = [runs.get(run_id) for run_id in known]
    told = (
        "id",
        "kind",
        "title",
        "status",
        "config",
        "error_code",
        "error_values",
        "note",
        "pinned",
        "created_at",
    )
    assert [[getattr(run, name) for name in told] for run in after] == [
        [getattr(run, name) for name in told] for run in before
    ]
    assert runs.metrics(known[0]) == curves
    assert [run.id for run in runs.recent()] == known[::-1]
    assert len(list(workspace.glob("scalearn.db.damaged-*"))) == (1 if damage else 0)


def test_a_live_run_is_still_at_work_in_a_list_made_anew(workspace: Path) -> None:
    run_id = runs.submit("selfcheck", LONG)
    working(run_id)
    assert runs.reindex() == 1
    assert runs.get(run_id).status == "running"
    runs.cancel(run_id)
    assert ended(run_id).status == "cancelled"


@pytest.mark.parametrize("fail", ["error", "kill"])
def test_what_ended_too_early_is_resumed_once(fail: str) -> None:
    run_id = ended(runs.submit("selfcheck", {**SHORT, "fail": fail})).id
    runs.resume(run_id)
    with pytest.raises(RunError) as caught:
        runs.resume(run_id)
    assert caught.value.code == "run.not_resumable"
    assert ended(run_id).status == ("failed" if fail == "error" else "interrupted")
    assert runs.log_tail(run_id).count("asked to fail:") == 2


def test_what_succeeded_is_repeated_as_another_run() -> None:
    first = ended(runs.submit("selfcheck", SHORT, title="点検")).id
    with pytest.raises(RunError, match="succeeded, run it again"):
        runs.resume(first)
    again = ended(runs.rerun(first))
    assert (again.status, again.title, again.config, again.repeats) == ("succeeded", "点検", SHORT, first)


def test_an_unwritable_workspace_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCALEARN_HOME", str(tmp_path / "file" / "workspace"))
    for look in (lambda: runs.submit("selfcheck", SHORT), runs.recent):
        with pytest.raises(RunError) as caught:
            look()
        assert caught.value.code == "run.workspace_unwritable"
