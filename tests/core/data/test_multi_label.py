"""Several labels in a cell: found, split, stratified and kept."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import find_separator, split_labels
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.parts import Part
from scalearn_core.data.splits import assign_parts, stratified_folds
from scalearn_core.errors import DataError
from scalearn_core.tables.export import csv_text
from scalearn_core.workspace import datasets as workspace


def table(cells: list[str]) -> bytes:
    rows = pd.DataFrame({"text": [f"document {number}" for number in range(len(cells))], "label": cells})
    return rows.to_csv(index=False).encode()


def read(cells: list[str], **options: object) -> TextDataset:
    return TextDataset.from_table(table(cells), Mapping("text", "label", **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cells, found",
    [
        (["a|b", "a", "b|c", "c", "a|b|c"], "|"),
        (["spa; gym", "gym", "spa; pool", "pool; gym"], ";"),
        (["IT|Hardware", "IT|Software", "HR|Pay", "HR|Leave"], None),
        (["IT", "IT|Hardware", "IT|Software", "HR", "HR|Pay"], None),
        (["Sports; Leisure", "Food; Drink", "Food; Drink"], None),
        (["a|b", "a", "b"], None),  # one such cell may be a slip
        (["a, b", "a", "b, c", "c", "a, c"], None),  # a comma stands in many names
        (["a", "b"], None),
        ([], None),
    ],
)
def test_what_stands_between_labels_is_found_where_parts_combine(cells: list[str], found: str | None) -> None:
    assert find_separator(cells) == found


def test_a_cell_holds_each_label_once_without_spaces() -> None:
    assert split_labels(" b | a||b|", "|") == ("a", "b")
    assert split_labels("|", "|") == ()
    assert split_labels("a|b", None) == ("a|b",)


def test_labels_are_read_one_by_one() -> None:
    data = read(["b | a", "a", "b|c", "c|c", " a |b| c"])
    assert data.separator == "|"
    assert data.labels == ("a", "b", "c")
    assert data.frame["label"].tolist() == ["a|b", "a", "b|c", "c", "a|b|c"]
    assert data.class_counts == {"a": 3, "b": 3, "c": 3}
    whole = data.whole()
    assert whole.targets.tolist() == [[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [1, 1, 1]]
    assert whole.names() == data.frame["label"].tolist()
    assert whole.drawn(2, seed=0).targets.shape == (2, 3)


def test_the_reading_can_be_told() -> None:
    cells = ["a|b", "a", "b|c", "a|b", "a", "b|c"]
    one = read(cells, separator=None)
    assert (one.separator, one.labels) == (None, ("a", "a|b", "b|c"))
    commas = read(["a, b", "a", "b", "a, b"], separator=",")
    assert (commas.separator, commas.labels, commas.frame["label"][2]) == (",", ("a", "b"), "a,b")


def test_a_cell_of_separators_alone_is_blank() -> None:
    cells = ["a|b", "b|c", "a|c", "||", "c"]
    with pytest.raises(DataError, match="blank"):
        read(cells, blanks="refuse")
    assert read(cells).unlabelled.to_dict() == {5: "document 3"}
    left_out = read(cells, blanks="leave_out")
    assert left_out.rejected.to_dict("list") == {"row": [5], "reason": ["blank_label"], "content": ["document 3"]}


def test_the_hash_knows_the_labels_and_not_their_order() -> None:
    cells = ["a|b", "b|c", "a|c", "a"] * 2
    turned = ["b|a", "c | b", "c|a", "a"] * 2
    assert read(cells).fingerprint == read(turned).fingerprint
    assert read(cells).fingerprint != read(cells, separator=None).fingerprint
    single = read(["a", "b", "a", "b"])
    assert single.fingerprint == read(["a", "b", "a", "b"], separator=None).fingerprint


def test_tables_that_cannot_be_learned_from_are_refused() -> None:
    with pytest.raises(DataError, match="same category"):
        read(["a|", "a", "|a"], separator="|")
    with pytest.raises(DataError, match="two documents each"):
        read(["a|b", "a|c"], separator="|")


def test_a_table_is_read_in_a_models_labels() -> None:
    data = read(["a|b", "b", "a", "b|a"], separator="|")
    assert data.whole(["c", "b", "a"]).targets[0].tolist() == [0, 1, 1]
    with pytest.raises(DataError, match="does not know: b"):
        data.whole(["a", "c"])
    exported = csv_text(pd.DataFrame({"text": ["x", "y", "z"], "label": ["=a|b", "=a", "b"]})).encode()
    ours = TextDataset.from_table(exported, Mapping(text="text", label="label", separator="|"))
    assert ours.whole(["=a", "b"]).targets.tolist() == [[1, 1], [1, 0], [0, 1]]


def labels_of(n: int, n_labels: int, seed: int) -> np.ndarray:
    """Most labels rare, each document with one at least, each label with three documents at least."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((n, n_labels)) < np.geomspace(0.4, 0.01, n_labels)).astype(np.int64)
    for label in range(n_labels):
        targets[rng.permutation(n)[:3], label] = 1
    return targets


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_label_is_learned_and_tested_in_about_its_share(seed: int) -> None:
    targets = labels_of(400, 40, seed)
    texts = [f"text {number % 380}" for number in range(400)]  # 20 stand there twice
    parts = assign_parts(texts, targets, test=0.2, validation=0.1, seed=seed)
    for part in (Part.TRAIN, Part.TEST):
        assert targets[parts == part].sum(0).min() >= 1
    shares = targets[parts == Part.TEST].sum(0) / targets.sum(0)
    often = targets.sum(0) >= 20
    assert np.abs(shares[often] - 0.2).max() < 0.12
    assert np.abs(shares[often] - 0.2).mean() < 0.03
    assert abs((parts == Part.TEST).mean() - 0.2) < 0.05
    by_text: dict[str, set[int]] = {}
    for text, part in zip(texts, parts.tolist(), strict=True):
        by_text.setdefault(text, set()).add(part)
    assert all(len(found) == 1 for found in by_text.values()), "the same text never stands on both sides"
    assert np.array_equal(parts, assign_parts(texts, targets, test=0.2, validation=0.1, seed=seed))


