"""Results as a few lines of plain text. Scores are shown from 0 to 100, intervals hold with 95%."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scalearn_core.adapters.catalog import AdapterCard
from scalearn_core.data.column_checks import shorten
from scalearn_core.data.language_names import name_of, names_of
from scalearn_core.evaluation.by_language import LanguageScores
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.evaluation.methods import METHODS
from scalearn_core.evaluation.report import EvaluationReport
from scalearn_core.records.tables import TableEvaluation
from scalearn_core.records.training import TrainingRecord, UnlabelledFacts

NAMES = {
    "scalearn": "ScaLearn",
    "without_unlabelled": "The same without unlabelled documents",
    "own_adapter": "Task adapter alone (no sources)",
    "shuffled_sources": "The same with scrambled sources",
    "single_source": "Best single source",
    "frozen_head": "Plain classifier (frozen encoder)",
    "tfidf": "TF-IDF + logistic regression",
    "majority": "Most frequent label",
}
VERDICTS = {
    "better": "The model is better: {points} points of macro-F1 more than the plain classifier ({interval}).",
    "no_difference": (
        "No clear difference: the {points} points of macro-F1 against the plain classifier may be chance "
        "({interval}). The plain classifier may be enough; more documents would tell."
    ),
    "worse": (
        "The model is worse: {points} points of macro-F1 against the plain classifier ({interval}). "
        "Choose other sources, or use the plain classifier."
    ),
}
SOURCES = {
    "better": (
        "The sources add {points} points of macro-F1 to the same training without what they know ({interval})."
    ),
    "no_difference": (
        "The sources have no clear effect: {points} points of macro-F1 against the same training without what "
        "they know, which may be chance ({interval})."
    ),
    "worse": (
        "The sources lowered the score: {points} points of macro-F1 against the same training without what they "
        "know ({interval})."
    ),
}
UNLABELLED = {
    "better": "Your documents without label ({{used}} of {{documents}}) add {points} points of macro-F1 "
    "({interval}).",
    "no_difference": (
        "Your documents without label ({{used}} of {{documents}}) brought nothing that could be shown: {points} "
        "points of macro-F1, which may be chance ({interval})."
    ),
    "worse": (
        "Your documents without label ({{used}} of {{documents}}) lowered the score: {points} points of macro-F1 "
        "({interval}). Train without them."
    ),
}
NOT_JOINED = {
    "chance": (
        "Your {documents} documents without label were not used: the labels teach too little so far to tell what "
        "those are. More labelled documents would change that."
    ),
    "several_labels": (
        "Your {documents} documents without label were not used: that works only where each document has one "
        "label."
    ),
    "no_task_adapter": "Your {documents} documents without label were not used: that needs a task adapter.",
    "other_recipe": "Your {documents} documents without label were not used: only recipe auto learns from them.",
}
"""By `records.training.Joining`."""
HELPED = {
    "helped": "Did reusing sources help? Yes.",
    "not_by_sources": "Did reusing sources help? Not clearly: the model may be as good without what they know.",
    "not_promised": (
        "Did reusing sources help? Perhaps: the forecast could not tell a gain from luck. Try another seed."
    ),
    "no_difference": "Did reusing sources help? There is no clear gain over the plain classifier.",
    "worse": "Did reusing sources help? No: the plain classifier is better.",
    "few_documents": "Did reusing sources help? Too few test documents to tell.",
}
"""By the codes of `verdict`."""
ACCURACY = {False: "accuracy", True: "all labels right"}
"""What the share of right documents is called, by whether they have several labels."""
NOTES = {
    "few_documents": "With fewer than 30 documents the scores and their intervals are rough.",
    "class_without_test_documents": "No score is possible for labels without a test document: {labels}.",
    "class_never_predicted": "Some labels were never predicted.",
}
"""By the codes of `EvaluationReport.notes`."""


def training_summary(result: TrainingRecord, folder: Path) -> str:
    """What the result says, in the order a reader asks: how good, did the sources help, what was learned."""
    dataset, learned, scores = result.dataset, result.parameter_counts, result.scores
    counts = dataset.counts
    rows = [
        (NAMES[key], score_text(scores[key].macro_f1), score_text(scores[key].accuracy))
        for key in METHODS
        if key in scores
    ]
    multi_label = dataset.multi_label
    own = f", {learned.own_adapter:,} in the adapter on your documents" if result.own_adapter else ""
    return "\n".join(
        [
            f"{dataset.name}: {len(dataset.labels)} labels; {counts.train} documents "
            f"to learn from, {counts.validation} to choose with, {counts.test} to test on",
            "",
            *table(("", "macro-F1", ACCURACY[multi_label]), rows),
            "",
            HELPED[result.verdict.code],
            verdict(result.comparison, VERDICTS),
            *([verdict(result.comparison_control, SOURCES)] if result.comparison_control else []),
            *([unlabelled_text(result.unlabelled)] if result.unlabelled else []),
            *_notes(scores["scalearn"]),
            *([""] if result.scores_by_language else []),
            *_by_language(result.scores_by_language),
            f"Learned: {learned.scales:,} scales, {learned.head:,} parameters in the classifier{own}.",
            f"Saved to {folder}.",
        ]
    )


def unlabelled_text(found: UnlabelledFacts) -> str:
    """What the documents without label brought, or why none was learned from."""
    words = NOT_JOINED[found.joining] if found.comparison is None else verdict(found.comparison, UNLABELLED)
    return words.replace("{documents}", f"{found.documents:,}").replace("{used}", f"{found.used:,}")


def verdict(comparison: Comparison, words: dict[str, str]) -> str:
    """What the test documents can tell of a difference; `words` by verdict: `VERDICTS` or `SOURCES`."""
    low, high, points = (
        f"{100 * value:+.1f}" for value in (comparison.low, comparison.high, comparison.difference)
    )
    return words[comparison.verdict].format(points=points, interval=f"{low} to {high}")


def evaluation_summary(result: TableEvaluation) -> str:
    """Scores of model and plain classifier, per language where there are several, and one row per label.

    The label comes last, because its width on a terminal varies.
    """
    rows = [
        (*(f"{100 * value:.1f}" for value in (row.precision, row.recall, row.f1)), str(row.support), row.label)
        for row in result.per_class
    ]
    multi_label = not result.confusion  # each label is then right or wrong by itself
    return "\n".join(
        [
            f"{result.n} documents: macro-F1 {score_text(result.macro_f1)}, "
            f"{ACCURACY[multi_label]} {score_text(result.accuracy)}",
            *_against_plain(result),
            *_languages(result),
            *_notes(result),
            "",
            *_by_language(result.scores_by_language),
            *table(("precision", "recall", "F1", "documents", "label"), rows),
        ]
    )


def _notes(report: EvaluationReport) -> list[str]:
    """What to beware of in a report."""
    unscored = shorten([row.label for row in report.per_class if not row.support])
    return [NOTES[code].format(labels=unscored) for code in report.notes]


def seen_before(result: TableEvaluation) -> str | None:
    """Why scores on a table are too good, if they are."""
    if result.same_table:
        return (
            "Careful: the model was trained on most of this very table, so these scores are too good. "
            "Scores on documents it has not seen are in its result.json."
        )
    if result.learned_from:
        return (
            f"Careful: the model learned from {result.learned_from} of these {result.n} documents, "
            "so these scores are too good. Leave those out."
        )
    return None


def _against_plain(result: TableEvaluation) -> list[str]:
    if not (result.frozen_head and result.majority and result.comparison):
        return ["No comparison: this model was saved without its plain classifier."]
    plain, most_frequent = (score_text(report.macro_f1) for report in (result.frozen_head, result.majority))
    return [
        f"{NAMES['frozen_head']}: macro-F1 {plain}. {NAMES['majority']}: {most_frequent}.",
        verdict(result.comparison, VERDICTS),
    ]


def _languages(result: TableEvaluation) -> list[str]:
    if not result.languages:
        return []
    here, learned = (_shares(shares) for shares in (result.languages, result.training_languages))
    lines = [f"Languages of the table: {here}. The model learned from: {learned or 'not known'}."]
    if result.cross_language:
        lines.append("This is a test across languages.")
    if result.unread_languages:
        missing = names_of(result.unread_languages)
        lines.append(f"The model's encoder does not read: {missing}. Train again with --encoder multilingual.")
    return lines


def _shares(languages: dict[str, float]) -> str:
    return ", ".join(f"{name_of(code)} {share:.0%}" for code, share in languages.items())


def _by_language(languages: Sequence[LanguageScores]) -> list[str]:
    """A table of the languages and an empty line; nothing for one language."""
    if not languages:
        return []
    names = [name for name in ("scalearn", "frozen_head") if name in languages[0].scores]
    rows = [
        (
            name_of(row.language),
            str(row.documents),
            *(score_text(row.scores[name].macro_f1) for name in names),
        )
        for row in languages
    ]
    return [*table(("language", "documents", *(NAMES[name] for name in names)), rows), ""]


def library_summary(cards: Sequence[AdapterCard]) -> str:
    """One row per adapter, its purpose last."""
    rows = [
        (
            card.name,
            card.licence_tier,
            card.metric,
            score_text(Interval(**card.score)),
            score_text(Interval(**card.frozen_head_score)),
            "yes" if card.beats_frozen_head else "no",
            card.purpose["en"],
        )
        for card in cards
    ]
    return "\n".join(
        [
            *table(("name", "licence", "metric", "score", "frozen head", "beats it", "purpose"), rows),
            "",
            "Licence: A open; B open, but not restated in the copy used; C none stated and N non-commercial: "
            "research use, not chosen by default.",
            "Frozen head: a linear classifier on the encoder without the adapter, on the same rows.",
        ]
    )


def score_text(score: Interval) -> str:
    """A value with its interval: `86.1 (77.0 to 93.2)`."""
    return f"{100 * score.value:.1f} ({100 * score.low:.1f} to {100 * score.high:.1f})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the cells one below the other; the last column is left as wide as it is."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header) - 1)]
    return ["  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]])
            for row in (header, *rows)]  # fmt: skip
