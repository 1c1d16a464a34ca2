"""A gentle update as a run: a reviewed pile moves the model that classified it; what is in use stays in use."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scalearn_core import runs
from scalearn_core.data.near_duplicates import as_seen
from scalearn_core.data.parts import Part
from scalearn_core.errors import DataError
from scalearn_core.evaluation.predictions import prediction_table
from scalearn_core.evidence.documents import LEARNED, Document, documents_of
from scalearn_core.evidence.familiar import keep_familiar
from scalearn_core.evidence.pipeline import Outcome
from scalearn_core.evidence.result import measure
from scalearn_core.evidence.trained import TrainedModel, load_trained
from scalearn_core.evidence.when import made_now
from scalearn_core.jobs.levers import dataset_of, others_on
from scalearn_core.onnx_graph.fast_mode import measure_fast_mode
from scalearn_core.records.studies import Studies
from scalearn_core.records.training import FORMAT
from scalearn_core.review import store
from scalearn_core.review.standing import standing
from scalearn_core.review.update import first_guard, update_model
from scalearn_core.review.words import FILE
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import to_json
from scalearn_core.workspace.datasets import load_dataset
from scalearn_core.workspace.test_set_use import note_test_set_use

FAIREST = 0.5
"""Where the update ends on the progress bar and the measuring begins."""


def run(config: dict[str, Any], folder: Path, report: runs.Reporter) -> None:
    """Update the model of `config["from_run"]` by the labels of `config["update"]["pile"]`.

    Raises:
        DataError: `review.refused`, where the guard would lose too much; `review.no_guard`, `data.unknown_labels`.
    """
    started = time.monotonic()
    report.stage("loading", 0.0)
    from_run = config["from_run"]
    evidence, corrections = runs.folder(from_run), corrections_of(config["update"]["pile"])
    trained = load_trained(evidence, evidence / "model", load_dataset(dataset_of(from_run)), "cpu")
    report.stage("updating", 0.1)
    known = documents_of(trained.dataset)
    record = update_model(
        trained.model, corrections, known,
        guard_first=first_guard(evidence), on_progress=lambda share: report.progress(0.1 + 0.4 * share),
    )  # fmt: skip
    write_json(folder / FILE, to_json(record))
    if not record.accepted:
        before, after = (round(100 * value, 1) for value in (record.guard_before, record.guard_after))
        raise DataError("review.refused", before=before, after=after, limit=round(100 * record.limit))
    report.stage("evaluation", FAIREST)
    outcome = _outcome(_without_corrected(trained, corrections), evidence)
    outcome.learned_from = [*outcome.learned_from, *(each.text for each in corrections)]
    seconds = outcome.result.seconds | {"total": round(time.monotonic() - started, 2)}
    outcome.result = replace(outcome.result, seconds=seconds, run_id=folder.name)
    outcome.save(folder / "model", evidence=folder)
    note_test_set_use(dataset_of(from_run), folder.name, "training")


def corrections_of(pile_id: str) -> list[Document]:
    """What people said of a pile, each document by its last answer.

    Raises:
        DataError: `review.nothing_said`.
    """
    info, documents = store.pile_info(pile_id), store.documents_of(pile_id)
    labelled = standing(store.entries(pile_id)).labelled
    if not labelled:
        raise DataError("review.nothing_said", name=info.name)
    return [
        Document(documents[place].row, documents[place].text, (info.separator or "").join(entry.labels), LEARNED)
        for place, entry in sorted(labelled.items())
    ]


def _without_corrected(trained: TrainedModel, corrections: list[Document]) -> TrainedModel:
    """A document that was learned from tests no more."""
    corrected = {as_seen(each.text) for each in corrections}
    texts = trained.dataset.frame["text"].tolist()
    assert trained.dataset.parts is not None
    parts = trained.dataset.parts.copy()
    parts[np.array([as_seen(text) in corrected for text in texts]) & (parts == Part.TEST)] = Part.KEPT_OUT
    return TrainedModel(trained.model, replace(trained.dataset, parts=parts), trained.result, trained.frozen_head)


def _outcome(trained: TrainedModel, evidence: Path) -> Outcome:
    """The updated model, scored anew on the test documents."""
    model, test, before, documents = trained.model, trained.test, trained.result, trained.documents
    probabilities = model.predict_proba_of(documents.test.tokens)
    predicted = others_on(test, evidence) | {"scalearn": model.decide(probabilities)}
    model.fast_mode = measure_fast_mode(model, documents.train.tokens, documents.test.tokens, test.targets)
    keep_familiar(model, documents, before.seed)
    control = before.comparison_control.against if before.comparison_control else None
    measured = measure(
        model, documents, probabilities, predicted, control=control or "frozen_head",
        promised=bool(before.start and before.start.promised), recipe=before.recipe, seed=before.seed,
    )  # fmt: skip
    counts = replace(before.dataset.counts, test=len(test))
    result = replace(
        before, format=FORMAT, **vars(measured), created=made_now(), studies=Studies(),
        dataset=replace(before.dataset, counts=counts),
    )  # fmt: skip
    table = prediction_table(test, probabilities, predicted["scalearn"])
    learned_from = [*trained.train.texts, *trained.validation.texts]
    return Outcome(
        model, result, table, probabilities, test.targets, predicted, trained.frozen_head, learned_from
    )  # fmt: skip
