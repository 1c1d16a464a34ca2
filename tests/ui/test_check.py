"""A check run on the page of runs, and what it finds in words."""

from __future__ import annotations

import pytest

from scalearn_core import runs
from scalearn_core.checks.thorough import thorough
from scalearn_core.data.mapping import Mapping
from scalearn_core.workspace import datasets
from scalearn_ui import findings, text
from tests.core.checks.made import made
from tests.core.checks.planted import with_wrong_labels
from tests.ui.conftest import Open, small_table, wait_for_end

LETTER = "Please send me the invoice of last month again, our accounting cannot find it anywhere. Customer"


def test_a_check_that_is_done_leads_to_its_table(studio: Open, language: str) -> None:
    dataset = datasets.save_dataset(
        small_table(), Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv"
    )
    run = runs.submit("check", {"dataset": dataset, "seed": 13}, title="t.csv")
    wait_for_end(run)
    assert runs.get(run).status == "succeeded", runs.get(run).error_text
    app = studio("run", language, run=run)
    assert not app.exception
    assert text.sentences(language)["kind.check"] in app.caption[0].value
    app.button(key="to_data").click().run()
    assert not app.exception
    assert app.title[0].value == text.sentences(language)["data.title"]


def test_findings_and_what_they_lead_to_are_filled_in(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "language", lambda: language)
    table, _ = with_wrong_labels(300, 3, 0.05)
    rows = [*zip(table.frame["text"], table.frame["label"], strict=True)]
    rows += [(f"{LETTER} {number}", "class 0") for number in range(2)]
    told = thorough(made(rows))
    assert {finding.code for finding in told} == {"near_duplicates", "suspicious_labels"}
    for finding in told:
        said = [findings.found(finding), *(findings.note(finding, words) for words in finding.notes)]
        for remedy in finding.remedies:
            said += [findings.button(remedy), findings.consequence(remedy)]
        assert all(said)
        assert not [sentence for sentence in said if "{" in sentence or "None" in sentence]
