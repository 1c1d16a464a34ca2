"""`explain`: why a document gets its label."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from scalearn_core.adapters.catalog import cards
from scalearn_core.cli.known import known_documents
from scalearn_core.cli.predict import telling_first_seal
from scalearn_core.cli.usage import UsageError
from scalearn_core.evidence.documents import LEARNED
from scalearn_core.storage.codec import to_json

if TYPE_CHECKING:
    from scalearn_core.records.explanation import Explanation
    from scalearn_core.scaling.model import ScaLearnModel

SHOWN = 60
"""Characters of a neighbour's text that are printed."""


def explain(args: argparse.Namespace) -> None:
    """Print what one document gets, and why."""
    if not args.document.strip():
        raise UsageError(
            "--document needs a text with at least one word, but it is blank. Give the document's text."
        )
    documents = [document for document in known_documents(args) if document.part == LEARNED]
    with telling_first_seal(args.model):
        from scalearn_core.explain.document import explain_document
        from scalearn_core.explain.neighbours import know
        from scalearn_core.prediction.predictor import Predictor

        predictor = Predictor.load(args.model, "cpu", args.speed, whole=True)
    model = cast("ScaLearnModel", predictor.model)
    rows, texts, labels = ([getattr(each, name) for each in documents] for name in ("row", "text", "label"))
    known = know(model, rows, texts, labels) if documents else None
    found = explain_document(model, args.document, probabilities=predictor.predict_proba, known=known)
    found = replace(found, sentence=sentence(found, model))
    print(json.dumps(to_json(found), ensure_ascii=False) if args.json else summary(found, args.document))


def sentence(found: Explanation, model: ScaLearnModel) -> str:
    """The one statement that is true of this document, in English."""
    if found.reason == "source_flips":
        source = next(effect for effect in found.sources if effect.flips)
        taught = _title(source.source, model)
        return f"Without what {taught} taught, this would be {_named(source.without)}."
    marked = ", ".join(f'"{found.words[place].word}"' for place in found.marked)
    if found.reason == "words_flip":
        return f"Without {marked}, this would be {_named(found.without_marked_label or '')}."
    if found.reason == "words":
        assert found.without_marked is not None
        return (
            f"Without {marked}, the probability of {_named(found.explained)} falls from {found.probability:.0%} "
            f"to {found.without_marked:.0%}."
        )
    return "No single source and no few words decide here: the label rests on the text as a whole."


def _title(name: str, model: ScaLearnModel) -> str:
    """What a source is called on its card, in quotation marks."""
    if model.own_adapter and name == model.sources[-1].name:
        return "your own documents"
    key = model.encoder.card.key if model.encoder.card else None
    titles = {card.name: card.title.get("en", card.name) for card in cards(key)} if key else {}
    return f'"{titles.get(name, name)}"'


def _named(label: str) -> str:
    return f'"{label}"' if label else "without a label"


def summary(found: Explanation, text: str) -> str:
    """The answer, the sentence, then what speaks for it."""
    lines = [
        f"{found.label or '(no label)'}  {found.confidence:.0%}",
        f"then {found.runner_up}  {found.runner_up_probability:.0%}",
        "",
        found.sentence,
        "",
        f"What each source adds to the probability of {found.explained}, found by switching it off:",
    ]
    lines += [
        f"  {effect.change:+.3f}  {effect.source}"
        + (f"  -> {effect.without or '(no label)'}" if effect.flips else "")
        for effect in found.sources
        if abs(effect.change) >= 0.001
    ] or ["  none changes it by 0.001"]
    lines += ["", "What each word adds to it, found by leaving it out:"]
    strongest = sorted(found.words, key=lambda effect: -effect.change)[:8]
    lines += [f"  {effect.change:+.3f}  {effect.word}" for effect in strongest] or ["  the text has no words"]
    if found.neighbours:
        lines += ["", "Nearest documents learned from:"]
    for near in found.neighbours:
        shown = " ".join(near.text.split())
        shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."
        lines.append(f"  {near.similarity:.2f}  row {near.row}  {near.label or '(no label)'}  {shown}")
    if found.cut:
        lines += ["", "The text is longer than what the model reads; the rest plays no part."]
    return "\n".join(lines)
