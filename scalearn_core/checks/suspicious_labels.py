"""Labels that a simple classifier, trained on the other documents, would not have given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalearn_core.checks.finding import Finding, Remedy, Severity
from scalearn_core.checks.scan import MOST_LOOKED_AT
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.recipe import Step
from scalearn_core.data.split import Split
from scalearn_core.data.splits import stratified_folds
from scalearn_core.targets import Targets, are_multi_label, counts_of, decide, names_of, same

MIN_DOCUMENTS = 5
"""Of a class; a classifier has not seen enough of a rarer one to doubt its labels."""
MANY = 0.02
"""Share of the documents looked at from which on doubtful labels are a warning."""
FOLDS = 5
C = 30.0
"""Inverse regularisation strength: weak, so that what the classifier is sure of it says."""
TOLERANCE = 1e-3
"""Largest gradient at which a fit is done; ten times less finds the same documents in three times the time."""
MARGIN = 0.5
"""By how much the suggested label must be likelier than the one given."""
RIGHT_WHERE_SURE = 2 / 3
"""Share of the documents it is sure of on which classifier and table must agree before its doubts are a warning.
One that is often sure and wrong knows little of these labels: it agrees on 65% of such product reviews, and on 77%
where one label in five was made wrong."""
MAX_FEATURES = 20_000
"""Runs of characters beside the words."""
FEATURES_SHARE = 0.35
"""Share of the work that counting words and runs of characters is; fits of the classifiers are the rest."""
TOLD_EVERY = 500
"""Documents counted between two reports of progress."""


def suspicious_labels(
    dataset: TextDataset, *, seed: int = 13, on_progress: Callable[[float], None] = lambda share: None
) -> list[Finding]:
    """`suspicious_labels`: documents whose label is doubtful, the most doubtful first, with the one suggested.

    Confident learning (Northcutt et al. 2021, `cleanlab`) on the probabilities that logistic regressions on TF-IDF
    give documents they were not trained on. Where the texts tell the classes badly, such a classifier is often
    wrong itself; so a label is doubted only if another one is likelier by `MARGIN`, `agreement` says on what share
    of the documents classifier and table agree at all, and no doubts are a warning where it is often wrong though
    sure (`RIGHT_WHERE_SURE`). Of several labels per document, each is asked for
    itself, and those are turned round whose opposite is likelier by as much.

    Args:
        seed: of the folds, and of the documents that are drawn where there are more than `MOST_LOOKED_AT`.
        on_progress: told the share of the work that is done; raise in it to stop.

    Returns:
        Nothing where fewer than two classes have `MIN_DOCUMENTS`. `values` hold `concerned`, `looked_at`,
        `documents`, `share` (of those looked at), `agreement` and `skipped`, the classes that are too rare.
    """
    split = dataset.whole().drawn(MOST_LOOKED_AT, seed)
    documents, kept = _common(split.targets, len(split.labels))
    if len(kept) < 2:
        return []
    texts = [split.texts[number] for number in documents]
    targets = _renumbered(split.targets[documents], kept)
    probabilities = _out_of_fold(texts, targets, len(kept), seed, on_progress)
    margins = _margins(targets, probabilities)
    doubtful, suggested = _doubtful(targets, probabilities, margins)
    on_progress(1.0)
    if not len(doubtful):
        return []
    rows = tuple(split.rows[number] for number in documents[doubtful])
    names = _names(split, documents[doubtful], suggested, kept)
    share = len(rows) / len(documents)
    values = {
        "concerned": len(rows),
        "documents": len(dataset.frame),
        "looked_at": len(documents),
        "share": share,
        "agreement": float(same(decide(probabilities, multi_label=are_multi_label(targets)), targets).mean()),
        "skipped": tuple(label for place, label in enumerate(split.labels) if place not in kept),
    }
    remedies = _remedies(rows, names, len(dataset.frame))
    reliable = (margins >= MARGIN).sum() >= RIGHT_WHERE_SURE * (np.abs(margins) >= MARGIN).sum()
    severity: Severity = "warning" if share >= MANY and reliable else "hint"
    return [Finding("suspicious_labels", severity, values, rows, names, remedies)]


def _common(targets: Targets, n_labels: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the documents that are asked, and of the labels that are common enough.

    Of several labels per document also those are left out that all but a few documents have.
    """
    counts = counts_of(targets, n_labels)
    if are_multi_label(targets):
        enough = np.minimum(counts, len(targets) - counts) >= MIN_DOCUMENTS
        return np.arange(len(targets)), np.flatnonzero(enough)
    enough = counts >= MIN_DOCUMENTS
    return np.flatnonzero(enough[targets]), np.flatnonzero(enough)


