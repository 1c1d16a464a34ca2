"""The results that come with samples are of what lies here now, and open as if they had been trained here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.adapters.layout import WEIGHTS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence import ready
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.records.training import FORMAT
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES, sample_bytes

SHIPPED = sorted(path.name for path in ready.FOLDER.glob("*") if path.is_dir())


@pytest.mark.parametrize("key", SHIPPED)
def test_a_ready_result_is_current_and_opens(key: str) -> None:
    sample = SAMPLES[key]
    dataset = datasets.save_dataset(sample_bytes(key), sample.mapping, filename="s.csv", plan=sample.plan)
    run_id = ready.show(key, dataset, title="Ready")
    assert ready.show(key, dataset, title="Ready") == run_id, "once per dataset"
    record, config = read_training(runs.folder(run_id)), runs.get(run_id).config
    assert record.format == FORMAT
    assert record.dataset.fingerprint == datasets.get_dataset_info(dataset).fingerprint
    assert (record.dataset.id, record.run_id) == (dataset, run_id)
    assert record.encoder.fingerprint == Encoder.load(record.encoder.key).fingerprint
    assert list(record.source_names[: record.reused]) == config["sources"]
    for name in config["sources"]:
        assert (catalog.find_folder(name, record.encoder.key or "") / WEIGHTS).is_file()
    assert not list((ready.FOLDER / key).rglob("*.tmp"))
    tested = pd.read_csv(runs.folder(run_id) / "test_predictions.csv", encoding="utf-8-sig", keep_default_na=False)
    some = tested.head(12)
    predictions = Predictor.load(runs.folder(run_id) / "model", speed="exact").predict(some["text"].tolist())
    assert [prediction.labels[0] for prediction in predictions] == some["predicted"].tolist()
    np.testing.assert_allclose([p.confidence for p in predictions], some["confidence"], atol=0.001)


def test_what_is_shown_first_is_where_an_earlier_task_helps() -> None:
    """By far, on enough documents, and not by what a training without the sources' knowledge gives too."""
    record = read_training(ready.FOLDER / "product_reviews")
    assert record.dataset.counts.test >= 100
    assert record.verdict.code == "helped"
    assert record.comparison_control is not None and record.comparison_control.low > 0.05
    assert record.start is not None and record.start.promised


def test_a_ready_result_holds_nothing_that_is_here_anyway() -> None:
    assert not list(ready.FOLDER.rglob("*.onnx"))
    assert sum(file.stat().st_size for file in ready.FOLDER.rglob("*")) < 3_000_000
