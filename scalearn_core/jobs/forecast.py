"""A forecast before any training, for a table: in the shell, and as a run of the studio."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.devices import find
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.training.forecast import forecast
from scalearn_core.workspace.datasets import get_dataset_info, load_dataset


def forecast_for(
    dataset: TextDataset,
    encoder: Encoder,
    sources: Sequence[str],
    *,
    plan: SplitPlan,
    seed: int,
    on_progress: Callable[[float], None] = lambda share: None,
) -> ForecastRecord:
    """The forecast of each source for a table.

    Only the documents are asked that a training would learn from; the test documents stay unseen.

    Args:
        dataset: the whole table, not divided yet.
        plan: how it is divided for a training.
        seed: of the folds.
        sources: names in the encoder's library, or adapter folders.
        on_progress: told the share of the work that is done at most; raise in it to stop.

    Raises:
        AdapterError, ConfigError, DataError: as for a training.
    """
    train = dataset.split(plan=plan).without_validation().train
    adapters = catalog.load(sources, encoder)
    tokens = encoder.tokenize(train.texts)
    source_forecast = forecast(encoder, adapters, tokens, train.targets, seed=seed, on_candidate=on_progress)
    return source_forecast.record([adapter.name for adapter in adapters])


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Ask as `config` says: `dataset` (id), `encoder`, `sources`, `device`, `seed`; write `result.json`."""
    started = time.monotonic()
    report.stage("loading", 0.0)
    encoder = Encoder.load(config["encoder"]).to(find(config.get("device")).kind)
    report.stage("forecast", 0.1)
    record = forecast_for(
        load_dataset(config["dataset"]), encoder, config["sources"],
        plan=get_dataset_info(config["dataset"]).plan, seed=config["seed"],
        on_progress=lambda share: report.progress(0.1 + 0.9 * share),
    )  # fmt: skip
    seconds = round(time.monotonic() - started, 2)
    write_json(folder / "result.json", to_json(replace(record, seconds=seconds)))