def test_folds_hold_every_document_out_once_and_leave_every_label_to_learn_from() -> None:
    targets = labels_of(90, 12, 3)
    folds = stratified_folds(targets, 5, seed=1)
    assert sorted(np.concatenate([held_out for _, held_out in folds]).tolist()) == list(range(90))
    for train, held_out in folds:
        assert not set(train) & set(held_out)
        assert targets[train].sum(0).min() >= 1
        assert 15 <= len(held_out) <= 21
    single = np.array([0] * 8 + [1] * 3)
    assert len(stratified_folds(single, 5, seed=0)) == 3, "no more than documents of the rarest class"


def test_a_dataset_keeps_how_its_labels_are_read() -> None:
    content = table(["a|b", "a", "b|c", "c", "a|c"])
    multi_label = workspace.save_dataset(
        content, Mapping(text="text", label="label", separator="|", blanks="leave_out"), filename="t.csv"
    )
    single = workspace.save_dataset(
        table(["a|b", "a"] * 3),
        Mapping(text="text", label="label", separator=None, blanks="leave_out"),
        filename="t.csv",
    )
    assert workspace.get_dataset_info(multi_label).separator == "|"
    assert workspace.load_dataset(multi_label).labels == ("a", "b", "c")
    assert workspace.load_dataset(single).labels == ("a", "a|b")
    recipe = workspace.workspace() / "datasets" / single / "recipe.json"
    before = json.loads(recipe.read_text("utf-8"))
    del before["separator"]  # as datasets of before have it
    recipe.write_text(json.dumps(before), "utf-8")
    assert workspace.load_dataset(single).separator is None
