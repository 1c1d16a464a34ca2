"""Wrong labels that were planted are found, and few others."""

from __future__ import annotations

import pytest

from scalearn_core.checks.scan import MOST_LOOKED_AT
from scalearn_core.checks.suspicious_labels import FEATURES_SHARE, TOLD_EVERY, suspicious_labels
from scalearn_core.data.dataset import TextDataset
from scalearn_core.workspace.samples import SAMPLES, sample_bytes
from tests.core.checks.made import made, only, plain_texts
from tests.core.checks.planted import KANJI, LATIN, with_wrong_labels


@pytest.mark.parametrize("letters", [LATIN, KANJI], ids=["latin", "kanji"])
def test_planted_errors_are_found_and_little_else(letters: str) -> None:
    """Measured: found 23 of 33 (latin) and 21 of 32 (kanji), and no other."""
    dataset, planted = with_wrong_labels(600, 5, 0.05, letters=letters)
    found = only(suspicious_labels(dataset))
    hits = set(found.rows) & planted
    assert len(hits) >= 0.55 * len(planted)
    assert len(hits) >= 0.9 * len(found.rows)
    assert found.severity == "warning"
    assert found.values["documents"] == found.values["looked_at"] == 600
    true = {row: f"class {(row - 2) % 5}" for row in hits}
    named = dict(zip(found.rows, found.notes, strict=True))
    assert sum(named[row] == true[row] for row in hits) >= 0.9 * len(hits)


def test_one_wrong_label_in_five_is_still_a_warning() -> None:
    assert only(suspicious_labels(with_wrong_labels(300, 5, 0.2)[0])).severity == "warning"


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert suspicious_labels(with_wrong_labels(400, 4, 0.0)[0]) == []


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_raises_no_alarm(key: str) -> None:
    sample = SAMPLES[key]
    dataset = TextDataset.from_table(sample_bytes(key), text=sample.text, label=sample.label)
    assert all(finding.severity == "hint" for finding in suspicious_labels(dataset))


def test_remedies_hold_all_rows_by_suggested_label() -> None:
    dataset, _ = with_wrong_labels(600, 5, 0.05)
    found = only(suspicious_labels(dataset))
    relabel, leave_out = found.remedies
    assert {step.do for step in relabel.steps} == {"relabel"}
    taken = {(row, step.into) for step in relabel.steps for row in step.rows}
    assert taken == set(zip(found.rows, found.notes, strict=True))
    (step,) = leave_out.steps
    assert (step.do, step.why, step.rows) == ("leave_out_rows", "suspicious_labels", tuple(sorted(found.rows)))
    assert leave_out.values == {"concerned": len(found.rows), "left": 600 - len(found.rows)}


def test_the_same_seed_finds_the_same() -> None:
    dataset, _ = with_wrong_labels(300, 3, 0.05)
    assert suspicious_labels(dataset, seed=4) == suspicious_labels(dataset, seed=4)


def test_rare_classes_are_skipped_and_named() -> None:
    dataset, planted = with_wrong_labels(300, 3, 0.05)
    frame = list(zip(dataset.frame["text"], dataset.frame["label"], strict=True))
    rare = made([*frame, *((text, "rare") for text in plain_texts(4))])
    found = only(suspicious_labels(rare))
    assert found.values["skipped"] == ("rare",)
    assert (found.values["looked_at"], found.values["documents"]) == (300, 304)
    assert "rare" not in found.notes
    assert set(found.rows) & planted


def test_without_two_classes_to_compare_nothing_is_said() -> None:
    assert suspicious_labels(made([(text, "only") for text in plain_texts(20)])) == []
    few = made([(text, str(number % 10)) for number, text in enumerate(plain_texts(40))])
    assert suspicious_labels(few) == []


def test_of_several_labels_the_wrong_one_is_turned_round() -> None:
    """One label for the topic, and one that every other document has; the topic is wrong in some."""
    dataset, planted = with_wrong_labels(600, 4, 0.05)
    rows = [
        (f"{text} urgent please" if number % 2 else text, f"{label}|hurry" if number % 2 else label)
        for number, (text, label) in enumerate(zip(dataset.frame["text"], dataset.frame["label"], strict=True))
    ]
    found = only(suspicious_labels(made(rows, "|")))
    hits = set(found.rows) & planted
    assert len(hits) >= 0.5 * len(planted)
    assert len(hits) >= 0.8 * len(found.rows)
    for row, note in zip(found.rows, found.notes, strict=True):
        assert note and ("hurry" in note.split("|")) == (row % 2 == 1), "what is not doubted stays"


def test_a_large_table_is_looked_at_in_part_and_progress_is_told() -> None:
    dataset, _ = with_wrong_labels(MOST_LOOKED_AT + 500, 2, 0.05)
    told: list[float] = []
    found = only(suspicious_labels(dataset, on_progress=told.append))
    assert (found.values["looked_at"], found.values["documents"]) == (MOST_LOOKED_AT, MOST_LOOKED_AT + 500)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert sum(share < FEATURES_SHARE for share in told) >= MOST_LOOKED_AT / TOLD_EVERY, "while counting"


def test_of_several_labels_a_document_of_a_rare_one_alone_is_no_obstacle() -> None:
    dataset, planted = with_wrong_labels(300, 3, 0.05)
    rows = [*zip(dataset.frame["text"], dataset.frame["label"], strict=True)]
    found = only(
        suspicious_labels(made([*rows, *((text, "rare") for text in plain_texts(3)), ("a b", "x|y")], "|"))
    )
    assert found.values["skipped"] == ("rare", "x", "y")
    assert found.values["looked_at"] == 304
    assert set(found.rows) & planted