def _renumbered(targets: Targets, kept: NDArray[np.int64]) -> Targets:
    """Targets in which the labels are those kept."""
    return targets[:, kept] if are_multi_label(targets) else np.searchsorted(kept, targets).astype(np.int64)


def _out_of_fold(
    texts: Sequence[str], targets: Targets, n_labels: int, seed: int, on_progress: Callable[[float], None]
) -> NDArray[np.float64]:
    """Probabilities `[documents, labels]` by classifiers that did not see the document."""
    from scalearn_core.heads.solver import fit_path

    features = _features(texts, lambda share: on_progress(FEATURES_SHARE * share))
    probabilities = np.zeros((len(texts), n_labels))
    folds = stratified_folds(targets, FOLDS, seed)
    for number, (train, held_out) in enumerate(folds):
        on_progress(FEATURES_SHARE + (0.95 - FEATURES_SHARE) * number / len(folds))
        (model,) = fit_path(features[train], targets[train], (C,), tolerance=TOLERANCE, seed=seed)
        if are_multi_label(targets):
            logits = model.decision_function(features[held_out])
            probabilities[held_out] = 1.0 / (1.0 + np.exp(-np.clip(logits, -500, 500)))
        else:
            probabilities[held_out] = model.predict_proba(features[held_out])
    on_progress(0.95)
    return probabilities


def _features(texts: Sequence[str], on_progress: Callable[[float], None]) -> Any:
    """TF-IDF of words and of runs of characters within them, `[documents, features]` (CSR).

    Texts without spaces between words have the latter alone.
    """
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    from scalearn_core.heads.tfidf import make_vectorizer, uses_words

    vectorizers = [make_vectorizer(texts)]
    if uses_words(texts):
        vectorizers.append(
            TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 4), max_features=MAX_FEATURES)
        )
    passed = count()

    def told() -> Iterator[str]:
        for text in texts:
            if (number := next(passed)) % TOLD_EVERY == 0:
                on_progress(number / (len(texts) * len(vectorizers)))
            yield text

    return hstack([vectorizer.fit_transform(told()) for vectorizer in vectorizers], format="csr")


def _margins(targets: Targets, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much the given label is likelier than any other, `[documents]`; of several labels, each against its
    opposite, `[documents, labels]`. Below 0 where the classifier would not have given it."""
    if are_multi_label(targets):
        return np.abs(probabilities - (1 - targets)) - np.abs(probabilities - targets)
    documents = np.arange(len(targets))
    others = probabilities.copy()
    others[documents, targets] = -1.0
    return np.asarray(probabilities[documents, targets] - others.max(1))


def _doubtful(
    targets: Targets, probabilities: NDArray[np.float64], margins: NDArray[np.float64]
) -> tuple[NDArray[np.int64], Targets]:
    """Numbers of the doubtful documents, most doubtful first, and what is suggested for each (`targets.py`)."""
    from cleanlab.filter import find_label_issues
    from cleanlab.multilabel_classification.filter import find_label_issues as find_multi_label_issues

    against = margins <= -MARGIN
    if are_multi_label(targets):
        label_sets = [np.flatnonzero(row).tolist() for row in targets]
        issues = find_multi_label_issues(
            label_sets, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1
        )  # fmt: skip
        suggested = np.where(against, 1 - targets, targets)
        # A document left without any label would not be one of the dataset.
        sure = np.asarray(against.any(1) & suggested.any(1), dtype=np.bool_)
    else:
        issues = find_label_issues(targets, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
        suggested, sure = probabilities.argmax(1), against
    numbers = np.array([number for number in issues if sure[number]], dtype=np.int64)
    return numbers, suggested[numbers]


def _names(
    split: Split, documents: NDArray[np.int64], suggested: Targets, kept: NDArray[np.int64]
) -> tuple[str, ...]:
    """The suggested label of each document as a label cell; labels that were not asked for stay as they are."""
    if not are_multi_label(suggested):
        return tuple(split.labels[kept[number]] for number in suggested)
    whole = split.targets[documents].copy()
    whole[:, kept] = suggested
    return tuple(names_of(whole, split.labels, split.separator))


def _remedies(rows: Sequence[int], names: Sequence[str], documents: int) -> tuple[Remedy, ...]:
    """Take what is suggested, or leave the documents out."""
    of: dict[str, list[int]] = {}
    for row, name in zip(rows, names, strict=True):
        of.setdefault(name, []).append(row)
    steps = tuple(
        Step("relabel", "suspicious_labels", into=name, rows=tuple(sorted(of[name]))) for name in sorted(of)
    )
    leave_out = Step("leave_out_rows", "suspicious_labels", rows=tuple(sorted(rows)))
    return (
        Remedy("relabel_suspicious", steps, {"concerned": len(rows)}),
        Remedy("leave_out_suspicious", (leave_out,), {"concerned": len(rows), "left": documents - len(rows)}),
    )
