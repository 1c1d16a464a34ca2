"""Why a document got its label: what is stated of it is measured, and true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from scalearn_core.encoders.embedding import embed
from scalearn_core.explain.document import explain_document, source_effects
from scalearn_core.explain.neighbours import know
from scalearn_core.explain.words import Span, pieces_of, without, words_of
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.recipe_auto import put_head

TEXT = "please help with the invoice since monday"


def ready(model: ScaLearnModel, divided) -> ScaLearnModel:
    """With a head that knows the classes."""
    train = divided.train
    embeddings = unit(embed(model.encoder, model.encoder.tokenize(train.texts), model.adapt))
    put_head(model, fit_head(embeddings, train.targets, 3, c=100.0, seed=0))
    return model


@pytest.fixture
def model(build, divided) -> ScaLearnModel:
    return ready(build(1.0, 0.7, 0.5), divided)


@pytest.mark.parametrize("variant", ["scalearn", "scalearn_uniform", "scalearn_pp", "scalearn_uniform_pp"])
def test_a_source_switched_off_is_its_scales_at_zero(variant: str, build, divided) -> None:
    model = ready(build(1.0, 0.7, 0.5, variant=variant), divided)
    explained = int(model.predict_proba([TEXT])[0].argmax())
    effects = {effect.source: effect for effect in source_effects(model, TEXT, explained)}
    before = model.predict_proba([TEXT])[0, explained]
    for place, source in enumerate(model.sources):
        kept = model.scales.omega.detach().clone()
        with torch.no_grad():
            model.scales.omega[:, place] = 0
        without_it = model.predict_proba([TEXT])
        assert effects[source.name].change == pytest.approx(before - without_it[0, explained], abs=1e-5)
        assert effects[source.name].without == model.labels[without_it.argmax()]
        with torch.no_grad():
            model.scales.omega.copy_(kept)
    assert effects["silent"].change == pytest.approx(0, abs=1e-6)


def test_what_is_said_of_words_was_measured(model: ScaLearnModel) -> None:
    found = explain_document(model, TEXT)
    assert [word.word for word in found.words] == TEXT.split()
    place = model.labels.index(found.explained)
    for word in found.words:
        left = model.predict_proba([without(TEXT, [Span(word.start, word.end)])])[0, place]
        assert word.change == pytest.approx(found.probability - left, abs=1e-5)
    if found.marked:
        spans = [Span(found.words[i].start, found.words[i].end) for i in found.marked]
        rest = model.predict_proba([without(TEXT, spans)])[0]
        assert found.without_marked == pytest.approx(rest[place], abs=1e-5)
        assert found.without_marked_label == model.labels[rest.argmax()]


def test_without_the_marked_words_the_probability_falls_more_than_without_others(
    model: ScaLearnModel, divided
) -> None:
    rng, falls, others = np.random.default_rng(0), [], []
    for text in divided.test.texts[:25]:
        found = explain_document(model, text)
        if found.without_marked is None:
            continue
        place = model.labels.index(found.explained)
        drawn = rng.permutation(len(found.words))[: len(found.marked)]
        spans = [Span(found.words[i].start, found.words[i].end) for i in drawn.tolist()]
        falls.append(found.probability - found.without_marked)
        others.append(found.probability - model.predict_proba([without(text, spans)])[0, place])
    assert len(falls) >= 5
    assert np.mean(falls) > np.mean(others) + 0.02


def test_the_nearest_document_of_one_learned_from_is_itself(model: ScaLearnModel, divided) -> None:
    train = divided.train
    known = know(model, train.rows, train.texts, train.names())
    found = explain_document(model, train.texts[4], known=known)
    assert (found.neighbours[0].row, found.neighbours[0].label) == (train.rows[4], train.names()[4])
    assert found.neighbours[0].similarity == pytest.approx(1, abs=1e-4)
    assert len({near.text for near in found.neighbours}) == len(found.neighbours) == 3


@pytest.mark.parametrize("text", ["!!! ???", "😀", "a", "word " * 3000, "請求書が二重に届きました。"])
def test_any_text_is_explained(text: str, model: ScaLearnModel) -> None:
    found = explain_document(model, text)
    assert found.label in model.labels and len(found.words) <= 64
    assert found.cut == (len(text) > 1000)
    assert np.isfinite([effect.change for effect in (*found.words, *found.sources)]).all()


def test_several_labels(model: ScaLearnModel) -> None:
    model.separator = "|"
    with torch.no_grad():
        model.head[1].bias -= 8.0  # nothing reaches one half
    found = explain_document(model, TEXT)
    assert found.label == "" and found.explained in model.labels
    assert found.explained != found.runner_up


def test_words_of_languages_with_and_without_spaces() -> None:
    text = "VPNが繋がりません。Please check user@example.com – it's urgent!"
    words = [text[start:end] for start, end in words_of(text)]
    assert words[-5:] == ["Please", "check", "user@example.com", "it's", "urgent"]
    japanese = words[: len(words) - 5]
    assert "".join(japanese) == "VPNが繋がりません" and len(japanese) >= 2


def test_a_long_text_has_few_pieces_of_whole_words() -> None:
    text = " ".join(f"word{n}" for n in range(500))
    pieces = pieces_of(text)
    assert len(pieces) <= 64
    assert [text[start:end].split()[0] for start, end in pieces][:2] == ["word0", "word8"]
    assert without("one two three", [Span(4, 7)]) == "one three"
    assert without("二重に届きました", [Span(0, 3)]) == "届きました"


def test_an_explanation_is_a_record(model: ScaLearnModel) -> None:
    from scalearn_core.records.explanation import Explanation
    from scalearn_core.storage.codec import from_json, to_json

    found = replace(explain_document(model, TEXT), sentence="x")
    assert from_json(Explanation, to_json(found)) == found
