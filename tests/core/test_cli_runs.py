"""`runs`: the studio's runs from a shell, with real processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.workspace.datasets import get_dataset_info
from tests.core.test_cli import documents, shell, write_table
from tests.runs.polling import working

SHORT = {"steps": 2, "seconds_per_step": 0.01}
KEYS = {"id", "status", "progress", "message", "pid", "folder", "created_at"}


def told(*arguments: str, code: int = 0) -> Any:
    """What `runs ... --json` prints."""
    result = shell("runs", *arguments, "--json")
    assert (result.code, result.err) == (code, "")
    return json.loads(result.out)


def test_a_training_is_queued_at_once_with_what_was_asked(tmp_path: Path) -> None:
    table = write_table(tmp_path / "表.csv", documents(18))
    result = shell(
        "runs", "submit", "--table", table, "--text", "本文", "--label", "分類", "--variant", "scalearn",
        "--seed", "7", "--sources", "snips", "--json",
    )  # fmt: skip
    assert result.code == 0
    run = json.loads(result.out)
    runs.cancel(run["id"])
    assert run.keys() >= KEYS
    assert (run["status"] in ("queued", "running"), run["title"], run["progress"]) == (True, "表", 0)
    asked = run["config"]
    assert (asked["variant"], asked["seed"], asked["sources"], asked["own_adapter"]) == (
        "scalearn", 7, ["snips"], True,
    )  # fmt: skip
    assert get_dataset_info(asked["dataset"]).documents == 18
    assert Path(run["folder"]).is_dir()
    told("wait", run["id"], code=1)


def test_a_wrong_table_queues_nothing(tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.csv", documents(18))
    result = shell("runs", "submit", "--table", table, "--text", "body", "--label", "分類")
    assert result.code == 2
    assert "body" in result.err and result.err.count("\n") == 1
    assert told("list") == []


def test_a_run_is_followed_repeated_logged_and_deleted() -> None:
    run_id = runs.submit("selfcheck", SHORT, title="点検")
    run = told("wait", run_id)
    assert (run["id"], run["status"], run["progress"], run["message"]) == (run_id, "succeeded", 1.0, "Done.")
    assert told("show", run_id)["created_at"] == run["created_at"]
    again = told("rerun", run_id)
    assert (again["status"], again["repeats"]) == ("succeeded", run_id)
    assert (again["comparison"]["identical"], again["comparison"]["same"]) == (True, ["result.json"])
    assert [listed["id"] for listed in told("list")] == [again["id"], run_id]
    assert "点検" in shell("runs", "list").out
    assert told("delete", again["id"])["id"] == again["id"]
    assert shell("runs", "show", again["id"]).code == 2
    assert told("reindex")["models"] == []
    assert [listed["id"] for listed in told("list")] == [run_id]


def test_a_failed_run_tells_its_reason_and_is_resumed() -> None:
    run_id = runs.submit("selfcheck", SHORT | {"fail": "error"})
    run = told("wait", run_id, code=1)
    assert run["status"] == "failed" and "asked to fail" in run["message"]
    assert told("resume", run_id)["status"] in ("queued", "running")
    told("wait", run_id, code=1)
    assert "asked to fail" in told("log", run_id)["log"]


def test_a_working_run_is_cancelled() -> None:
    run_id = runs.submit("selfcheck", {"steps": 2000, "seconds_per_step": 0.02})
    working(run_id)
    assert told("show", run_id)["pid"] is not None
    told("cancel", run_id)
    assert told("wait", run_id, code=1)["status"] == "cancelled"
