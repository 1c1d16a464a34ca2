"""All quick checks together: their order, clean tables, large tables, and texts for all they can say."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scalearn_core.checks import quick as module
from scalearn_core.checks import scan as scan
from scalearn_core.checks.quick import SEVERITIES, quick
from scalearn_core.checks.scan import evenly, in_parts, those
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.languages import shares_of
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.tables.reader import read_table
from scalearn_core.workspace.samples import SAMPLES
from tests.core.checks.made import by_code, classes, made, plain_texts


@pytest.mark.parametrize("key", SAMPLES)
def test_sample_tables_are_clean(key: str) -> None:
    sample = SAMPLES[key]
    dataset = TextDataset.from_table(sample.path, text=sample.text, label=sample.label)
    encoder = choose_encoder(shares_of(dataset.frame["text"].tolist())).key
    columns = read_table(sample.path).frame
    found = quick(dataset, encoder_key=encoder, table_columns={name: columns[name] for name in columns})
    assert {finding.code for finding in found if finding.severity != "hint"} == set()


def test_the_id_column_of_a_sample_is_noticed() -> None:
    sample = SAMPLES["service_desk"]
    dataset = TextDataset.from_table(sample.path, text="ticket_id", label=sample.label)
    columns = read_table(sample.path).frame
    first = quick(dataset, table_columns={name: columns[name] for name in columns})[0]
    assert (first.code, first.values["column"]) == ("id_column_other", sample.text)


def spoilt() -> list[tuple[str, str]]:
    """At least one document for each finding but those of the columns."""
    documents = classes({"refund": 60, "Refund": 12, "delivery": 25, "rare": 3, "rarer": 2})
    documents += [("Why is the box wet", "refund"), ("why is the box WET", "delivery"), ("?", "refund")]
    documents += [
        (documents[0][0], "refund"),
        ("Too wet", "refund"),
        ("Mail to jane@shop.com, thank you", "refund"),
    ]
    documents += [(f"{text} delivery", "delivery") for text in plain_texts(40, 200)]
    documents += [(f"来週の会議室{n}の予約を取り消したいです。", "refund") for n in range(20)]
    return [*documents, ("The parcel came late. " * 100, "refund")]


def test_order_and_codes() -> None:
    found = quick(made(spoilt()), encoder_key="english")
    assert [finding.code for finding in found] == [
        "spelling_variants", "unread_language", "few_10",
        "same_text_different_label", "few_20", "personal_data", "imbalance", "tiny_texts",
        "label_in_text", "exact_duplicates", "long_texts", "short_texts",
    ]  # fmt: skip
    assert [SEVERITIES.index(finding.severity) for finding in found] == [1] + [0] * 2 + [1] * 5 + [2] * 4
    assert not any(finding.remedies for finding in found if finding.code.startswith("few_")), "spellings first"


def test_every_row_is_one_of_the_dataset_and_has_its_note() -> None:
    dataset = made(spoilt())
    rows = set(dataset.frame.index)
    for finding in quick(dataset, encoder_key="english"):
        assert set(finding.rows) <= rows
        assert len(set(finding.rows)) == len(finding.rows)
        assert len(finding.notes) in (0, len(finding.rows))
        for step in (step for remedy in finding.remedies for step in remedy.steps):
            assert set(step.rows) <= rows
            assert step.why == finding.code


def test_pure_and_repeatable() -> None:
    dataset = made(spoilt())
    before = dataset.frame.copy()
    assert quick(dataset, encoder_key="english") == quick(dataset, encoder_key="english")
    assert dataset.frame.equals(before)


def test_nothing_is_found_in_nothing() -> None:
    dataset = made(spoilt())
    assert quick(replace(dataset, frame=dataset.frame.iloc[:0])) == []


def test_parts_of_the_pass_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = quick(made(spoilt()), encoder_key="english")
    monkeypatch.setattr(scan, "AT_ONCE", 7)
    assert quick(made(spoilt()), encoder_key="english") == whole


def test_rows_keep_their_numbers_of_the_file() -> None:
    dataset = made(spoilt())
    moved = replace(dataset, frame=dataset.frame.set_axis(dataset.frame.index * 10))
    for one, other in zip(quick(dataset), quick(moved), strict=True):
        assert tuple(row * 10 for row in one.rows) == other.rows


def test_other_is_what_the_caller_calls_it() -> None:
    documents = [(text, label.casefold()) for text, label in spoilt()]
    found = by_code(quick(made(documents), other="その他"))
    assert found["few_10"].remedies[-1].steps[0].into == "その他"


def test_parts_hold_all_texts_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "AT_ONCE", 4)
    texts = made(classes({"a": 10})).frame["text"]
    parts = list(in_parts(texts))
    assert [begin for begin, _ in parts] == [0, 4, 8]
    assert [text for _, part in parts for text in part] == texts.tolist()


def test_those_of_some_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "AT_ONCE", 4)
    texts = made(classes({"a": 13})).frame["text"]
    for chosen in ([], [0], [12], [3, 4, 11, 12], list(range(13))):
        assert those(texts, np.array(chosen, dtype=np.int64)) == [texts.tolist()[number] for number in chosen]


@pytest.mark.parametrize("documents", [0, 1, 99, 100, 101, 12_345])
def test_even_samples(documents: int) -> None:
    chosen = evenly(documents, 100)
    assert len(chosen) == min(documents, 100)
    assert len(np.unique(chosen)) == len(chosen)
    if documents > 100:
        middles = (np.arange(100) + 0.5) * documents / 100
        assert (np.abs(chosen - middles) <= documents / 200 + 1).all()


def test_an_even_sample_has_no_rhythm() -> None:
    assert len(np.unique(evenly(1000, 100) % 10)) == 10


def test_no_heavy_library_is_imported() -> None:
    for file in Path(module.__file__).parent.glob("*.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                )
                assert not {name.partition(".")[0] for name in names} & {
                    "torch", "sklearn", "transformers", "tokenizers", "phonenumbers", "py3langid"
                }  # fmt: skip
