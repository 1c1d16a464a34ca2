"""What near duplicates mean for a dataset, and the checks together."""

from __future__ import annotations

import pytest

from scalearn_core.checks.finding import Finding
from scalearn_core.checks.near_duplicates import near_duplicate_findings
from scalearn_core.checks.thorough import thorough
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.near_duplicates import group_near
from scalearn_core.workspace.samples import SAMPLES, sample_bytes
from tests.core.checks.made import made, only
from tests.core.checks.planted import with_wrong_labels

LETTER = "Please send me the invoice of last month again, our accounting cannot find it anywhere. Customer"


def found_in(texts: list[str]) -> list[Finding]:
    dataset = made((text, "ab"[number % 2]) for number, text in enumerate(texts))
    return near_duplicate_findings(dataset, group_near(dataset.frame["text"]))


def test_later_ones_are_named_with_the_first_and_can_be_left_out() -> None:
    texts = [f"{LETTER} 4711", "Something else altogether, of a fair length.", f"{LETTER} 4712", f"{LETTER} 4713"]
    found = only(found_in(texts))
    assert (found.rows, found.notes, found.severity) == ((4, 5), ("2", "2"), "warning")
    assert found.values == {"concerned": 2, "documents": 4, "share": 0.5}
    (remedy,) = found.remedies
    (step,) = remedy.steps
    assert (step.do, step.why, step.rows) == ("leave_out_rows", "near_duplicates", (4, 5))
    assert remedy.values == {"concerned": 2, "left": 2}


def test_the_same_text_is_left_to_the_quick_checks() -> None:
    assert found_in([LETTER, LETTER.upper(), f" {LETTER}", "Something else altogether, of a fair length."]) == []
    found = only(found_in([LETTER, f"{LETTER} 1", f"{LETTER} 1", LETTER]))
    assert (found.rows, found.notes) == ((3,), ("2",)), "the copy of the near one is a duplicate of that one"


def test_few_are_a_hint() -> None:
    with_two, _ = with_wrong_labels(98, 2, 0.0)
    texts = [*with_two.frame["text"], f"{LETTER} 1", f"{LETTER} 2"]
    assert only(found_in(texts)).severity == "hint"


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_holds_next_to_no_near_duplicates(key: str) -> None:
    sample = SAMPLES[key]
    dataset = TextDataset.from_table(sample_bytes(key), text=sample.text, label=sample.label)
    found = near_duplicate_findings(dataset, group_near(dataset.frame["text"]))
    assert all(finding.severity == "hint" for finding in found)


def test_both_checks_together_tell_how_far_they_are() -> None:
    dataset, _ = with_wrong_labels(300, 3, 0.05)
    rows = [*zip(dataset.frame["text"], dataset.frame["label"], strict=True)]
    rows += [(f"{LETTER} 1", "class 0"), (f"{LETTER} 2", "class 0")]
    told: list[tuple[str, float]] = []
    findings = thorough(made(rows), on_progress=lambda stage, share: told.append((stage, share)))
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("suspicious_labels", "warning"), ("near_duplicates", "hint")
    ]  # fmt: skip
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[0] == ("near_duplicates", 0.0)
    assert told[-1] == ("suspicious_labels", 1.0)
    assert [Finding.from_dict(finding.to_dict()) for finding in findings] == findings
