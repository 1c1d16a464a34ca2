"""Everything a report is made from, read from where a training left it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scalearn_core.data.label_cells import NONE
from scalearn_core.errors import ModelError, RunError
from scalearn_core.evaluation.costs import ExpectedCosts, expected_costs, same_cost
from scalearn_core.evaluation.stored_probabilities import load_test_probabilities
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.records.training import TrainingRecord
from scalearn_core.report.decision import Decision, decide
from scalearn_core.report.story import Example
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.tables.export import as_typed
from scalearn_core.workspace.price import Price

EXAMPLES = 2


@dataclass(frozen=True, eq=False)
class Material:
    """One model's evidence."""

    record: TrainingRecord
    examples: tuple[Example, ...]
    """Test documents it got wrong, those it was surest of first."""
    wrong: int
    """Of the test documents."""
    price: Price | None
    costs: ExpectedCosts | None
    """Per 1,000 documents; None where nobody said what they cost, or the probabilities were not kept."""
    decision: Decision
    audit_head: str | None
    """Of the audit trail, when the report was made."""


def gather(
    evidence: Path, *, price: Price | None, audit_head: str | None = None, examples: bool = True
) -> Material:
    """Read what lies beside a model in the folder `evidence`.

    Args:
        price: what a document costs today.
        audit_head: to be printed, so that it is kept outside the workspace.
        examples: whether documents may be quoted.

    Raises:
        ModelError: no evidence there, or damaged.
        RunError: `run.result_newer`.
    """
    if not (evidence / FILE).is_file():
        raise ModelError("report.no_evidence", folder=evidence)
    try:
        record = read_training(evidence)
        wrong = _wrong(evidence / "test_predictions.csv")
    except RunError:
        raise
    except DAMAGED_FILE as error:
        raise ModelError("model.damaged", folder=evidence, reason=reason(error)) from error
    return Material(
        record=record,
        examples=tuple(wrong[:EXAMPLES]) if examples else (),
        wrong=len(wrong),
        price=price,
        costs=None if price is None else costs_of(evidence, record, price),
        decision=decide(record),
        audit_head=audit_head,
    )


def costs_of(evidence: Path, record: TrainingRecord, price: Price) -> ExpectedCosts | None:
    """What 1,000 documents cost with and without the model; None where its probabilities were not kept.

    Raises ModelError: they are damaged.
    """
    tested = load_test_probabilities(evidence)
    if tested is None:
        return None
    costs = same_cost(price.mistake, len(record.dataset.labels), multi_label=record.dataset.multi_label)
    return expected_costs(
        tested.targets,
        tested.probabilities,
        costs,
        price.document,
        seed=record.seed,
        given=tested.predicted["scalearn"],
    )


def _wrong(file: Path) -> list[Example]:
    """Test documents with another answer than their label, those the model was surest of first."""
    table = pd.read_csv(
        file, dtype={"text": str, "label": str, "predicted": str}, keep_default_na=False, encoding="utf-8-sig"
    )
    table[["label", "predicted"]] = table[["label", "predicted"]].replace(NONE, "")
    wrong = table[table["label"] != table["predicted"]].sort_values(
        ["confidence", "row"], ascending=[False, True], kind="stable"
    )
    return [
        Example(*map(as_typed, cells))
        for cells in wrong[["text", "label", "predicted"]].itertuples(index=False, name=None)
    ]
