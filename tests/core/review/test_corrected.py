"""Corrections become the next version of the dataset behind the model, with who and when."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.audit.person import acting_as, person
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.versions import changes
from scalearn_core.errors import DataError
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.review import store
from scalearn_core.review.corrected import WHEN, WHO, corrected_dataset
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import AS_FOUND, Reading
from scalearn_core.workspace import datasets
from scalearn_core.workspace.further_files import FurtherFile
from tests.runs.in_process import done

TEXTS = [*(f"the printer on floor {n} is broken" for n in range(6)), *(f"請求書{n}の金額が違う" for n in range(6))]
LABELS = ["repair"] * 6 + ["経理"] * 6


def nothing(config: object, folder: Path, report: runs.Reporter) -> None:
    """Of a training, only its config is asked."""


def reviewed(dataset: str, answers: dict[str, tuple[str, ...]], separator: str | None = None) -> str:
    """A pile that was classified by a model of the dataset, with what Aoi said of its documents."""
    model, _ = done(nothing, "train", {"dataset": dataset})
    texts = [*answers, "nobody looked at this one"]
    documents = [PileDocument(n + 2, text, "repair", 0.5) for n, text in enumerate(texts)]

    def info(pile: str) -> PileInfo:
        return PileInfo(
            pile, "new mails", store.now(), "english", separator, len(texts), "text", "category", "r", model
        )

    pile = store.create_pile(info, documents, [Category("repair", ""), Category("経理", "")])
    with acting_as(person("Aoi")):
        for place, labels in enumerate(answers.values()):
            store.add_entry(pile, place, "label", labels)
    return pile


def table(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_answers_are_in_the_next_version_with_who_and_when() -> None:
    rows = [["no", "body", "team"], *([str(n), *row] for n, row in enumerate(zip(TEXTS, LABELS, strict=True)))]
    first = datasets.save_dataset(table(rows), Mapping("body", "team"), filename="mails.csv")
    pile = reviewed(
        first, {"=SUM(1) of my salary\nis wrong": ("経理",), TEXTS[0].upper(): ("経理",), TEXTS[1]: ("repair",)}
    )
    made = corrected_dataset(pile)
    assert (made.version, made.added, made.changed, made.confirmed) == (2, 1, 1, 1)
    before, after = datasets.load_dataset(first), datasets.load_dataset(made.dataset)
    found = changes(before, after)
    assert found.added["text"].tolist() == ["=SUM(1) of my salary\nis wrong"]
    assert found.relabelled[["text", "before", "label"]].to_numpy().tolist() == [[TEXTS[0], "repair", "経理"]]
    assert len(found.gone) == 0 and after.labels == before.labels
    kept = read_table(datasets.dataset_content(made.dataset)).frame
    assert kept["no"].tolist()[:12] == [str(n) for n in range(12)], "the other columns are as they were"
    signed = kept[kept[WHO] != ""]
    assert signed[WHO].tolist() == ["Aoi"] * 3 and all(moment.endswith("+00:00") for moment in signed[WHEN])
    assert corrected_dataset(pile).dataset == made.dataset, "the same answers make no further version"
    with acting_as(person("Ren")):
        store.add_entry(pile, 2, "label", ("経理",))
    third = corrected_dataset(pile)
    assert (third.version, third.added, third.changed) == (3, 0, 1), "what was added before stands there"


@pytest.mark.parametrize("header", [True, False])
def test_steps_of_the_recipe_still_find_their_rows(header: bool) -> None:
    """The header stands in row 3, or nowhere; a row is blank; behind the table comes a further file."""
    rows = [["", ""], ["a report", ""], ["body", "team"]] if header else []
    rows += [list(row) for row in zip(TEXTS[:5], LABELS[:5], strict=True)] + [["", ""]]
    rows += [list(row) for row in zip(TEXTS[5:], LABELS[5:], strict=True)]
    at = 3 if header else 0
    columns, reading = (("body", "team"), Reading(header=3)) if header else (("(A)", "(B)"), Reading(header=False))
    steps = [
        Step("relabel", "suspicious_labels", into="経理", rows=(at + 1, at + 2)),
        Step("leave_out_rows", "near_duplicates", rows=(at + 3, at + len(TEXTS) + 1 + 2)),
    ]
    further = FurtherFile(b"text\nfirst further\nsecond further", ("text",), AS_FOUND, "more.csv")
    first = datasets.save_dataset(
        table(rows), Mapping(*columns, steps=steps), reading, filename="mails.csv", further=further
    )
    before = datasets.load_dataset(first)
    assert TEXTS[2] not in set(before.frame["text"]) and before.unlabelled.tolist() == ["second further"]
    made = corrected_dataset(reviewed(first, {TEXTS[0]: ("repair",), "a new one": ("repair",)}))
    after = datasets.load_dataset(made.dataset)
    label = dict(zip(after.frame["text"], after.frame["label"], strict=True))
    assert label[TEXTS[0]] == "repair", "said by a person after the step"
    assert (label[TEXTS[1]], label["a new one"]) == ("経理", "repair")
    assert TEXTS[2] not in label and after.unlabelled.tolist() == ["second further"]
    assert (made.added, made.changed) == (1, 1)


def test_several_labels_and_none() -> None:
    rows = [["body", "tags"], *([text, "repair|経理" if n % 2 else "repair"] for n, text in enumerate(TEXTS))]
    first = datasets.save_dataset(table(rows), Mapping("body", "tags", "|"), filename="tags.csv")
    answers = {TEXTS[1]: ("経理", "repair"), TEXTS[3]: (), "a new one": ("経理", "repair")}
    made = corrected_dataset(reviewed(first, answers, "|"))
    label = dict(datasets.load_dataset(made.dataset).frame[["text", "label"]].to_numpy().tolist())
    assert (label[TEXTS[3]], label["a new one"]) == ("", "repair|経理")
    assert (made.added, made.changed, made.confirmed) == (1, 1, 1)


def test_nothing_said_makes_no_version() -> None:
    rows = [["body", "team"], *zip(TEXTS, LABELS, strict=True)]
    first = datasets.save_dataset(table(rows), Mapping("body", "team"), filename="mails.csv")
    with pytest.raises(DataError, match="confirmed or corrected"):
        corrected_dataset(reviewed(first, {}))
    pile = reviewed(first, {"a new one": ("repair",)})
    datasets.delete_dataset(first)
    with pytest.raises(DataError):
        corrected_dataset(pile)
