"""The page Models: from a trained model to one in use, with reasons where the evidence says otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.audit import person
from scalearn_core.audit.verify import read_trail
from scalearn_core.config import workspace
from scalearn_core.governance import registry, steps
from scalearn_core.governance.register import register
from scalearn_core.governance.words import Words
from scalearn_ui import text
from scalearn_ui.letters import JOINER
from tests.ui.conftest import Open


@pytest.fixture(autouse=True)
def of_the_test(trained: str, language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test in a copy of its own: registered models stay."""
    copy = shutil.copytree(workspace(), tmp_path / "copy")
    monkeypatch.setenv("SCALEARN_HOME", str(copy))
    monkeypatch.setattr(text, "first_language", lambda: language)


def errors(app: AppTest) -> list[str]:
    return [each.value.replace(JOINER, "") for each in app.error]


def press(app: AppTest, key: str) -> AppTest:
    button = next(each for each in app.button if each.key == key)
    return button.click().run()


def test_from_trained_to_in_use_and_back(studio: Open, trained: str, language: str) -> None:
    (workspace() / person.FILE).unlink(missing_ok=True)  # tests share the workspace
    app = studio("models", language)
    assert not app.exception and not app.error
    app.text_input(key="name_add").set_value("Aiko Sato")
    press(app, "add_register")
    assert not app.error, [each.value for each in app.error]
    model = registry.models()[0]
    assert (model.name, model.latest.state, model.latest.origin["run"]) == ("tickets", "draft", trained)
    decision = Words(language)("decision.do_not_use")
    assert [box.value for box in app.warning] and decision in app.warning[0].proto.title, "six test documents"

    press(app, "step_submit")
    assert registry.get("tickets").latest.submitted_by == "Aiko Sato"
    press(app, "step_approve")
    assert errors(app) == [
        text.sentences(language)["error.governance.reason_needed"].format(
            version="tickets@1", recommended="do not use"
        )
    ]
    app.text_input(key="decide_reason").set_value("a pilot with ten people")
    press(app, "step_approve")
    assert registry.get("tickets").latest.steps[-1].reason == "a pilot with ten people"
    press(app, "step_use")
    assert registry.in_use("tickets").version == 1 and not app.error
    assert person.kept() == person.person("Aiko Sato")
    assert [entry.who for entry in read_trail().entries if entry.action.startswith("model.")] == ["Aiko Sato"] * 4


def test_two_tabs_on_one_model(studio: Open, trained: str, language: str) -> None:
    register(runs.folder(trained), "tickets")
    app = studio("models", language)
    app.text_input(key="name_decide").set_value("Aiko Sato")
    steps.submit("tickets", who=person.person("Ben"))
    press(app, "step_submit")
    assert errors(app) == [
        text.sentences(language)["error.governance.changed_meanwhile"].format(
            who="Ben", model="tickets", action="submit"
        )
    ]


def test_versions_and_history_are_shown(studio: Open, trained: str, language: str) -> None:
    register(runs.folder(trained), "tickets")
    app = studio("models", language, view="versions")
    assert not app.exception and app.dataframe[0].value.iloc[0, 0] == 1
    app = studio("models", language, view="history")
    assert not app.exception and not app.error
    assert len(app.dataframe[0].value) == 1


def test_a_changed_trail_is_said_in_one_sentence(
    studio: Open, trained: str, language: str, workspace: Path
) -> None:
    register(runs.folder(trained), "tickets")
    file = Path(runs.folder(trained)).parents[1] / "audit" / "trail.jsonl"
    file.write_bytes(file.read_bytes().replace(b"tickets", b"tackets"))
    app = studio("models", language)
    assert not app.exception and len(app.error) == 1 and "trail" in app.error[0].value
