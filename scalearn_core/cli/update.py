"""`update`: corrections move a model a little, and a guard watches."""

from __future__ import annotations

import argparse
import json

from scalearn_core.cli.known import known_documents
from scalearn_core.cli.predict import separator_of, telling_first_seal
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.train import read_dataset
from scalearn_core.cli.usage import check_new_folder, writing_to
from scalearn_core.evidence.documents import LEARNED, Document, save_documents
from scalearn_core.records.update import UpdateRecord
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.storage.files import folder_written_whole


def update(args: argparse.Namespace) -> None:
    """Learn from corrections within a distance of the model, and write the new one where the guard lets it
    pass."""
    check_new_folder(args.out)
    dataset = read_dataset(args, separator=separator_of(args.model), to_learn=False)
    columns = (dataset.frame.index.tolist(), dataset.frame["text"].tolist(), dataset.frame["label"].tolist())
    corrections = [Document(int(row), text, label, LEARNED) for row, text, label in zip(*columns, strict=True)]
    known = known_documents(args)
    with telling_first_seal(args.model), Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.devices import find
        from scalearn_core.review.update import first_guard, update_model, without_corrected
        from scalearn_core.review.words import FILE
        from scalearn_core.scaling.model import ScaLearnModel

        model = ScaLearnModel.load(args.model).to(find(args.device).kind)
        progress.on_stage("updating")
        record = update_model(
            model, corrections, known,
            guard_first=first_guard(args.evidence), seed=args.seed, on_progress=progress.on_share,
        )  # fmt: skip
        if record.accepted:
            with writing_to(args.out), folder_written_whole(args.out) as draft:
                model.save(draft)
                save_documents([*without_corrected(known, corrections), *corrections], draft)
                write_json(draft / FILE, to_json(record))
    print(json.dumps(to_json(record)) if args.json else summary(record, args))


def summary(record: UpdateRecord, args: argparse.Namespace) -> str:
    """Whether it was accepted, and what it did."""
    words = "Accepted" if record.accepted else "Refused"
    where = f"saved to {args.out}" if record.accepted else "nothing was saved, and the model stays as it is"
    return "\n".join(
        [
            f"{words}: {where}.",
            f"Guard ({record.guard_documents} documents labelled before): macro-F1 "
            f"{100 * record.guard_before:.1f} before, {100 * record.guard_after:.1f} after; "
            f"{100 * record.limit:.0f} points may be lost below {100 * record.guard_first:.1f}.",
            f"Corrections answered so: {record.right_before} before, {record.right_after} after, of "
            f"{record.corrections}.",
            f"Scales moved by {record.distance_scales:.1%}, the classifier by {record.distance_head:.1%} of their "
            f"length; {record.distance_limit:.0%} is the limit.",
        ]
    )
