"""`evaluate`: score a saved model on a table with labels."""

from __future__ import annotations

import argparse
import json
import sys

from scalearn_core.cli.predict import separator_of, telling_first_seal
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import evaluation_summary, seen_before
from scalearn_core.cli.train import read_dataset
from scalearn_core.storage.codec import to_json


def evaluate(args: argparse.Namespace) -> None:
    """Score a model on all documents of a table."""
    dataset = read_dataset(args, separator=separator_of(args.model), to_learn=False)

    from scalearn_core.devices import find
    from scalearn_core.evidence.other_table import evaluate_on_table
    from scalearn_core.evidence.reference import load_reference
    from scalearn_core.scaling.model import ScaLearnModel

    with telling_first_seal(args.model):
        model = ScaLearnModel.load(args.model).to(find(args.device).kind)
    reference = load_reference(args.evidence, model)
    with Progress() as progress:

        def on_progress(done: int) -> None:
            progress.on_stage("testing")  # not before: a table that does not fit is told alone
            progress.on_share(done / len(dataset.frame))

        result = evaluate_on_table(model, reference, dataset, on_progress=on_progress).result
    if seen := seen_before(result):
        print(seen, file=sys.stderr)
    print(json.dumps(to_json(result)) if args.json else evaluation_summary(result))
