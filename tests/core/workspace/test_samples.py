"""The sample tables can be learned from as they are."""

from __future__ import annotations

import re
import unicodedata

import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.errors import DataError
from scalearn_core.tables.reader import read_table
from scalearn_core.workspace.samples import SAMPLES, sample_bytes

ADDRESS = re.compile(r"[\w.+-]+@(?=[\w.-]*[a-z])([\w.-]+)", re.ASCII)
PHONE = re.compile(r"(?<!\d)(?:(?:\+\d{2}|\(?0\d{1,4})[-() ]{1,2}\d{1,4}[-) ]\d{3,4}|0\d{9,10})(?!\d)", re.ASCII)


def dataset_of(key: str) -> TextDataset:
    sample = SAMPLES[key]
    return TextDataset.from_table(sample_bytes(key), text=sample.text, label=sample.label)


def texts_of(key: str) -> list[str]:
    """The documents as they are typed; the dataset may tidy them."""
    sample = SAMPLES[key]
    return read_table(sample_bytes(key)).frame[sample.text].tolist()


@pytest.mark.parametrize(
    ("key", "n_classes"), [("service_desk", 6), ("quality_reports", 5), ("office_requests", 6)]
)
def test_a_sample_is_a_clean_table_of_300_documents_or_more(key: str, n_classes: int) -> None:
    dataset = dataset_of(key)
    assert len(dataset.frame) >= 300
    assert len(dataset.labels) == n_classes
    assert dataset.rejected.empty
    divided = dataset.split()
    assert set(divided.train.targets) == set(divided.test.targets) == set(range(n_classes))


@pytest.mark.parametrize("key", SAMPLES)
def test_no_document_is_in_a_sample_twice(key: str) -> None:
    bare = ["".join(unicodedata.normalize("NFKC", text).split()).lower() for text in texts_of(key)]
    assert len(set(bare)) == len(bare)


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_names_nobody_who_can_be_reached(key: str) -> None:
    whole = unicodedata.normalize("NFKC", "\n".join(texts_of(key)))
    domains = {match[1].rstrip(".") for match in ADDRESS.finditer(whole)}
    assert [domain for domain in domains if not re.search(r"(^|\.)example(\.|$)", domain)] == []
    assert PHONE.findall(whole) == []


@pytest.mark.parametrize(
    "shape", ["03-1234-5678", "090 1234 5678", "０１２０－１２３－４５６", "(03)1234-5678", "09012345678"]
)
def test_the_search_for_telephone_numbers_finds_them(shape: str) -> None:
    assert PHONE.search(unicodedata.normalize("NFKC", f"連絡先{shape}まで"))


def test_the_japanese_sample_is_written_as_offices_write() -> None:
    texts = texts_of("office_requests")
    kinds = {
        "half-width kana": r"[ｦ-ﾟ]{2}",
        "full-width digits": r"[０-９]",
        "full-width letters": r"[Ａ-Ｚ]",
        "circled numbers": r"[①-⑳]",
        "English words": r"(?<![A-Za-z])[A-Za-z]{3,}(?![A-Za-z])",
        "line breaks": r"\n",
        "polite": r"(?:いただけ|くださいま|申し上げ|存じます|恐れ入り|幸いです)",
        "urgent": r"至急|!!",
    }
    found = {kind: sum(bool(re.search(pattern, text)) for text in texts) for kind, pattern in kinds.items()}
    assert min(found.values()) >= 5, found
    lengths = sorted(len(text) for text in texts)
    assert lengths[len(texts) // 20] < 30
    assert lengths[-len(texts) // 50] > 200
    assert all(re.search(r"[ぁ-んァ-ヶｦ-ﾟ一-龠]", text) for text in texts)


def test_the_japanese_sample_is_fairly_balanced() -> None:
    counts = dataset_of("office_requests").frame["label"].value_counts()
    assert counts.min() >= 40
    assert counts.max() <= 75


def test_an_unknown_sample_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        sample_bytes("../secret")
    assert caught.value.code == "data.unknown_sample"
