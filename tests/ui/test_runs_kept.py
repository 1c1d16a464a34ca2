"""Runs on the pages: of every kind, and where their records are damaged, from another version, or lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scalearn_core import runs
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.kinds import KINDS
from scalearn_core.runs.store import Store
from scalearn_ui import kinds, outcomes, text
from tests.ui.conftest import PAGES, Open
from tests.ui.tables import keys


def made(
    home: Path, kind: str, number: int = 0, *, result: str = "{}", config: dict[str, Any] | None = None
) -> str:
    """A run that succeeded, as its process leaves it."""
    run_id = f"20261123-201502-{number:06}"
    store = Store(home)
    store.insert(run_id, kind=kind, lane="train", title="*my* run", config=config or {}, created_at=1.0)
    store.finish(run_id, Ending("succeeded"))
    folder = home / "runs" / run_id
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "result.json").write_text(result)
    return run_id


def test_every_kind_leads_somewhere() -> None:
    assert {*kinds.WAYS_ON, "selfcheck"} == KINDS.keys()
    assert {way.page for way in kinds.WAYS_ON.values()} | {way.start for way in kinds.WAYS_ON.values()} <= {*PAGES}


@pytest.mark.parametrize("kind", [*KINDS, "summary"])
def test_a_run_of_any_kind_and_of_another_version_is_shown_and_can_be_deleted(
    studio: Open, workspace: Path, kind: str
) -> None:
    run_id = made(workspace, kind)
    app = studio("run", run=run_id)
    assert not app.exception
    assert any(kinds_name in caption.value for caption in app.caption for kinds_name in (kind, named(kind)))
    ways_on = {key for key in keys(app) if key.startswith("to_")}
    expected = kinds.WAYS_ON.get(kind)
    assert ways_on == (set() if expected is None or expected.of else {f"to_{expected.page}"})
    app.button(key="delete_run").click().run()
    app.button(key="delete_run").click()  # AppTest keeps no dialog open from one run to the next
    app.button(key="confirm_delete_run").click().run()
    assert not app.exception
    assert runs.recent() == []
    assert not (workspace / "runs" / run_id).exists()


def named(kind: str) -> str:
    return text.sentences("en").get(f"kind.{kind}", kind)


@pytest.mark.parametrize("content", [None, b"not a database at all" * 1000])
def test_a_lost_list_is_made_anew_from_the_folders(studio: Open, workspace: Path, content: bytes | None) -> None:
    run_id = made(workspace, "train")
    (workspace / "scalearn.db").unlink()
    if content:
        (workspace / "scalearn.db").write_bytes(content)
    app = studio("home")
    assert not app.error and not app.exception
    assert f"open_{run_id}" in keys(app)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ("{", "result_damaged"),
        ("[]", "result_damaged"),
        ('{"recipe": "auto", "format": 2}', "result_damaged"),
        (json.dumps({"recipe": "auto", "format": 99}), "result_newer"),
    ],
)
def test_a_result_that_cannot_be_read_says_so_and_is_left_out_elsewhere(
    studio: Open, workspace: Path, result: str, code: str
) -> None:
    run_id = made(workspace, "train", result=result)
    sentence = text.sentences("en")[f"error.run.{code}"].format(run=run_id)
    for page in ("results", "scales", "run"):
        app = studio(page, run=run_id)
        assert [error.value for error in app.error] == [sentence], page
        assert not app.exception
    assert "delete_run" in keys(app)
    assert outcomes.readable(run_id) is None


def test_a_run_whose_row_is_damaged_can_be_deleted_on_its_page(studio: Open, workspace: Path) -> None:
    good, bad = made(workspace, "selfcheck", 1), made(workspace, "selfcheck", 2, config={"a": "b"})
    database = workspace / "scalearn.db"
    database.write_bytes(database.read_bytes().replace(b'{"a": "b"}', b'{"a": "b" '))
    app = studio("home")
    assert not app.exception and {f"open_{good}", f"open_{bad}"} <= keys(app)
    app = studio("run", run=bad)
    assert [error.value for error in app.error] == [
        text.sentences("en")["error.run.record_damaged"].format(run=bad)
    ]
    app.button(key="delete_run").click().run()
    app.button(key="delete_run").click()
    app.button(key="confirm_delete_run").click().run()
    assert [run.id for run in runs.recent()] == [good]
