"""A training run: what its process does between "queued" and "succeeded"."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core.config import TrainingConfig
from scalearn_core.devices import find
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.pipeline import train_with_evidence
from scalearn_core.jobs import levers, update
from scalearn_core.runs import Reporter
from scalearn_core.runs.folders import CHECKPOINT
from scalearn_core.training.checkpoints import kept_in
from scalearn_core.workspace.datasets import get_dataset_info, load_dataset
from scalearn_core.workspace.test_set_use import note_test_set_use

_BEGINS = {
    "auto": {
        "loading": 0.0, "embedding": 0.04, "forecast": 0.08, "training": 0.2, "without_sources": 0.55,
        "unlabelled": 0.85, "baselines": 0.85, "evaluation": 0.95,
    },
    "paper": {
        "loading": 0.0, "embedding": 0.04, "forecast": 0.06, "own_adapter": 0.1, "training": 0.1,
        "baselines": 0.5, "evaluation": 0.94,
    },
}  # fmt: skip
"""Where each stage begins on the progress bar, by recipe; it ends where the next one begins."""
FIRST_SCORES = {"frozen_head": "first_score_plain", "scalearn": "first_score"}
"""What the run page finds the first scores under, by method."""
_WITH_UNLABELLED = {"training": 0.15, "without_sources": 0.35, "unlabelled": 0.55, "baselines": 0.9}
"""The same in recipe "auto" where documents without label may join."""
_AFTER_OWN_ADAPTER = 0.2
"""Where training begins in recipe "paper" after an own adapter."""


def run(config: dict[str, Any], folder: Path, report: Reporter) -> None:
    """Train as `config` asks (`docs/formats.md`); write `model/`, `result.json` and `test_predictions.csv`.

    With `levers` in `config` nothing is trained: a trained model is saved with its scales turned by hand.
    """
    if "levers" in config:
        levers.run(config, folder, report)
        return
    if "update" in config:
        update.run(config, folder, report)
        return
    settings = TrainingConfig(
        recipe=config["recipe"], seed=config["seed"], own_adapter=config.get("own_adapter"),
        long_texts=config.get("long_texts", "head"),  # earlier releases knew no other
    )  # fmt: skip
    info = get_dataset_info(config["dataset"])
    dataset = load_dataset(config["dataset"]).split(plan=info.plan)
    progress = _Progress(report, settings, with_unlabelled=len(dataset.unlabelled) > 0)
    progress.on_stage("loading")
    device = find(config.get("device"))
    encoder = Encoder.load(config.get("encoder"))  # the first releases knew the default alone
    with kept_in(folder / CHECKPOINT, config | {"device": device.kind}):
        outcome = train_with_evidence(
            dataset,
            sources=config["sources"],
            variant=config["variant"],
            config=settings,
            device=device,
            encoder=encoder,
            on_stage=progress.on_stage,
            on_step=progress.on_step,
            on_score=lambda method, macro_f1: report.metric(0, FIRST_SCORES[method], macro_f1),
        )
    facts = replace(
        outcome.result.dataset,
        id=info.id,
        name=info.name,
        text_column=info.text_column,
        label_column=info.label_column,
    )
    outcome.result = replace(outcome.result, run_id=folder.name, dataset=facts)
    outcome.save(folder / "model", evidence=folder)
    note_test_set_use(config["dataset"], folder.name, "training")


class _Progress:
    """Turns stages and steps into one bar, a remaining time and the curves of the run page."""

    def __init__(self, report: Reporter, settings: TrainingConfig, *, with_unlabelled: bool) -> None:
        self.report = report
        own_adapter = settings.own_adapter is not False
        self.last_steps = "without_sources" if settings.recipe == "auto" and own_adapter else "training"
        begins = dict(_BEGINS[settings.recipe])
        if settings.recipe == "paper" and settings.own_adapter:
            begins["training"] = _AFTER_OWN_ADAPTER
        if settings.recipe == "auto" and with_unlabelled:
            self.last_steps = ""
            begins |= _WITH_UNLABELLED
        ends = [*list(begins.values())[1:], 1.0]
        self.stages = {stage: (begin, end) for (stage, begin), end in zip(begins.items(), ends, strict=True)}
        self.stage = "loading"
        self.began = time.monotonic()

    def on_stage(self, stage: str) -> None:
        self.stage, self.began = stage, time.monotonic()
        self.report.stage(stage, self.stages[stage][0])

    def on_step(self, step: int, metrics: dict[str, float]) -> None:
        start, end = self.stages[self.stage]
        fraction = metrics["fraction"]
        elapsed = time.monotonic() - self.began
        # At most: early stopping may end the training sooner, and then the bar jumps ahead.
        eta = elapsed / fraction * (1 - fraction) if self.stage == self.last_steps and step >= 8 else None
        if self.stage == "training":
            for name in ("train_loss", "validation_loss", "validation_macro_f1"):
                if name in metrics:
                    self.report.metric(int(metrics["epoch"]), name, metrics[name])
        self.report.progress(start + (end - start) * fraction, eta)
