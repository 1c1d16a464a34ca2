"""Why one document got its label: sources switched off, words left out, nearest documents learned from.

- *Sources*: the model as it is, once more for each source with this source's scales at 0, all in one batch.
- *Words*: whole words left out, each in a copy of the text, through whatever engine predicts. It sets no hook in
  the model, so others may use it at the same time.
- *Marked* are the pieces whose absence lowers the probability most, a fifth of all at most. What is stated of them
  was measured: the text is read once more without all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.explain.neighbours import Known, embed_adapted, nearest
from scalearn_core.explain.words import Span, pieces_of, without
from scalearn_core.records.explanation import Explanation, SourceEffect, WordEffect
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import confidence_in, names_of

Probabilities = Callable[[Sequence[str]], NDArray[np.floating]]
"""Of texts, `[texts, labels]`."""
MARKED = 0.2
"""Share of the pieces that is marked at most (at least one may be)."""
LEAST = 0.02
"""A piece whose absence lowers the probability by less is not marked."""
TELLING = 0.1
"""Nor is anything said of marked words that together lower it by less."""


def explain_document(
    model: ScaLearnModel, text: str, *, probabilities: Probabilities | None = None, known: Known | None = None
) -> Explanation:
    """Everything that can be said of one text, which must not be blank.

    Args:
        probabilities: the engine that predicts; by default the model itself.
        known: the documents learned from, for the nearest of them.
    """
    ask = probabilities or model.predict_proba
    pieces = pieces_of(text, _read_until(model, text))
    asked = [text, *(without(text, [piece]) for piece in pieces)]
    answers = np.asarray(ask(asked), dtype=np.float64)
    whole, left_out = answers[0], answers[1:]
    explained, runner_up = _two_likeliest(whole)
    words = tuple(
        WordEffect(text[piece.start : piece.end], piece.start, piece.end, float(change))
        for piece, change in zip(pieces, whole[explained] - left_out[:, explained], strict=True)
    )
    marked = _marked(words)
    rest = None
    if marked:
        rest = np.asarray(ask([without(text, [Span(words[i].start, words[i].end) for i in marked])]))[0]
    given = model.decide(whole[None])
    [label] = names_of(given, model.labels, model.separator)
    confidence = confidence_in(
        whole[None], multi_label=model.multi_label, given=given if model.multi_label else None
    )
    sources = source_effects(model, text, explained)
    without_label = None if rest is None else names_of(model.decide(rest[None]), model.labels, model.separator)[0]
    without_marked = None if rest is None else float(rest[explained])
    reason = _reason(sources, label, float(whole[explained]), without_marked, without_label)
    found = () if known is None else nearest(known, embed_adapted(model, [text])[0])
    return Explanation(
        label=label,
        confidence=float(confidence[0]),
        runner_up=model.labels[runner_up],
        runner_up_probability=float(whole[runner_up]),
        explained=model.labels[explained],
        probability=float(whole[explained]),
        sources=sources,
        words=words,
        marked=marked,
        without_marked=without_marked,
        without_marked_label=without_label,
        neighbours=found,
        reason=reason,
        sentence="",
        cut=model.encoder.tokenize([text]).cut[0],
    )


@torch.no_grad()
def source_effects(model: ScaLearnModel, text: str, explained: int) -> tuple[SourceEffect, ...]:
    """Each source switched off for this text alone; those that speak most for the label first.

    The text is run in a batch of `1 + T` copies. A stacked bottleneck row belongs to one source, so that switching
    off source t in copy t is a mask on these rows:

        s_t = (a ⊙ [owner ≠ t]) · (ω ⊙ W_up) + Σ_u ω_u b_u - ω_t b_t
    """
    model.train_mode(False)
    encoder, stack, count = model.encoder, model.stack, len(model.sources)
    tokens = encoder.tokenize([text]).take([0] * (count + 1))
    batch = encoder.pad(tokens, range(count + 1))
    off = torch.arange(-1, count, device=encoder.device)  # the source that each copy does without; -1: none

    def adapt(layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        omega, up = model.scales(layer), stack.up_projections(layer)
        inner = stack.inner(layer, z)  # [copies, seq, R]
        kept = (up.owner[None, :] != off[:, None]).to(inner.dtype)  # [copies, R]
        shares = (omega * up.bias).expand(count, encoder.width)  # [T, width]
        own = torch.cat([torch.zeros_like(shares[:1]), shares])  # what each copy does without
        bias = shares.sum(0) - own
        summed: torch.Tensor = (inner * kept[:, None]) @ (omega[up.owner] * up.weight) + bias[:, None]
        return summed

    hidden = encoder.hidden_states(*batch, adapt=adapt)
    logits = model.head(encoder.pool(hidden, batch.attention_mask))
    probabilities = model.probabilities(logits).double().cpu().numpy()
    given = names_of(model.decide(probabilities), model.labels, model.separator)
    changes = probabilities[0, explained] - probabilities[1:, explained]
    order = np.argsort(-changes, kind="stable").tolist()
    return tuple(
        SourceEffect(model.sources[t].name, float(changes[t]), given[t + 1], given[t + 1] != given[0])
        for t in order
    )


def _two_likeliest(probabilities: NDArray[np.float64]) -> tuple[int, int]:
    first, second = np.argsort(-probabilities, kind="stable")[:2].tolist()
    return first, second


def _marked(words: Sequence[WordEffect]) -> tuple[int, ...]:
    """Places of the pieces that matter most, in the order of the text."""
    most = max(1, int(MARKED * len(words)))
    order = sorted(range(len(words)), key=lambda place: -words[place].change)[:most]
    return tuple(sorted(place for place in order if words[place].change >= LEAST))


def _reason(
    sources: Sequence[SourceEffect],
    label: str,
    probability: float,
    without_marked: float | None,
    without_label: str | None,
) -> str:
    """The strongest statement that is true of this document."""
    if any(source.flips for source in sources):
        return "source_flips"
    if without_label is not None and without_label != label:
        return "words_flip"
    return "words" if without_marked is not None and probability - without_marked >= TELLING else "none"


def _read_until(model: ScaLearnModel, text: str) -> int | None:
    """The character at which the model stops reading; None: it reads all, or more than the beginning."""
    encoder = model.encoder
    if encoder.long_texts != "head" or not encoder.tokenizer.is_fast:
        return None
    batch = encoder.tokenizer(
        [encoder.prefix + text], truncation=True, max_length=encoder.max_length, return_offsets_mapping=True
    )
    if not batch.encodings[0].overflowing:
        return None
    return int(max(end for _, end in batch["offset_mapping"][0])) - len(encoder.prefix)
