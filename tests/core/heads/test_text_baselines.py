"""Majority class and TF-IDF on small tables, in a language with spaces and one without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from scalearn_core.data.split import Split
from scalearn_core.heads.majority import predict_majority
from scalearn_core.heads.tfidf import make_vectorizer, predict_tfidf, uses_words

LABELS = ("access", "delivery", "invoice")
ENGLISH = (
    ("reset the password of {}", "{} cannot sign in to the portal", "account {} is locked"),
    ("where is parcel {}", "order {} has not arrived", "the courier lost {}"),
    ("invoice {} is wrong", "please refund payment {}", "charged twice for {}"),
)
JAPANESE = (
    ("{}のパスワードを再設定したい", "{}にログインできません", "{}のアカウントがロックされました"),
    ("荷物{}はどこですか", "注文{}が届きません", "配達員が{}を紛失しました"),
    ("請求書{}が間違っています", "{}の支払いを返金してください", "{}が二重に請求されました"),
)


def split(templates: Sequence[Sequence[str]], names: Sequence[str], classes: Sequence[int] = (0, 1, 2)) -> Split:
    """Every template of the classes with every name."""
    pairs = [(text.format(name), c) for c in classes for text in templates[c] for name in names]
    return Split(
        texts=tuple(text for text, _ in pairs),
        targets=np.array([c for _, c in pairs], dtype=np.int64),
        labels=LABELS,
        rows=tuple(range(2, len(pairs) + 2)),
    )


EMPTY = Split(texts=(), targets=np.empty(0, dtype=np.int64), labels=LABELS, rows=())


def test_majority_is_the_most_frequent_class() -> None:
    train = Split(("a", "b", "c", "d"), np.array([2, 1, 1, 0]), LABELS, (2, 3, 4, 5))
    found = predict_majority(train, ["x", "y"])
    assert found.tolist() == [1, 1]
    assert found.dtype == np.int64


def test_majority_of_equals_is_the_first_label() -> None:
    train = Split(("a", "b", "c"), np.array([2, 1, 0]), LABELS, (2, 3, 4))
    assert predict_majority(train, ["x"]).tolist() == [0]


@pytest.mark.parametrize("templates", [ENGLISH, JAPANESE], ids=["english", "japanese"])
@pytest.mark.parametrize("with_validation", [True, False])
def test_tfidf_learns_the_topic(templates: Sequence[Sequence[str]], with_validation: bool) -> None:
    train, test = split(templates, ("A1", "B2", "C3")), split(templates, ("X8", "Y9"))
    validation = split(templates, ("K5",)) if with_validation else EMPTY
    found = predict_tfidf(train, validation, test.texts, seed=0)
    assert found.dtype == np.int64
    assert found.tolist() == test.targets.tolist()


def test_tfidf_does_not_learn_from_validation() -> None:
    """Validation chooses C and no more: a class that only it has is never predicted."""
    train, validation = split(ENGLISH, ("A1", "B2"), classes=(0, 1)), split(ENGLISH, ("K5",))
    found = predict_tfidf(train, validation, split(ENGLISH, ("X8",), classes=(2,)).texts, seed=0)
    assert set(found.tolist()) <= {0, 1}


def test_tfidf_keeps_class_numbers_when_a_class_is_missing_in_train() -> None:
    train, test = split(ENGLISH, ("A1", "B2"), classes=(0, 2)), split(ENGLISH, ("X8",), classes=(0, 2))
    assert predict_tfidf(train, EMPTY, test.texts, seed=0).tolist() == test.targets.tolist()


def test_tfidf_of_one_class_answers_with_it() -> None:
    train = split(ENGLISH, ("A1",), classes=(1,))
    assert predict_tfidf(train, EMPTY, ["anything", ""], seed=0).tolist() == [1, 1]


def test_tfidf_of_no_texts_is_empty() -> None:
    assert predict_tfidf(split(ENGLISH, ("A1",)), EMPTY, [], seed=0).shape == (0,)


def test_tfidf_takes_texts_without_any_word() -> None:
    train = Split(("!!! !!!", "??? ???"), np.array([0, 1]), LABELS, (2, 3))
    assert predict_tfidf(train, EMPTY, ["??? ?"], seed=0).tolist() == [1]


def test_tfidf_is_deterministic() -> None:
    train, validation = split(ENGLISH, ("A1", "B2")), split(ENGLISH, ("K5",))
    texts = split(JAPANESE, ("X8",)).texts
    first = predict_tfidf(train, validation, texts, seed=3)
    assert predict_tfidf(train, validation, texts, seed=3).tolist() == first.tolist()


def test_the_script_decides_what_a_term_is() -> None:
    assert uses_words(["Where is my parcel?", "Refund the invoice"])
    assert not uses_words(["VPN 接続が 切れます。再接続しても直りません。", "請求書が間違っています"])
    words = make_vectorizer(["where is parcel 5"]).fit(["where is parcel 5"]).get_feature_names_out()
    assert {"where is", "parcel 5", "5"} <= set(words)
    characters = make_vectorizer(["請求書"]).fit(["請求書"]).get_feature_names_out()
    assert {"請求書", "求書", "請"} <= set(characters)
