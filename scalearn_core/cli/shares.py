"""`shares`: what share of a table each category has."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from itertools import chain

import numpy as np

from scalearn_core.cli.label import read_pile
from scalearn_core.cli.predict import separator_of, telling_first_seal
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import table
from scalearn_core.data.labels import split_labels
from scalearn_core.review.shares import Share, shares_of


def shares(args: argparse.Namespace) -> None:
    """Print the share of each category with its interval."""
    pile = read_pile(args, separator=separator_of(args.model), each_once=False)
    labelled = pile.labelled
    with telling_first_seal(args.model), Progress() as progress:
        progress.on_stage("predicting")
        from scalearn_core.devices import find
        from scalearn_core.prediction.predictor import Predictor
        from scalearn_core.targets import indicators

        predictor = Predictor.load(args.model, find(args.device).kind, "auto")
        model = predictor.model
        labels = (*model.labels, *(label for label in pile.labels if label not in model.labels))
        known = indicators(model.decide(predictor.predict_proba(pile.texts)), len(model.labels))
        given = np.zeros((len(pile.texts), len(labels)), dtype=np.bool_)
        given[:, : len(model.labels)] = known
    cells = [split_labels(cell, pile.separator) for cell in pile.cells if cell is not None]
    has = np.array([[label in cell for label in labels] for cell in cells], dtype=np.bool_)
    found = shares_of(labels, given, labelled, has.reshape(-1, len(labels)))
    if unknown := sorted({*chain.from_iterable(cells)} - {*model.labels}):
        print(
            f"The model does not know: {', '.join(unknown)}. Their shares rest on the labels alone.",
            file=sys.stderr,
        )
    n = int(labelled.sum())
    if args.json:
        content = {"documents": len(pile.texts), "labelled": n, "shares": [asdict(share) for share in found]}
        print(json.dumps(content, ensure_ascii=False))
    else:
        print(_summary(found, len(pile.texts), n))
    if n == 0:
        print("No document has a label, so these are the model's answers alone, and nothing checks them.",
              file=sys.stderr)  # fmt: skip
    else:
        print(f"The intervals hold if the {n} labelled documents were drawn at random.", file=sys.stderr)


def _summary(found: tuple[Share, ...], documents: int, labelled: int) -> str:
    rows = []
    for share in sorted(found, key=lambda share: -share.share):
        interval = "-" if share.low is None else f"{share.low:.1%} to {share.high:.1%}"
        alone = "-" if share.alone is None else f"{share.alone_low:.1%} to {share.alone_high:.1%}"
        rows.append((share.label, f"{share.share:.1%}", interval, f"{share.counted:.1%}", alone))
    heads = ("label", "share", "95% interval", "model's count", "labels alone")
    return "\n".join([*table(heads, rows), "", f"{documents:,} documents, {labelled:,} of them with a label."])
