"""Cells of several labels at their edges: our own exports, odd separators, what folds and parts promise."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import find_separator, split_labels
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.parts import Part
from scalearn_core.data.split import Split
from scalearn_core.data.splits import assign_parts, stratified_folds
from scalearn_core.errors import DataError
from scalearn_core.evaluation.predictions import prediction_table
from scalearn_core.tables.export import csv_text
from scalearn_core.workspace import datasets
from tests.core.multi_label import multi_label_table, random_targets

CELLS = ["billing; refund", "billing", "refund", "login", "login; billing", "refund"] * 3


def table(cells: Sequence[str]) -> bytes:
    return "\n".join(["text,label", *(f'"document {i}","{cell}"' for i, cell in enumerate(cells))]).encode()


def load(cells: Sequence[str], separator: str | None) -> TextDataset:
    return TextDataset.from_table(table(cells), Mapping(text="text", label="label", separator=separator))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a|b;c", "a", "b;c", "b;c|a", "a|b;c"], "|"),  # the bar comes first
        (["IT | Hardware", "IT | Hardware", "IT | Software"], None),
        (["a; b"] * 30 + ["c"] * 30, None),  # a name, however often
        (["a/b", "a", "b", "b/a", "a/b"], None),
        (["a、b", "a", "b", "b、a"], None),
    ],
)
def test_names_are_not_taken_apart(cells: list[str], expected: str | None) -> None:
    assert find_separator(cells) == expected


@pytest.mark.parametrize("separator", ["、", " / ", "::", "."])
def test_any_text_may_stand_between_labels(separator: str) -> None:
    dataset = load([separator.join(["b", "a"]), "a", "b", "a"], separator)
    assert (dataset.labels, dataset.frame["label"].iloc[0]) == (("a", "b"), f"a{separator}b")
    assert dataset.whole().targets.tolist() == [[1, 1], [1, 0], [0, 1], [1, 0]]
    assert split_labels(f"{separator} {separator}\u3000", separator) == ()


def test_one_label_each_where_more_are_allowed() -> None:
    assert load(["a", "b", "a", "b"], ",").whole().targets.tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([";".join(f"l{i}-{j}" for j in range(3)) for i in range(30)], "data.labels_nearly_unique"),
        ([f"{i};{i + 1}" for i in range(0, 402, 2)] * 4, "data.too_many_classes"),
    ],
)
def test_too_many_labels_are_refused(cells: list[str], code: str) -> None:
    with pytest.raises(DataError) as caught:
        load(cells, ";")
    assert caught.value.code == code


def test_hashes() -> None:
    """Of one label per document they are what they were; of several what stands between them does not count."""
    rows = [["document 0", "x"], ["document 1", "y"], ["document 2", "x"], ["document 3", "y"]]
    expected = hashlib.sha256(b"".join(json.dumps(row).encode() + b"\n" for row in rows)).hexdigest()
    assert load(["x", "y", "x", "y"], None).fingerprint == expected
    bars, semicolons = load(["a|b", "a", "b", "b|a"], "|"), load(["a;b", "a", "b", "b ;a;a"], ";")
    assert bars.fingerprint == semicolons.fingerprint
    assert semicolons.fingerprint != load(["a", "a;b", "b", "a;b"], ";").fingerprint


def test_labels_that_look_like_formulas_come_back_from_our_own_export() -> None:
    """Of a cell only the beginning gets an apostrophe, and a number does where another label follows it."""
    labels = ("-1", "=sum", "ok")
    split = load(["-1", "-1;=sum", "-1;=sum;ok", "=sum", "=sum;ok", "ok", "-1;ok"], ";").whole(labels)
    exported = csv_text(
        prediction_table(split, split.targets.astype(np.float32), split.targets)[["text", "predicted"]]
    )
    assert '"\'-1;=sum"' in exported and '"-1"' in exported
    again = TextDataset.from_table(exported.encode(), Mapping(text="text", label="predicted", separator=";"))
    assert np.array_equal(again.whole(labels).targets, split.targets)
    with pytest.raises(DataError) as caught:
        load(["'ok;-1", "-1", "'ok", "-1"], ";").whole(labels)
    assert caught.value.values["unknown"] == "'ok"


def test_parts_keep_their_separator_and_shape() -> None:
    divided = multi_label_table(80).split(seed=2)
    for part in (divided.train, divided.validation, divided.test, divided.train.drawn(5, seed=0)):
        assert part.separator == ";"
        assert part.targets.shape == (len(part), 3)
        for row, name in zip(part.rows, part.names(), strict=True):
            assert divided.frame.loc[row, "label"] == name
    assert len(divided.without_validation().train) == len(divided.train) + len(divided.validation)
    with pytest.raises(ValueError, match="separator"):
        dataclasses.replace(divided.test, separator=None)
    with pytest.raises(ValueError, match="separator"):
        Split(("a",), np.array([0]), ("x", "y"), (2,), ";")


def test_each_way_of_reading_is_a_dataset_of_its_own() -> None:
    ids = [
        datasets.save_dataset(
            table(CELLS),
            Mapping(text="text", label="label", separator=separator, blanks="leave_out"),
            filename="t.csv",
        )
        for separator in ("auto", None, ",", "auto")
    ]
    infos = [datasets.get_dataset_info(dataset_id) for dataset_id in ids]
    assert ids[0] == ids[3] and len({*ids}) == 3
    assert [info.separator for info in infos[:3]] == [";", None, ","]
    assert infos[0].class_counts == {"billing": 9, "login": 6, "refund": 9}
    assert datasets.load_dataset(ids[0]).fingerprint == infos[0].fingerprint


# the division


def skewed(documents: int, labels: int, seed: int) -> np.ndarray:
    """Labels of very unequal number, each of one document at least, and no document without."""
    targets = random_targets(documents, [0.5 / (1 + label) for label in range(labels)], seed)
    targets[~targets.any(1), 0] = 1
    return targets[:, targets.any(0)]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("documents", "labels"), [(12, 3), (40, 6), (150, 12), (300, 40)])
def test_a_label_lacks_in_the_test_only_where_others_need_its_documents(
    documents: int, labels: int, seed: int
) -> None:
    targets = skewed(documents, labels, seed)
    texts = [f"{' ' * (i % 2)}Text {i // 2 if i % 10 < 2 else i}".upper() for i in range(documents)]
    parts = assign_parts(texts, targets, test=0.2, validation=0.1, seed=seed)
    part_of: dict[str, int] = {}
    for text, part in zip(texts, parts.tolist(), strict=True):
        assert part_of.setdefault(text.strip().casefold(), part) == part
    assert targets[parts == Part.TRAIN].any(0).all()
    missing = 0
    for column in targets.T:
        found = np.flatnonzero(column)
        if len({texts[i].strip() for i in found}) > 1 and not column[parts == Part.TEST].any():
            missing += 1
            assert (targets[found].sum(1) > 1).any()
    assert missing <= 1


def test_shares_are_kept_for_forty_labels() -> None:
    targets = random_targets(1000, [0.4 / (1 + label) ** 0.7 for label in range(40)], seed=0)
    parts = assign_parts([f"text {i}" for i in range(1000)], targets, test=0.2, validation=0.1, seed=1)
    assert np.bincount(parts) / 1000 == pytest.approx([0.7, 0.1, 0.2], abs=0.02)

    def off(of_parts: np.ndarray) -> np.ndarray:
        counts = [targets[of_parts == part].sum(0) for part in (Part.TRAIN, Part.VALIDATION, Part.TEST)]
        return np.abs(np.array(counts) - np.outer([0.7, 0.1, 0.2], targets.sum(0)))

    assert (off(parts) <= np.maximum(2.0, 0.1 * targets.sum(0))).all()
    by_chance = off(np.random.default_rng(0).permutation(parts))
    assert off(parts).mean() < 0.5 * by_chance.mean()


def test_without_validation_none_is_dealt() -> None:
    targets = skewed(200, 10, seed=0)
    parts = assign_parts([f"text {i}" for i in range(200)], targets, test=0.25, validation=0.0, seed=0)
    assert np.bincount(parts, minlength=3) / 200 == pytest.approx([0.75, 0, 0.25], abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_every_fold_learns_from_documents_with_and_without_each_label(seed: int) -> None:
    targets = random_targets(40, [0.5, 0.3, 0.2, 0.0, 0.0] + [1.0] * 6, seed)
    rng = np.random.default_rng(seed)
    for label in range(3, 11):  # two labels that only two documents have, and six that only two lack
        targets[rng.permutation(40)[:2], label] = label < 5
    folds = stratified_folds(targets, 5, seed)
    assert sorted(np.concatenate([held_out for _, held_out in folds]).tolist()) == list(range(40))
    for train, held_out in folds:
        assert sorted([*train.tolist(), *held_out.tolist()]) == list(range(40))
        assert 6 <= len(held_out) <= 10
        assert targets[train].any(0).all()
        assert not targets[train].all(0).any()
        assert np.abs(targets[held_out].sum(0) - targets.sum(0) / 5).max() < 4


def test_fewer_documents_than_folds() -> None:
    targets = np.eye(3, dtype=np.int64)
    assert [held_out.size for _, held_out in stratified_folds(targets, 5, 0)] == [1, 1, 1]
