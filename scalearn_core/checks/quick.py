"""The checks that are made immediately, when a table is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scalearn_core.checks.classes import few_documents, imbalance, spelling_variants
from scalearn_core.checks.documents import id_column, little_text, long_texts
from scalearn_core.checks.duplicates import different_labels, exact_duplicates
from scalearn_core.checks.finding import Finding
from scalearn_core.checks.label_in_text import label_in_text
from scalearn_core.checks.language import unread_language
from scalearn_core.checks.personal import personal_data
from scalearn_core.checks.placeholders import ditto_labels, placeholder_labels
from scalearn_core.checks.scan import look_at
from scalearn_core.checks.sums import sum_rows
from scalearn_core.checks.unlabelled import unlabelled_documents
from scalearn_core.data.dataset import TextDataset

_LOOKED = 0.6
"""Share of the time that the pass over all documents takes, of large tables."""
SEVERITIES = ("serious", "warning", "hint")


def quick(
    dataset: TextDataset,
    *,
    encoder_key: str | None = None,
    table_columns: Mapping[str, Sequence[str]] | None = None,
    other: str = "other",
    on_progress: Callable[[float], None] = lambda share: None,
) -> list[Finding]:
    """What can be said of a dataset in one pass: names of labels and sums, then serious findings first, of equals
    the most consequential first.

    Personal data and labels in the texts are looked for in at most `scan.MOST_LOOKED_AT` documents, languages in
    `languages.LOOKED_AT` (the library takes a third of a millisecond for each).

    Args:
        encoder_key: The encoder that will read the texts (`encoders/cards.py`); None: the one that suits them.
        table_columns: All columns of the table, to name the one that holds texts if the chosen one does not.
        other: What rare classes merged into one are called, in the reader's language.
        on_progress: told the share of the work that is done, 0 to 1; raise in it to stop.
    """
    if dataset.frame.empty:
        return []
    scan = look_at(dataset, lambda share: on_progress(_LOOKED * share))
    texts = dataset.frame["text"]
    ids = id_column(scan, texts, table_columns)
    names = [*placeholder_labels(scan), *ditto_labels(scan), *spelling_variants(scan)]
    sums = sum_rows(scan, texts)
    rare = few_documents(scan, other=other, multi_label=dataset.separator is not None)
    if names or sums:  # to be mended before anything is done about classes that are rare by their spelling alone
        rare = [replace(finding, remedies=()) for finding in rare]
    findings = [
        *ids,
        *([] if ids else unread_language(scan, texts, encoder_key)),
        *different_labels(scan),
        *rare,
        *label_in_text(scan, texts),
        *exact_duplicates(scan),
        *personal_data(scan, texts, dataset.unlabelled),
        *unlabelled_documents(dataset, encoder_key, lambda share: on_progress(_LOOKED + (1 - _LOOKED) * share)),
        *imbalance(scan),
        *long_texts(scan, texts, encoder_key),
        *little_text(scan),
    ]
    on_progress(1.0)
    return [*names, *sums, *sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))]
