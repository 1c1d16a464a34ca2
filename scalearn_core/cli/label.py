"""`label suggest`: which documents of a table to label next."""

from __future__ import annotations

import argparse
import json
import sys

from scalearn_core.cli.options import NO_SEPARATOR
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.telling import tell_header, tell_notes, tell_rejected
from scalearn_core.cli.usage import UsageError
from scalearn_core.data.labels import AUTO
from scalearn_core.data.languages import shares_of
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.review.pile import Pile, pile_of_table
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

SHOWN = 80


def suggest(args: argparse.Namespace) -> None:
    """Print the documents that are best labelled next, with the reason for each."""
    pile = read_pile(args)
    if pile.labelled.all():
        raise UsageError("Every document of the table has a label already, so there is none to suggest.")
    with Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.encoders.embedding import embed
        from scalearn_core.encoders.encoder import Encoder
        from scalearn_core.heads.logistic import unit
        from scalearn_core.review.proposals import propose

        source = args.encoder or choose_encoder(shares_of(list(pile.texts))).key
        encoder = Encoder.load(source)
        progress.on_stage("reading")
        embeddings = unit(embed(encoder, encoder.tokenize(list(pile.texts))))
        labelled = [place for place, has in enumerate(pile.labelled.tolist()) if has]
        labels = pile.labels
        proposals = propose(embeddings, labelled, pile.targets(labels), len(labels), args.count, seed=args.seed)
    if args.json:
        found = {
            "documents": len(pile.texts),
            "labelled": len(labelled),
            "categories": list(labels),
            "suggestions": [
                {"row": pile.rows[each.place], "text": pile.texts[each.place], "why": each.why}
                for each in proposals
            ],
        }
        print(json.dumps(found, ensure_ascii=False))
        return
    if len(proposals) < args.count:
        print(f"Only {len(proposals)} documents without label are left.", file=sys.stderr)
    for each in proposals:
        text = " ".join(pile.texts[each.place].split())
        print(f"{pile.rows[each.place]:>6}  {each.why:8}  {text if len(text) <= SHOWN else text[:SHOWN] + '...'}")


def read_pile(args: argparse.Namespace, *, separator: str | None = AUTO, each_once: bool = True) -> Pile:
    """The table of the options, whether its documents have labels or not; tells what was left out.

    Args:
        separator: of the model that reads the table; by default as the option says, or the cells.
        each_once: whether equal texts are one document (`review/pile.py`).
    """
    option = getattr(args, "label_separator", None)
    if option == "":
        raise UsageError(f"--label-separator needs a text, or {NO_SEPARATOR} where each cell is one label.")
    table = read_table(args.table, reading=Reading.of(vars(args)))
    tell_header(table.header_row, given=args.header)
    tell_rejected(table.rejected)
    tell_notes(table.notes)
    if option is not None:
        separator = None if option == NO_SEPARATOR else option
    seed = getattr(args, "seed", 0)
    pile = pile_of_table(table, args.text, args.label, separator=separator, each_once=each_once, seed=seed)
    if len(pile.texts) < pile.drawn_from:
        print(
            f"The table has {pile.drawn_from:,} different documents; {len(pile.texts):,} of them were drawn "
            "and read.",
            file=sys.stderr,
        )
    return pile
