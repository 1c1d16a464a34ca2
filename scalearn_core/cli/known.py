"""The documents a model was made from, for commands that need them: kept beside it, or given as its table."""

from __future__ import annotations

import argparse
import sys

from scalearn_core.cli.predict import separator_of
from scalearn_core.cli.train import read_dataset
from scalearn_core.cli.usage import UsageError
from scalearn_core.evidence.documents import Document, documents_of, load_documents
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.tables.reading import Reading


def known_documents(args: argparse.Namespace) -> list[Document]:
    """From the table of the options, else those beside the model; none, and a word on stderr, where neither is
    there.

    Raises:
        UsageError: the table or one of its columns is not named, or it is not the one the model was trained on.
    """
    if args.trained_on is None:
        if not (kept := load_documents(args.evidence)):
            print(
                f"The documents that the model in {args.model} learned from are not at hand, so none of them can "
                "be shown or guarded; --trained-on names their table.",
                file=sys.stderr,
            )
        return kept
    if not (args.trained_text and args.trained_label):
        raise UsageError("--trained-on needs --trained-text and --trained-label, the columns of that table.")
    try:
        record = read_training(args.evidence)
    except DAMAGED_FILE as error:
        raise UsageError(
            f"How the documents were divided should stand in {args.evidence / FILE}, which cannot be "
            "read. Leave out --trained-on, or give a model with its evidence."
        ) from error
    asked = argparse.Namespace(
        table=args.trained_on, text=args.trained_text, label=args.trained_label, skip_blank=False,
        **Reading().to_dict(),
    )  # fmt: skip
    dataset = read_dataset(asked, separator=separator_of(args.model), keep=record.plan.columns)
    if dataset.fingerprint != record.dataset.fingerprint:
        raise UsageError(f"{args.trained_on} is not the table the model was trained on. Give that table.")
    return documents_of(dataset.split(plan=record.plan))
