"""The sample tables can be learned from as they are."""

from __future__ import annotations

import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.samples import SAMPLES, sample_bytes
from scalearn_core.errors import DataError


@pytest.mark.parametrize(("key", "n_classes"), [("service_desk", 6), ("quality_reports", 5)])
def test_a_sample_is_a_clean_table_of_300_documents_or_more(key: str, n_classes: int) -> None:
    sample = SAMPLES[key]
    dataset = TextDataset.from_table(sample_bytes(key), text=sample.text, label=sample.label)
    assert len(dataset.frame) >= 300
    assert len(dataset.labels) == n_classes
    assert dataset.rejected.empty
    divided = dataset.split()
    assert set(divided.train.targets) == set(divided.test.targets) == set(range(n_classes))


def test_an_unknown_sample_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        sample_bytes("../secret")
    assert caught.value.code == "data.unknown_sample"
