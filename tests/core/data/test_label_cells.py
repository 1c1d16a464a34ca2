"""Labels as other programs write them: lists, spellings of values, and none of the labels."""

from __future__ import annotations

import dataclasses
import json
import time

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
        ("('a', 'b')", ("a", "b")),
        ("('a',)", ("a",)),
        ("(2, 5)", ("2", "5")),
        ("{'b', 'a'}", ("a", "b")),
        ("{2, 5}", ("2", "5")),
        ("set()", ()),
        ("()", ()),
        ("frozenset({'a', 'b'})", ("a", "b")),
        ("array(['a', 'b'], dtype=object)", ("a", "b")),
        ("array(['a',\n       'b'], dtype='<U7')", ("a", "b")),
        ("array([], dtype=float64)", ()),
        ("np.array([2, 5])", ("2", "5")),
        ("[np.str_('a, b'), np.str_('c')]", ("a, b", "c")),
        ("[np.int64(2), np.float64(5.5)]", ("2", "5.5")),
        ("[1. 2.e+16]", ("1", "2e+16")),
        ("dict_keys(['a', 'b'])", ("a", "b")),
        ("[u'a', u'b']", ("a", "b")),
        ("(a)", None),
        ("('a')", None),
        ("(2)", None),
        ("(a, b)", None),
        ("{'a': 1}", None),
        ("{'a' 'b'}", None),
        ("('a' 'b')", None),
        ("open('a')", None),
        ("array(['a'", None),
        ("['a'; 'b']", None),
        ("[__import__('os')]", None),
        ("[['a'], ['b']]", None),
        ("['a', 'b'", None),
        ("[" + "'a'," * 5_000 + "]", None),
    ],
)
def test_notations_of_lists(cell: str, labels: tuple[str, ...] | None) -> None:
    assert listed(cell) == labels


@pytest.mark.parametrize(
    "write",
    [
        str,
        json.dumps,
        lambda labels: str(np.array(labels, dtype=object)),
        lambda labels: str(tuple(labels)),
        lambda labels: str(set(labels)),
        lambda labels: str(frozenset(labels)),
        lambda labels: repr(np.array(labels, dtype=object)),
        lambda labels: str(list(np.array(labels))),
    ],
    ids=["pandas", "json", "numpy", "tuple", "set", "frozenset", "array", "scalars of numpy"],
)
def test_lists_written_into_cells_are_several_labels(write: object) -> None:
    read = dataset([write(labels) for labels in SETS])  # type: ignore[operator]
    assert read.labels == ("billing", "door", 'it\'s "new"; a|b', "refund")
    assert read.separator == "｜", "no label holds what stands between them"
    assert [read.labels[n] for n in np.flatnonzero(read.whole().targets[4])] == ["billing", "door"]


@pytest.mark.parametrize(
    "brackets", ["[%s]", "{%s}"], ids=["as Java writes a list", "as PostgreSQL writes an array"]
)
def test_lists_without_quotation_marks(brackets: str) -> None:
    sets = [["billing"], ["billing", "refund"], ["door"], ["refund"], ["door", "billing"], []]
    read = dataset([brackets % ", ".join(labels) for labels in sets] * 3)
    assert read.labels == ("billing", "door", "refund")
    assert (read.whole().targets.sum(1) == 0).sum() == 3
    assert read.whole().targets[1].tolist() == [1, 0, 1]


def test_names_in_brackets_with_commas_are_names_where_none_comes_again() -> None:
    names = ("[Bug, UI]", "[Note, X]", "[Wish, API]")
    assert dataset([*names] * 3).labels == names
    assert dataset(["[a, b]", "[c]"] * 3).labels == ("[a, b]", "[c]")


@pytest.mark.parametrize("empty", ["()", "set()", "array([], dtype=object)", "{}"])
def test_empty_in_another_notation_is_an_answer_beside_lists_alone(empty: str) -> None:
    beside = ["('a', 'b')", "('a',)", empty, "('b',)"]
    read = dataset(beside * 3)
    assert (read.labels, (read.whole().targets.sum(1) == 0).sum()) == (("a", "b"), 3)
    assert dataset([empty, "a", "b"] * 3).labels == tuple(sorted([empty, "a", "b"]))


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
        (["1e16", "-0.0"], ("0", "10000000000000000")),
        (["0.30000000000000004", "0.7"], ("0.3", "0.7")),
        (["1.10", "1.1"], ("1.1", "1.10")),
        (["2026-04-01 00:00:00", "2026-04-02 09:30:00"], ("2026-04-01", "2026-04-02 09:30:00")),
        (["2026-04-01T00:00:00.000", "2026-04-02T09:30"], ("2026-04-01", "2026-04-02 09:30:00")),
        (["2026-04-01T00:00:00Z", "2026-04-01"], ("2026-04-01", "2026-04-01 00:00:00+00:00")),
        (["2026-04-01 00:00:00", "soon"], ("2026-04-01 00:00:00", "soon")),
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
    assert dataset(["1.5", "2"], to_learn=False).whole(["1.50", "2.00"]).targets.tolist() == [0, 1]
    assert dataset(["1.10", "1.1"], to_learn=False).whole(["1.1", "1.10"]).targets.tolist() == [1, 0]
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


def test_datasets_of_the_rules_before_keep_their_labels() -> None:
    for column in (["('a', 'b')", "('b', 'a')"], ["1e16", "2e16"]):
        content = pd.DataFrame({"text": [f"document {n}" for n in range(12)], "label": column * 6})
        saved = datasets.save_dataset(
            content.to_csv(index=False).encode(), Mapping("text", "label", None), filename="t.csv"
        )
        path = datasets.dataset_folder(saved) / "recipe.json"
        info = dataclasses.replace(datasets.get_dataset_info(saved), label_reading=2)
        path.write_text(json.dumps(info.to_dict()), "utf-8")
        assert datasets.load_dataset(saved).labels == tuple(sorted(column))


def test_a_missing_value_of_numpy_is_no_label() -> None:
    assert listed("[np.nan]") == ()
    assert listed("[numpy.nan, 'a']") == listed("['a', np.nan]") == ("a",)


@pytest.mark.parametrize("cell", ["[np.array]", "(np.float64)", "[numpy.org]", "['a', np.x]"])
def test_other_names_of_numpy_are_no_list(cell: str) -> None:
    assert listed(cell) is None


@pytest.mark.parametrize("cell", ["array(" + " " * 9_000 + ")x)", "set(" + " " * 9_000 + "=)"])
def test_a_long_cell_that_is_no_list_takes_no_time(cell: str) -> None:
    began = time.process_time()
    assert listed(cell) is None
    assert time.process_time() - began < 0.5
