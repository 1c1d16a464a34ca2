"""Did reusing sources help? One answer per training that a meeting can rely on.

"Helped" needs three things, each on the same test documents and each said in the result:

- the model is better than the plain classifier (paired 95% interval above zero);
- it is better than the *control*, the same training with what the sources know taken away: without any source
  where an own adapter learns beside them, else with sources whose weights were shuffled. An own adapter, or many
  scales over random features, can beat the plain classifier too, and that is not the sources' doing;
- the forecast, made before training and without these documents, had promised a gain.

Two tests and a forecast must be wrong together before sources that know nothing are praised. Where the documents
are too few for an answer there is none (`helped` is None).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.report import FEW_DOCUMENTS

Code = Literal["helped", "not_by_sources", "not_promised", "no_control", "no_difference", "worse", "few_documents"]


@dataclass(frozen=True)
class Carrier:
    """A source, and what would be lost without it."""

    source: str
    lost: float
    """Points of macro-F1."""


@dataclass(frozen=True)
class Verdict:
    """The answer, and the figures it rests on."""

    helped: bool | None
    """None where the test documents are too few to tell, or no control was trained."""
    code: Code
    """Why: "helped"; "not_by_sources", better than the plain classifier but not than the control; "not_promised",
    better than both, but the forecast could not tell a gain from luck; "no_difference" or "worse" than the plain
    classifier; "few_documents"; "no_control", better than the plain classifier in a result from before controls
    were trained.
    """
    gain: float
    """Macro-F1 of the model minus that of the plain classifier, in points (0 to 100)."""
    interval: tuple[float, float]
    """95%, paired, in points."""
    against: str = "frozen_head"
    carried_by: tuple[Carrier, ...] = ()
    """Of the sources that do most, the greatest loss first; empty unless they helped."""


def judge(plain: Comparison, control: Comparison | None, *, promised: bool, documents: int) -> Verdict:
    """Weigh what is known of one training.

    Args:
        plain: the model against the plain classifier.
        control: the model against the control; None where none was trained.
        promised: whether the forecast found a source worth starting from.
        documents: test documents.
    """
    code: Code
    if documents < FEW_DOCUMENTS:
        code = "few_documents"
    elif plain.verdict != "better":
        code = plain.verdict
    elif control is None:
        code = "no_control"
    elif control.verdict != "better":
        code = "not_by_sources"
    else:
        code = "helped" if promised else "not_promised"
    helped = None if code in ("few_documents", "no_control") else code == "helped"
    low, high = (100 * bound for bound in (plain.low, plain.high))
    return Verdict(helped, code, 100 * plain.difference, (low, high))
