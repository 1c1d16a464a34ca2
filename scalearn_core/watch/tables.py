"""Answers of a whole table for the log of its model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from scalearn_core.data.documents import joined
from scalearn_core.data.label_cells import NONE
from scalearn_core.data.labels import split_labels
from scalearn_core.data.mapping import columns_of
from scalearn_core.prediction.predictor import ClassifiedTable
from scalearn_core.scaling.seal import is_sealed, read_seal
from scalearn_core.watch import log

logger = logging.getLogger(__name__)


def keeps_answers(model_folder: Path) -> bool:
    """Whether answers of this model are kept."""
    return is_sealed(model_folder) and log.mode_of(read_seal(model_folder).model_id) != "off"


def keep_table(
    model_folder: Path,
    frame: pd.DataFrame,
    text: str | Sequence[str],
    classified: ClassifiedTable,
    separator: str | None,
) -> None:
    """Add the rows that were answered, if answers of this model are kept; a full disk loses the log alone.

    Args:
        model_folder: of the model that answered; one without a seal has no identity, and no log.
        frame, text, separator: of the table, as it was classified.
    """
    if not keeps_answers(model_folder):
        return
    model_id = read_seal(model_folder).model_id
    texts = joined(frame, columns_of(text))
    rows = [
        (document, [] if cell == NONE else split_labels(cell, separator), float(confidence))
        for document, cell, confidence in zip(texts, classified.labels, classified.confidences, strict=True)
        if confidence
    ]
    try:
        if rows:
            log.keep(model_id, *(list(column) for column in zip(*rows, strict=True)))
    except OSError:
        logger.exception("The answers could not be added to the log")
