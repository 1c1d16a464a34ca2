"""How long documents are read is asked only where there are some, and the training is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scalearn_core.config import LONG_TEXTS
from scalearn_core.data.mapping import Mapping
from scalearn_core.workspace import datasets
from scalearn_ui import outcomes, text
from tests.records import training
from tests.ui.conftest import Open
from tests.ui.test_choosing import captions, submitted

SHORT = "The printer on floor {number} is out of {word}."
LONG = SHORT + " Please help us again since monday." * 60


def saved(sentence: str) -> str:
    rows = [
        f'"{sentence.format(number=number, word=word)}",{label}'
        for number in range(6)
        for word, label in (("paper", "a"), ("toner", "b"))
    ]
    content = "\n".join(["message,team", *rows]).encode()
    return datasets.save_dataset(
        content, Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv"
    )


def test_long_documents_are_asked_about(language: str, studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "first_language", lambda: language)
    dataset = saved(LONG)
    app = studio("train", language)
    assert not app.exception
    choice = app.selectbox(key=f"long_texts_{dataset}")
    assert choice.value == "head"
    assert list(choice.options) == [text.sentences(language)[f"long_texts.{how}"] for how in LONG_TEXTS]
    assert "12" in captions(app)
    assert "%" in captions(app)
    choice.select("head_tail").run()
    assert submitted(app)["long_texts"] == "head_tail"


def test_short_documents_are_not(studio: Open) -> None:
    saved(SHORT)
    app = studio("train")
    assert not [choice for choice in app.selectbox if str(choice.key).startswith("long_texts")]
    assert submitted(app)["long_texts"] == "head"


def test_results_say_how_much_is_read() -> None:
    found = training({"encoder": {"key": "english", "name": "x"}})
    assert found.long_texts == "head"
    words = [
        int("".join(filter(str.isdigit, outcomes.reach(replace(found, long_texts=how)))))
        for how in ("head", "head_tail", "windows")
    ]
    assert words[0] == words[1]
    assert words[2] == pytest.approx(8 * words[0], abs=50)
