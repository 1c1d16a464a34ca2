"""Documents without label: kept from every format, counted, and what of them may be learned from."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from scalearn_core.data import unlabelled
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.further import check_new
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.parts import Part
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.errors import DataError
from tests.core.tables.building import sheet_rows, xlsx

KEEP = Mapping("text", "label")
LABELLED = [(f"letter {n} about parcels", "xy"[n % 2]) for n in range(20)]
WITHOUT = [f"letter {n} of nobody knows what" for n in range(20, 25)]


def csv(rows: Sequence[tuple[str, str]]) -> bytes:
    return pd.DataFrame(rows, columns=["text", "label"]).to_csv(index=False).encode()


def mixed(more: Sequence[str] = WITHOUT) -> list[tuple[str, str]]:
    """Labelled documents with those without label among them."""
    return [*LABELLED[:7], *((text, "") for text in more), *LABELLED[7:]]


def parquet(labels: Sequence[object]) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"text": [f"text {n}" for n in range(len(labels))], "label": labels}).to_parquet(buffer)
    return buffer.getvalue()


def jsonl(labels: Sequence[object]) -> bytes:
    lines = [json.dumps({"text": f"text {n}", "label": label}) for n, label in enumerate(labels)]
    return "\n".join(lines).encode()


SOME: list[object] = ["a", None, "b", None, "a", "b"]
FORMATS = {
    "spaces": csv([(f"text {n}", str(label or "  \t")) for n, label in enumerate(SOME)]),
    "japanese spaces": csv([(f"text {n}", str(label or "\u3000")) for n, label in enumerate(SOME)]),
    "utf-16": csv([(f"text {n}", str(label or "")) for n, label in enumerate(SOME)]).decode().encode("utf-16"),
    "workbook": xlsx(sheet_rows(["text", "label"], *([f"text {n}", str(v or "")] for n, v in enumerate(SOME)))),
    "json null": jsonl(SOME),
    "parquet null": parquet(SOME),
    "parquet NaN": parquet([1.0, np.nan, 2.0, np.nan, 1.0, 2.0]),
}


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_a_row_with_a_text_and_no_label_is_a_document_without_label(content: bytes) -> None:
    dataset = TextDataset.from_table(content, KEEP)
    first = min(dataset.frame.index)  # below a header, or not
    assert dataset.unlabelled.to_dict() == {first + 1: "text 1", first + 3: "text 3"}
    assert (dataset.unlabelled.dtype, dataset.unlabelled.index.name) == (dataset.frame["text"].dtype, "row")
    assert dataset.frame.index.tolist() == [first, first + 2, first + 4, first + 5]
    assert len(dataset.labels) == 2 and dataset.rejected.empty


def test_keeping_is_the_default_and_a_row_without_text_is_none() -> None:
    content = csv([*LABELLED, ("a question", ""), (" ", "y"), ("", "x")])
    dataset = TextDataset.from_table(content, text="text", label="label")
    assert dataset.unlabelled.tolist() == ["a question"]
    assert dataset.rejected[["row", "reason"]].to_numpy().tolist() == [[23, "blank_text"], [24, "blank_text"]]
    left_out = TextDataset.from_table(content, Mapping("text", "label", blanks="leave_out"))
    assert left_out.unlabelled.empty and left_out.pile == ()
    assert left_out.rejected["reason"].tolist() == ["blank_label", "blank_text", "blank_text"]
    with pytest.raises(DataError, match="3 have a blank cell: 22, 23, 24"):
        TextDataset.from_table(content, Mapping("text", "label", blanks="refuse"))


@pytest.mark.parametrize("labelled", [[], ["x"], ["x", "x"], ["x", "x", "y"]])
def test_a_table_with_hardly_a_label_is_refused_in_a_sentence(labelled: list[str]) -> None:
    rows = [(f"letter {n}", label) for n, label in enumerate([*labelled, *[""] * 10])]
    with pytest.raises(DataError) as caught:
        TextDataset.from_table(csv(rows), KEEP)
    assert caught.value.code == "data.too_few_labelled"
    assert f"Of {len(rows)} documents {len(labelled)} have a category" in str(caught.value)


def test_none_of_the_labels_is_an_answer_and_a_blank_is_none() -> None:
    labels = [["a", "b"], ["a"], [], ["b"], None, ["b", "a"], []]
    for content in (jsonl(labels), parquet(labels)):
        dataset = TextDataset.from_table(content, KEEP)
        assert (dataset.separator, dataset.unlabelled.to_dict()) == ("|", {5: "text 4"})
        assert dataset.frame.index[dataset.frame["label"] == ""].tolist() == [3, 7]


def test_an_empty_list_where_each_document_has_one_label_is_no_missing_label() -> None:
    content = jsonl([["a"], ["b"], [], ["a"], ["b"], None])
    dataset = TextDataset.from_table(content, Mapping("text", "label", separator=None))
    assert dataset.unlabelled.to_dict() == {6: "text 5"}
    assert dataset.rejected[["row", "reason"]].to_numpy().tolist() == [[3, "blank_label"]]


def test_the_hash_knows_documents_without_label_and_is_as_before_where_there_are_none() -> None:
    whole = TextDataset.from_table(csv(LABELLED), KEEP)
    lines = "".join(json.dumps([text, label]) + "\n" for text, label in LABELLED)
    assert whole.fingerprint == whole.labelled_fingerprint == hashlib.sha256(lines.encode()).hexdigest()
    with_some, with_others = (TextDataset.from_table(csv(mixed(more)), KEEP) for more in (WITHOUT, WITHOUT[1:]))
    assert len({whole.fingerprint, with_some.fingerprint, with_others.fingerprint}) == 3
    assert with_some.labelled_fingerprint == whole.fingerprint


def test_documents_without_label_change_nothing_of_the_split() -> None:
    with_some, without = (TextDataset.from_table(csv(rows), KEEP).split(seed=3) for rows in (mixed(), LABELLED))
    for part in Part:
        assert with_some.part(part).texts == without.part(part).texts


@pytest.mark.parametrize("seed", [0, 13, 99])
def test_no_copy_of_a_labelled_document_is_in_the_pile(seed: int) -> None:
    """Neither of a test document nor of another, whatever the case, the width and the spaces."""
    copies = [text for text, _ in LABELLED]
    copies += [f"  {text.upper()}\n" for text in copies] + [text.replace(" ", "\u3000") for text in copies]
    dataset = TextDataset.from_table(csv(mixed([*copies, *WITHOUT, *WITHOUT[:2]])), KEEP).split(seed=seed)
    assert dataset.test.texts
    assert dataset.pile == tuple(WITHOUT)
    assert TextDataset.from_table(csv(mixed(copies)), KEEP).split(seed=seed).pile == ()


def test_what_nearly_equals_a_test_document_is_not_in_the_pile_where_such_stay_together() -> None:
    words = [f"the parcel number {n} was left with a neighbour at the green door on monday" for n in range(30)]
    words = [f"{text} {chr(97 + n % 26) * 9} {n * 7919}" for n, text in enumerate(words)]
    rows = [(text, "xy"[n % 2]) for n, text in enumerate(words)]
    near = [text.replace("on monday", "on mondays") for text in words]
    content = csv([*rows, *((text, "") for text in near)])
    plan = SplitPlan(near_duplicates=True)
    apart = TextDataset.from_table(content, KEEP).split(plan=plan)
    together = TextDataset.from_table(content, KEEP).split()
    tested = {near[words.index(text)] for text in apart.test.texts}
    assert tested and not tested & set(apart.pile)
    assert len(apart.pile) < len(together.pile) == len(near)


def test_of_very_many_a_stated_number_is_drawn_by_the_seed_of_the_split() -> None:
    assert unlabelled.MOST_UNLABELLED == 1_000
    many = [f"question {n}" for n in range(20_500)]
    dataset = TextDataset.from_table(csv(mixed(many)), KEEP)
    drawn, again, other = (dataset.split(seed=seed).pile for seed in (1, 1, 2))
    assert len(drawn) == len(other) == 1_000
    assert drawn == again != other
    numbers = [int(text.split()[1]) for text in drawn]
    assert numbers == sorted(set(numbers)) and numbers[-1] > 20_000  # in file order, and not the first ones
    assert len(dataset.unlabelled) == 20_500


def test_steps_of_a_recipe_act_on_documents_without_label_too() -> None:
    texts = ["write to jane.roe@corp-mail.com", "ring +49 30 901820, please", "nothing here"]
    steps = (
        Step("leave_out_rows", "tiny_texts", rows=(3, 11)),
        Step("blank_out_personal", "personal_data"),
        Step("relabel", "suspicious_labels", into="y", rows=(9,)),
        Step("merge_labels", "few_10", labels=("x",), into="z"),
    )
    dataset = TextDataset.from_table(csv(mixed(texts)), Mapping("text", "label", steps=steps))
    assert dataset.unlabelled.to_dict() == {9: "write to [mail]", 10: "ring [phone], please"}
    assert dataset.rejected.to_dict("list") == {
        "row": [3, 11], "reason": ["tiny_texts"] * 2, "content": [LABELLED[1][0], "nothing here"],
    }  # fmt: skip
    assert dataset.labels == ("y", "z")


def test_japanese() -> None:
    rows = [(f"請求書{n}の件です。", "経理" if n % 2 else "総務") for n in range(8)]
    content = csv([*rows, ("パソコンが動きません。", ""), ("請求書１の件です。", "　")]).decode().encode("cp932")
    dataset = TextDataset.from_table(content, KEEP).split()
    assert dataset.unlabelled.tolist() == ["パソコンが動きません。", "請求書１の件です。"]
    assert dataset.pile == ("パソコンが動きません。",)


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\ufeff", "\u200e", "\ufe0f"])
def test_copies_with_characters_that_nobody_sees_are_copies(mark: str) -> None:
    labelled = pd.Series(["the printer is out of paper", "プリンターの用紙がありません"], dtype="str")
    copies = pd.Series([text.replace("p", f"p{mark}").replace("の", f"の{mark}") + mark for text in labelled])
    assert not unlabelled.are_new(copies, labelled).any()
    with pytest.raises(DataError) as caught:
        check_new(copies.tolist(), labelled.tolist(), "more.csv")
    assert caught.value.code == "data.unlabelled_copies"
