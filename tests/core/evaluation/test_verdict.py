"""The verdict: it praises the sources only where two comparisons and the forecast agree."""

from __future__ import annotations

import pytest

from scalearn_core.evaluation.comparison import Comparison, Verdict
from scalearn_core.evaluation.verdict import judge


def against(verdict: Verdict, difference: float = 0.1) -> Comparison:
    low, high = {"better": (0.04, 0.16), "worse": (-0.16, -0.04)}.get(verdict, (-0.05, 0.25))
    return Comparison("macro_f1", difference, low, high, verdict, disagreements=20)


@pytest.mark.parametrize(
    "plain, control, promised, documents, helped, code",
    [
        ("better", "better", True, 100, True, "helped"),
        ("better", "better", False, 100, False, "not_promised"),
        ("better", "no_difference", True, 100, False, "not_by_sources"),
        ("better", "worse", True, 100, False, "not_by_sources"),
        ("better", None, True, 100, None, "no_control"),
        ("no_difference", "better", True, 100, False, "no_difference"),
        ("worse", "better", True, 100, False, "worse"),
        ("better", "better", True, 29, None, "few_documents"),
    ],
)
def test_every_case_has_its_answer(
    plain: Verdict, control: Verdict | None, promised: bool, documents: int, helped: bool | None, code: str
) -> None:
    found = judge(against(plain), against(control) if control else None, promised=promised, documents=documents)
    assert (found.helped, found.code, found.against) == (helped, code, "frozen_head")


def test_gain_and_interval_are_points_against_the_plain_classifier() -> None:
    found = judge(against("better"), against("no_difference", 0.5), promised=True, documents=50)
    assert found.gain == pytest.approx(10)
    assert found.interval == pytest.approx([4, 16])
