"""A model's predictions for documents with known labels, as a table for people."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.label_cells import NONE
from scalearn_core.data.split import Split
from scalearn_core.targets import Targets, are_multi_label, confidence_in


def prediction_table(split: Split, probabilities: NDArray[np.float32], given: Targets) -> pd.DataFrame:
    """Columns row, text, label, predicted, confidence (`targets.confidence_in`), in file order.

    None of the labels is `[]`, so that reading the table again does not take it for a blank.

    Args:
        probabilities: `[documents, labels]`.
        given: what the model made of them (`targets.py`).
    """
    multi_label = are_multi_label(split.targets)
    return pd.DataFrame(
        {
            "row": split.rows,
            "text": split.texts,
            "label": [name or NONE for name in split.names()],
            "predicted": [name or NONE for name in split.names(given)],
            "confidence": confidence_in(probabilities, multi_label=multi_label, given=given).round(4),
        }
    )
