"""Documents that are probably sums are asked about."""

from __future__ import annotations

import pytest

from scalearn_core.checks.quick import quick
from scalearn_core.checks.sums import sum_rows
from scalearn_core.cli.telling import tell_sums
from scalearn_core.data.apply_recipe import apply_steps
from scalearn_core.data.recipe import Step

from .made import by_code, classes, made, only, scan


@pytest.mark.parametrize(
    "sum_", [("Total", "41"), ("合計", "parcel"), ("小計 12件", "x"), ("41", "Total"), ("Summe: 12", "b")]
)
def test_a_sum_among_documents_is_asked_about(sum_: tuple[str, str]) -> None:
    documents = [*classes({"a": 12, "b": 12}), sum_]
    finding = by_code(quick(made(documents)))["sum_rows"]
    assert (finding.severity, finding.rows) == ("warning", (26,))
    assert finding.values == {"concerned": 1, "documents": 25}
    (remedy,) = finding.remedies
    assert remedy.steps == (Step("leave_out_rows", "sum_rows", rows=(26,)),)
    frame, gone = apply_steps(made(documents).frame, remedy.steps, None)
    assert (len(frame), gone["reason"].tolist(), gone["content"].tolist()) == (24, ["sum_rows"], [sum_[0]])


@pytest.mark.parametrize(
    "document", [("total chaos", "a"), ("the printer is broken", "Total"), ("計画を見直す", "a")]
)
def test_documents_are_not(document: tuple[str, str]) -> None:
    documents = [*classes({"a": 12, "b": 12}), document]
    assert sum_rows(scan(documents), made(documents).frame["text"]) == []


def test_several_sums_are_one_finding() -> None:
    documents = [*classes({"a": 3}), ("Subtotal", "3"), *classes({"b": 3}), ("Total", "6")]
    assert only(sum_rows(scan(documents), made(documents).frame["text"])).rows == (5, 9)


def test_the_shell_tells_them(capsys: pytest.CaptureFixture[str]) -> None:
    tell_sums(made([*classes({"a": 2, "b": 2}), ("Total", "4")]))
    assert "but learned from: row 6. Remove them" in capsys.readouterr().err
    tell_sums(made(classes({"a": 2, "b": 2})))
    assert not capsys.readouterr().err
