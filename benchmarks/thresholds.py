"""What limits per label are worth against one half, for the model and for the plain methods alike.

    python -m benchmarks.thresholds TABLE [--text text] [--label label] [--train 400] [--seeds 0 1]

TABLE holds several labels per document. So many of its documents are learned from, all others are the test; the
limits are chosen out of fold on the former (`scalearn_core/heads/thresholds.py`). Macro-F1 and the share of
documents that get exactly their labels, both 0 to 100; ± is the standard deviation over seeds.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog, train_scales
from scalearn_core.encoders.embedding import embed
from scalearn_core.evaluation.metrics import score
from scalearn_core.heads.logistic import unit
from scalearn_core.heads.tfidf import predict_tfidf
from scalearn_core.targets import Targets, decide, same


def measure(dataset: TextDataset, encoder: Encoder, seed: int) -> dict[tuple[str, str], Targets]:
    """Labels given to the test documents, by method and "half" or "limits"."""
    train, validation, test = dataset.train, dataset.validation, dataset.test
    sources = catalog.load(catalog.permissive(), encoder)
    model = ScaLearnModel(
        encoder, sources, labels=dataset.labels, separator=dataset.separator, seed=seed
    )  # fmt: skip
    trained = train_scales(model, dataset, TrainingConfig(seed=seed))
    probabilities = model.predict_proba(test.texts)
    plain, embeddings = trained.frozen_head, unit(embed(encoder, encoder.tokenize(test.texts)))
    return {
        ("scalearn", "half"): decide(probabilities, multi_label=True),
        ("scalearn", "limits"): model.decide(probabilities),
        ("frozen_head", "half"): replace(plain, thresholds=None).predict(embeddings),
        ("frozen_head", "limits"): plain.predict(embeddings),
        ("tfidf", "half"): predict_tfidf(train, validation, test.texts, seed=seed, limited=False),
        ("tfidf", "limits"): predict_tfidf(train, validation, test.texts, seed=seed),
    }


def main() -> None:
    arguments = _arguments()
    encoder = Encoder.load()
    whole = TextDataset.from_table(arguments.table, text=arguments.text, label=arguments.label)
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for seed in arguments.seeds:
        share = 1 - arguments.train / len(whole.frame)
        dataset = whole.split(test=share, seed=seed).without_validation()
        print(f"seed {seed}: {len(dataset.train)} documents learned from, {len(dataset.test)} tested", flush=True)
        for key, given in measure(dataset, encoder, seed).items():
            targets = dataset.test.targets
            exact = float(same(given, targets).mean())
            found.setdefault(key, []).append((100 * score("macro_f1", targets, given), 100 * exact))
    print("| method | macro-F1 at one half | with limits | exactly right at one half | with limits |")
    print("|---|---|---|---|---|")
    for method in ("scalearn", "frozen_head", "tfidf"):
        cells = [
            f"{np.mean(values):.1f} ± {np.std(values):.1f}"
            for place in (0, 1)
            for values in ([pair[place] for pair in found[method, kind]] for kind in ("half", "limits"))
        ]
        print(f"| {method} | {' | '.join(cells)} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--train", type=int, default=400, help="documents to learn from")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    return parser.parse_args()


if __name__ == "__main__":
    main()
