"""The Runs page: runs that ended too early are resumed, those that are done named, repeated and deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.errors import RunError
from scalearn_core.messages import MESSAGES
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.store import Store
from scalearn_ui import text
from scalearn_ui.views.run.advice import ADVICE, steps_of
from tests.runs.polling import ended
from tests.ui.conftest import Open
from tests.ui.tables import keys
from tests.ui.test_runs_kept import made

SHORT = {"steps": 2, "seconds_per_step": 0.01}


def markdown(app) -> str:
    return "\n".join(each.value for each in app.markdown)


def test_a_run_that_was_killed_is_resumed_on_its_page(studio: Open, language: str) -> None:
    run_id = ended(runs.submit("selfcheck", SHORT | {"fail": "kill"})).id
    app = studio("run", language, run=run_id)
    assert text.sentences(language)["advice.interrupted"] in markdown(app)
    app.button(key="resume").click().run()
    assert not app.exception and not app.error
    assert ended(run_id).status == "interrupted"
    assert runs.log_tail(run_id).count("asked to fail") == 2


def test_a_run_that_is_done_is_named_repeated_and_compared(studio: Open, language: str) -> None:
    first = ended(runs.submit("selfcheck", SHORT)).id
    app = studio("run", language, run=first)
    app.text_input(key=f"name_{first}").input("*Q3* 見積")
    app.toggle(key=f"pinned_{first}").set_value(True)
    app.button(key="save_about").click().run()
    assert (runs.get(first).title, runs.get(first).pinned) == ("*Q3* 見積", True)
    app.button(key="run_again").click().run()
    (again,) = (run.id for run in runs.recent() if run.repeats == first)
    ended(again)
    app = studio("run", language, run=again)
    words = text.sentences(language)
    same = words["run.repeat_same"].format(files=words["count.files.one"].format(n=1))
    assert [each.value for each in app.success] == [same]


def test_who_uses_a_model_is_named_before_it_is_deleted(studio: Open, workspace: Path) -> None:
    model = made(workspace, "selfcheck", 1)
    made(workspace, "predict", 2, config={"model_run": model})
    app = studio("run", run=model)
    app.button(key="delete_run").click().run()
    assert [warning.value[:5] for warning in app.warning] == ["1 run"]


def test_a_waiting_run_tells_its_place(studio: Open, workspace: Path) -> None:
    working = runs.submit("selfcheck", {"steps": 2000, "seconds_per_step": 0.02})
    waiting = runs.submit("selfcheck", SHORT)
    app = studio("run", run=waiting)
    assert any("1 run before it" in caption.value for caption in app.caption)
    for run_id in (waiting, working):
        runs.cancel(run_id)
    ended(working)


@pytest.mark.parametrize("code", ADVICE)
def test_advice_belongs_to_an_error_and_is_there_in_every_language(code: str) -> None:
    assert code in MESSAGES
    assert steps_of(code)
    assert len(set(ADVICE.values())) >= 10


def test_a_failure_without_advice_has_its_sentence(studio: Open, workspace: Path) -> None:
    store = Store(workspace)
    run_id = "20261123-201502-000001"
    store.insert(run_id, kind="selfcheck", lane="train", title="", config={}, created_at=1.0)
    store.finish(run_id, Ending.of("failed", RunError("run.selfcheck_numbers", steps=0, seconds=1)))
    app = studio("run", run=run_id)
    assert len(app.error) == 1 and "resume" in keys(app)
