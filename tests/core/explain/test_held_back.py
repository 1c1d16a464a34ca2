"""Half of the test documents are watched, the others judge; no text is on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.errors import DataError
from scalearn_core.explain import held_back as module
from scalearn_core.explain.held_back import BYTES, MOST, divide_test, watched
from tests.core.tiny import dataset


def table(rows: list[tuple[str, str]]) -> TextDataset:
    content = "\n".join(["text,label", *(f"{text},{label}" for text, label in rows)])
    return TextDataset.from_table(content.encode(), text="text", label="label")


def test_half_of_each_class_is_watched_and_nothing_else_changes() -> None:
    whole = dataset(120).split(seed=3)
    divided = divide_test(whole)
    assert whole.parts is not None and divided.parts is not None
    assert ((divided.parts == Part.WATCHED) <= (whole.parts == Part.TEST)).all()
    untouched = whole.parts != Part.TEST
    assert (divided.parts[untouched] == whole.parts[untouched]).all()
    seen, kept_back = watched(divided), divided.test
    assert abs(len(seen) - len(kept_back)) <= 1
    for label in range(3):
        assert abs(int((seen.targets == label).sum()) - int((kept_back.targets == label).sum())) <= 1
    assert {*seen.rows, *kept_back.rows} == set(whole.test.rows) and not {*seen.rows} & {*kept_back.rows}


def test_dividing_again_changes_nothing_and_the_order_of_rows_neither() -> None:
    whole = dataset(90).split(seed=1)
    once = divide_test(whole)
    again = divide_test(once)
    assert once.parts is not None and again.parts is not None
    assert np.array_equal(once.parts, again.parts)
    turned = TextDataset(whole.frame[::-1], whole.rejected, whole.labels, whole.name, whole.parts[::-1].copy())  # type: ignore[index]
    assert {*watched(divide_test(turned)).texts} == {*watched(once).texts}


def test_equal_texts_are_on_one_side() -> None:
    rows = [(f"text {i % 20}" if i % 3 else f"TEXT {i % 20}", "ab"[i % 2]) for i in range(400)]
    divided = divide_test(table(rows).split(seed=0))
    here, there = ({text.casefold() for text in part.texts} for part in (watched(divided), divided.test))
    assert here and there and not here & there


def test_not_more_than_can_be_looked_at_in_a_second() -> None:
    short = divide_test(table([(f"t {i}", "ab"[i % 2]) for i in range(2000)]).split(seed=0))
    assert len(watched(short)) == MOST
    assert len(short.test) == 400 - MOST, "the others judge, however many they are"
    long = divide_test(table([(f"{'word ' * 100} {i}", "ab"[i % 2]) for i in range(1000)]).split(seed=0))
    assert 0.8 * BYTES <= sum(len(text) for text in watched(long).texts) <= BYTES


def test_too_few_documents_are_told() -> None:
    few = table([(f"t {i}", "ab"[i % 2]) for i in range(12)]).split(seed=0)
    assert len(few.test) < module.FEWEST
    with pytest.raises(DataError) as told:
        divide_test(few)
    assert told.value.code == "levers.too_few"
    with pytest.raises(DataError, match="not divided"):
        divide_test(dataset(30))
    assert Part.TRAIN in few.parts  # type: ignore[operator]
