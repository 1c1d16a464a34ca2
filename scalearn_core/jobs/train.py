"""A training run: what its process does between "queued" and "succeeded"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.devices import Device, find
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.pace import Pace
from scalearn_core.evidence.pipeline import train_with_evidence
from scalearn_core.evidence.time_estimates import Step, busy, mean_bytes, plan_steps
from scalearn_core.jobs import levers, update
from scalearn_core.runs import Reporter
from scalearn_core.runs.folders import CHECKPOINT
from scalearn_core.training.checkpoints import kept_in
from scalearn_core.training.unlabelled import JOINED
from scalearn_core.workspace.datasets import get_dataset_info, load_dataset
from scalearn_core.workspace.test_set_use import note_test_set_use

FIRST_SCORES = {"frozen_head": "first_score_plain", "scalearn": "first_score"}
"""What the run page finds the first scores under, by method."""


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
    device = find(config.get("device"))
    progress = _Progress(report, planned_steps(dataset, config, settings, device), busy(device.kind))
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


def planned_steps(
    dataset: TextDataset, config: dict[str, Any], settings: TrainingConfig, device: Device
) -> tuple[Step, ...]:
    """The steps of this training. Of an encoder from elsewhere no pace is known; it is taken for the default."""
    encoder: str = config.get("encoder") or DEFAULT
    return plan_steps(
        len(dataset.frame),
        len(config["sources"]),
        device.kind,
        settings.resolved(len(dataset.train)).own_adapter,
        mean_bytes(dataset.frame["text"]),
        settings.recipe,
        encoder if encoder in CARDS else DEFAULT,
        settings.long_texts,
        0 if dataset.separator else len(dataset.unlabelled),
        len(dataset.test) / len(dataset.frame),
    )


class _Progress:
    """Turns stages and steps into one bar, a remaining time and the curves of the run page."""

    def __init__(self, report: Reporter, steps: Sequence[Step], slower: float) -> None:
        self.report, self.pace = report, Pace(steps, slower)
        self.stage = ""
        self.epochs = 0
        """Of the training before documents without label join: the curve goes on from there."""
        self.on_stage("loading")

    def on_stage(self, stage: str) -> None:
        self.stage = stage
        far = self.pace.begin(stage)
        self.report.stage(stage, far.share)
        self.report.progress(far.share, far.to_go)

    def on_step(self, step: int, metrics: dict[str, float]) -> None:
        epoch = int(metrics["epoch"])
        if self.stage == "training":
            self.epochs = epoch
            self._points(epoch, metrics)
        elif metrics.get("part") == JOINED:
            self._points(self.epochs + epoch, metrics)
        far = self.pace.at(metrics["fraction"])
        self.report.progress(far.share, far.to_go)

    def _points(self, epoch: int, metrics: dict[str, float]) -> None:
        """Those of the learning curve."""
        for name in ("train_loss", "validation_loss", "validation_macro_f1"):
            if name in metrics:
                self.report.metric(epoch, name, metrics[name])
