"""What a user could do instead of ScaLearn: rivals by name, all with the same parts, for `benchmarks/quality.py`.

    python -m benchmarks.methods PARTS OUT [--k 8 16] [--seeds 0 1 2] [--methods tfidf fusion]

runs them on the parts that `benchmarks/setfit_rival.py` reads as well, and writes `OUT/{method}/{part}.json` with
macro-F1, accuracy, seconds and predictions; a part that has its file is skipped.

With a few labels per class there are no validation documents: what is chosen is chosen by cross-validation of the
training documents, and training by gradient has a fixed number of steps. SetFit needs an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog, train_scales
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.baselines.classifier import Classify
from scalearn_core.baselines.fine_tuning import fit_fine_tuned, fit_own_adapter
from scalearn_core.baselines.fusion import fit_fusion
from scalearn_core.baselines.linear import fit_single_source, fit_soup
from scalearn_core.data.parts import Part
from scalearn_core.data.split import Split
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.metrics import score
from scalearn_core.heads.logistic import fit_frozen_head, unit
from scalearn_core.heads.tfidf import predict_tfidf
from scalearn_core.training.without_sources import learn_own_adapter_alone


class Parts(Protocol):
    """Train, validation (may be empty) and test, and texts without label."""

    unlabelled: tuple[str, ...]

    @property
    def train(self) -> Split: ...
    @property
    def validation(self) -> Split: ...
    @property
    def test(self) -> Split: ...


Fit = Callable[[Parts, Encoder, Sequence[Adapter], int], Classify]


def _tfidf(parts: Parts, encoder: Encoder, sources: Sequence[Adapter], seed: int) -> Classify:
    return lambda texts: predict_tfidf(parts.train, parts.validation, texts, seed=seed)


def _frozen_head(parts: Parts, encoder: Encoder, sources: Sequence[Adapter], seed: int) -> Classify:
    train, validation = parts.train, parts.validation
    head = fit_frozen_head(
        unit(embed(encoder, encoder.tokenize(train.texts))), train.targets,
        unit(embed(encoder, encoder.tokenize(validation.texts))), validation.targets, len(train.labels), seed=seed,
    )  # fmt: skip
    return lambda texts: head.predict(unit(embed(encoder, encoder.tokenize(texts))))


def _scalearn(
    parts: Parts, encoder: Encoder, sources: Sequence[Adapter], config: TrainingConfig, *, pile: bool = False
) -> Classify:
    """The product itself, by the given recipe, with or without the documents that have no label."""
    splits = (parts.train, parts.validation)
    frame = pd.DataFrame(
        {
            "text": [text for split in splits for text in split.texts],
            "label": [split.labels[number] for split in splits for number in split.targets],
        }
    )
    origin = np.repeat([Part.TRAIN, Part.VALIDATION], [len(split) for split in splits])
    rejected = pd.DataFrame({"row": [], "reason": []})
    unlabelled = pd.Series(parts.unlabelled if pile else (), dtype="str")
    unlabelled.index += len(frame)
    dataset = TextDataset(frame, rejected, parts.train.labels, "part", parts=origin, unlabelled=unlabelled)
    model = ScaLearnModel(encoder, sources, labels=dataset.labels, seed=config.seed)
    train_scales(model, dataset, config)
    return lambda texts: model.predict_proba(texts).argmax(1)


def _own_adapter_by_pairs(parts: Parts, encoder: Encoder, sources: Sequence[Adapter], seed: int) -> Classify:
    """What recipe "auto" makes of the documents without any source."""
    config, train = TrainingConfig(seed=seed), parts.train
    model = learn_own_adapter_alone(
        ScaLearnModel(encoder, sources, labels=train.labels),
        CachedDocuments(encoder, encoder.tokenize(train.texts)), train.targets,
        config.resolved(len(train)), batch_size=config.batch_size, seed=seed,
    )  # fmt: skip
    return lambda texts: model.predict_proba(texts).argmax(1)


METHODS: dict[str, Fit] = {
    "scalearn": lambda p, e, s, seed: _scalearn(p, e, s, TrainingConfig(seed=seed)),
    "scalearn_float32": lambda p, e, s, seed: _scalearn(p, e, s, TrainingConfig(seed=seed, bfloat16=False)),
    "scalearn_unlabelled": lambda p, e, s, seed: _scalearn(p, e, s, TrainingConfig(seed=seed), pile=True),
    "scalearn_scales_only": lambda p, e, s, seed: _scalearn(p, e, s, TrainingConfig(seed=seed, own_adapter=False)),
    "own_adapter_by_pairs": _own_adapter_by_pairs,
    "scalearn_paper": lambda p, e, s, seed: _scalearn(p, e, s, TrainingConfig("paper", seed=seed)),
    "tfidf": _tfidf,
    "frozen_head": _frozen_head,
    "single_source": lambda p, e, s, seed: fit_single_source(e, s, p.train, p.validation, seed=seed),
    "soup": lambda p, e, s, seed: fit_soup(e, s, p.train, p.validation, seed=seed),
    "own_adapter": lambda p, e, s, seed: fit_own_adapter(e, p.train, p.validation, seed=seed),
    "fusion": lambda p, e, s, seed: fit_fusion(e, s, p.train, p.validation, seed=seed),
    "fine_tuning": lambda p, e, s, seed: fit_fine_tuned(e, p.train, p.validation, seed=seed),
}
"""`fit(parts, encoder, sources, seed)` trains; what it returns classifies texts. (TF-IDF does both in one go.)"""


@dataclass(frozen=True)
class Result:
    predictions: NDArray[np.int64]
    """Classes of the test documents, `[documents]`."""
    seconds_training: float
    seconds_prediction: float


def run_method(name: str, parts: Parts, encoder: Encoder, sources: Sequence[Adapter], seed: int) -> Result:
    """Train on `parts.train` (choosing on `parts.validation` where there is one), classify `parts.test`."""
    began = time.monotonic()
    classify = METHODS[name](parts, encoder, sources, seed)
    trained = time.monotonic()
    predictions = classify(parts.test.texts)
    return Result(predictions, trained - began, time.monotonic() - trained)


@dataclass(frozen=True)
class FewLabels:
    """A part as its file has it, without validation documents."""

    train: Split
    validation: Split
    test: Split
    dataset: str
    unlabelled: tuple[str, ...] = ()

    @classmethod
    def read(cls, file: Path) -> FewLabels:
        content = json.loads(file.read_text("utf-8"))
        labels = tuple(content["labels"])
        numbers = {label: number for number, label in enumerate(labels)}

        def split(rows: list[list[str]]) -> Split:
            targets = np.array([numbers[label] for _, label in rows], dtype=np.int64)
            return Split(tuple(text for text, _ in rows), targets, labels, tuple(range(2, len(rows) + 2)))

        unlabelled = tuple(content.get("unlabelled", ()))
        return cls(
            split(content["train"]), split([]), split(content["test"]), content.get("dataset", ""), unlabelled
        )


def main() -> None:
    arguments = _arguments()
    encoder = Encoder.load()
    sources = catalog.load(catalog.permissive(), encoder)
    for seed in arguments.seeds:
        for k in arguments.k:
            for file in sorted(arguments.parts.glob(f"*-k{k}-s{seed}.json")):
                for name in arguments.methods:
                    target = arguments.out / name / file.name
                    if not target.exists():
                        parts = FewLabels.read(file)
                        others = [source for source in sources if source.name != parts.dataset]
                        _write(target, name, parts, run_method(name, parts, encoder, others, seed))


def _write(target: Path, name: str, parts: FewLabels, result: Result) -> None:
    true, labels = parts.test.targets, parts.test.labels
    content: dict[str, Any] = {
        "method": name,
        "macro_f1": score("macro_f1", true, result.predictions),
        "accuracy": score("accuracy", true, result.predictions),
        "seconds_training": result.seconds_training,
        "seconds_prediction": result.seconds_prediction,
        "predictions": [labels[number] for number in result.predictions],
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    draft.replace(target)
    seconds = f"{result.seconds_training:.1f} s training"
    print(f"{target.stem:28} {name:14} macro-F1 {content['macro_f1']:.3f}  {seconds}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--k", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    return parser.parse_args()


if __name__ == "__main__":
    main()
