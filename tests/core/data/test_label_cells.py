"""Labels as other programs write them: lists, spellings of values, and none of the labels."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.label_cells import as_lists, listed
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.errors import DataError
from scalearn_core.evaluation.metrics import score
from scalearn_core.evaluation.predictions import prediction_table
from scalearn_core.tables.export import csv_text
from scalearn_core.training.contrastive import class_batches
from scalearn_core.workspace import datasets

SETS = [["billing"], ["billing", "refund"], ["door"], ["refund"], ["door", "billing"], ['it\'s "new"; a|b']] * 3


def dataset(cells: list[str], *, to_learn: bool = True, **options: object) -> TextDataset:
    content = pd.DataFrame({"text": [f"document {n}" for n in range(len(cells))], "label": cells}).to_csv(
        index=False
    )
    mapping = Mapping("text", "label", **{"blanks": "leave_out", **options})  # type: ignore[arg-type]
    return TextDataset.from_table(content.encode(), mapping, to_learn=to_learn)


def jsonl(labels: list[object]) -> bytes:
    return "".join(
        json.dumps({"text": f"document {n}", "label": label}) + "\n" for n, label in enumerate(labels)
    ).encode()


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("['a', 'b']", ("a", "b")),
        ('["b", "a", "b"]', ("a", "b")),
        ("['a' 'b']", ("a", "b")),
        ("['a'\n 'it\\'s']", ("a", "it's")),
        ("[\"it's\", 'two, one']", ("it's", "two, one")),
        ("[2, 5]", ("2", "5")),
        ("[2 27]", ("2", "27")),
        ("[True, null]", ("True",)),
        ('["\\u00e9"]', ("é",)),
        ("[]", ()),
        ("[a, b]", None),
        ("[Bug] door", None),
        ("(a)", None),
        ("[['a'], ['b']]", None),
        ("['a', 'b'", None),
        ("[" + "'a'," * 5_000 + "]", None),
    ],
)
def test_notations_of_lists(cell: str, labels: tuple[str, ...] | None) -> None:
    assert listed(cell) == labels


@pytest.mark.parametrize(
    "write",
    [str, json.dumps, lambda labels: str(np.array(labels, dtype=object))],
    ids=["pandas", "json", "numpy"],
)
def test_lists_written_into_cells_are_several_labels(write: object) -> None:
    read = dataset([write(labels) for labels in SETS])  # type: ignore[operator]
    assert read.labels == ("billing", "door", 'it\'s "new"; a|b', "refund")
    assert read.separator == "｜", "no label holds what stands between them"
    assert [read.labels[n] for n in np.flatnonzero(read.whole().targets[4])] == ["billing", "door"]


def test_lists_of_one_label_are_one_label() -> None:
    read = dataset(["['a']", "['b']", "['a']", "['b']"])
    assert (read.labels, read.separator) == (("a", "b"), None)
    assert read.fingerprint == dataset(["a", "b", "a", "b"]).fingerprint


def test_names_in_brackets_are_names() -> None:
    assert dataset(["[Bug]", "[Wish]", "[Bug]", "[Wish]"]).labels == ("[Bug]", "[Wish]")
    assert as_lists(["['a', 'b']", "c"]) is None, "only what readers write stands beside other cells"


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["True", "False"], ("FALSE", "TRUE")),
        (["true", "false"], ("FALSE", "TRUE")),
        (["1.0", "2.0"], ("1", "2")),
        (["1.0", "4.5"], ("1", "4.5")),
        (["001", "002"], ("001", "002")),
        (["1.0", "two"], ("1.0", "two")),
        (["True", "maybe"], ("True", "maybe")),
    ],
)
def test_values_have_one_spelling(cells: list[str], labels: tuple[str, ...]) -> None:
    assert dataset(cells * 2).labels == labels


def test_a_model_of_another_spelling_is_scored() -> None:
    known = dataset(["TRUE", "FALSE", "FALSE"], to_learn=False).whole(["False", "True"])
    assert known.targets.tolist() == [1, 0, 0]
    assert dataset(["1", "2"], to_learn=False).whole(["2.0", "1.0", "3.0"]).targets.tolist() == [1, 0]
    with pytest.raises(DataError, match="does not know"):
        dataset(["1", "2"], to_learn=False).whole(["one", "two"])


NONE_OF_THEM: list[object] = [["fees", "parcel"], ["price"], [], ["parcel"], [], ["fees"], ["price", "fees"], None]
NONE_OF_THEM *= 3


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_none_of_the_labels_is_an_answer(kind: str) -> None:
    content = jsonl(NONE_OF_THEM)
    if kind == "csv":
        cells = ["" if labels is None else str(labels) for labels in NONE_OF_THEM]
        content = (
            pd.DataFrame({"text": [f"document {n}" for n in range(24)], "label": cells})
            .to_csv(index=False)
            .encode()
        )
    read = TextDataset.from_table(content, Mapping(text="text", label="label", blanks="leave_out"))
    assert len(read.frame) == 21, "a blank is no answer"
    assert read.rejected["reason"].tolist() == ["blank_label"] * 3
    targets = read.whole().targets
    assert (targets.sum(1) == 0).sum() == 6
    divided = read.split(test=0.3, validation=0.0)
    assert (divided.train.targets.sum(1) == 0).any() and (divided.test.targets.sum(1) == 0).any()


def test_a_label_given_where_none_is_right_lowers_the_score() -> None:
    targets = (
        TextDataset.from_table(jsonl(NONE_OF_THEM), Mapping(text="text", label="label", blanks="leave_out"))
        .whole()
        .targets
    )
    given = targets.copy()
    given[targets.sum(1) == 0, 0] = 1
    assert score("macro_f1", targets, targets) == 1
    assert score("macro_f1", targets, given) == pytest.approx((2 * 9 / (9 + 15) + 1 + 1) / 3)


def test_predictions_with_none_of_the_labels_read_back_the_same() -> None:
    read = TextDataset.from_table(jsonl(NONE_OF_THEM), Mapping(text="text", label="label", blanks="leave_out"))
    whole = read.whole()
    table = prediction_table(whole, np.full(whole.targets.shape, 0.4, np.float32), whole.targets)
    again = TextDataset.from_table(
        csv_text(table).encode(), Mapping(text="text", label="label", separator=read.separator)
    )
    assert again.whole(read.labels).targets.tolist() == whole.targets.tolist()


def test_steps_keep_documents_that_have_none_of_the_labels() -> None:
    step = Step("leave_out_labels", "few_10", labels=("price",))
    read = TextDataset.from_table(
        jsonl(NONE_OF_THEM), Mapping(text="text", label="label", blanks="leave_out", steps=[step])
    )
    assert (read.frame["label"] == "").sum() == 6
    assert read.rejected["reason"].value_counts().to_dict() == {"blank_label": 3, "few_10": 3}


def test_documents_with_none_of_the_labels_are_drawn_to_be_told_apart() -> None:
    targets = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 0], [0, 0]])
    batch = next(class_batches(targets, 6, np.random.default_rng(0)))
    assert {4, 5} & set(batch)


def test_datasets_of_before_are_read_as_they_were() -> None:
    content = jsonl(NONE_OF_THEM)
    saved = datasets.save_dataset(
        content, Mapping(text="text", label="label", blanks="leave_out"), filename="t.jsonl"
    )
    assert len(datasets.load_dataset(saved).frame) == 21
    path = datasets.dataset_folder(saved) / "recipe.json"
    info = dataclasses.replace(datasets.get_dataset_info(saved), label_reading=1)
    stored = info.to_dict()
    del stored["label_reading"]
    path.write_text(json.dumps(stored), "utf-8")
    assert len(datasets.load_dataset(saved).frame) == 15
