"""Several languages get a score each; one alone, or too few documents, get none."""

from __future__ import annotations

import numpy as np

from scalearn_core.evaluation.by_language import LEAST_DOCUMENTS, scores_by_language

ENGLISH = ["The invoice of the March order is wrong.", "Please book the large meeting room."]
JAPANESE = ["三月の注文の請求書が間違っています。", "大きい会議室を予約してください。"]
LABELS = ("invoice", "room")


def found(texts: list[str], predicted: list[int]) -> list[dict]:
    targets = np.array([0, 1] * (len(texts) // 2))
    return scores_by_language(texts, targets, {"scalearn": np.array(predicted)}, LABELS, seed=0)


def test_each_language_is_scored_alone() -> None:
    texts = ENGLISH * 8 + JAPANESE * 6
    predicted = [0, 1] * 8 + [1, 0] * 3 + [0, 1] * 3
    english, japanese = found(texts, predicted)
    assert (english.language, english.documents) == ("en", 16)
    assert english.scores["scalearn"].macro_f1.value == 1
    assert (japanese.language, japanese.documents) == ("ja", 12)
    assert japanese.scores["scalearn"].accuracy.value == 0.5
    assert japanese.scores["scalearn"].accuracy.low < 0.5


def test_one_language_needs_no_table() -> None:
    assert found(JAPANESE * 20, [0, 1] * 20) == ()


def test_few_documents_of_a_language_give_no_score() -> None:
    few = LEAST_DOCUMENTS - 2
    (only,) = found(ENGLISH * 20 + JAPANESE * (few // 2), [0, 1] * (20 + few // 2))
    assert only.language == "en"
