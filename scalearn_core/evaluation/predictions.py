"""What a model said of documents with known labels, as a table for people."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.data.dataset import Split
from scalearn_core.targets import are_several, confidence_in, decide


def prediction_table(split: Split, probabilities: NDArray[np.float32]) -> pd.DataFrame:
    """Columns row, text, label, predicted, confidence (`targets.confidence_in`), in file order.

    Args:
        probabilities: `[documents, labels]`.
    """
    several = are_several(split.targets)
    return pd.DataFrame(
        {
            "row": split.rows,
            "text": split.texts,
            "label": split.names(),
            "predicted": split.names(decide(probabilities, several=several)),
            "confidence": confidence_in(probabilities, several=several).round(4),
        }
    )
