"""The log of a model's answers as piles to review: each takes the texts that no earlier one has."""

from __future__ import annotations

from scalearn_core import runs
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.review import store
from scalearn_core.runs import Run
from scalearn_core.watch import log


def waiting(model_id: str) -> list[log.Answer]:
    """Answers with a text that is in no pile yet, each text once, with its last answer, oldest first."""
    there = {
        document.text
        for info in store.piles()
        if info.from_log == model_id
        for document in store.documents_of(info.id)
    }
    last = {each.text: each for each in log.answers(model_id) if each.text and each.text.strip()}
    return [answer for text, answer in last.items() if text not in there]


def pile_of_log(run: Run, model_id: str) -> str:
    """A pile of the answers that wait. It is not added to, so that a draw from it is a fair one.

    Args:
        run: the training that made the model.

    Raises:
        DataError: as `store.create_pile`.
    """
    record = read_training(runs.folder(run.id))
    separator = record.dataset.separator
    documents = [
        PileDocument(number, answer.text or "", (separator or "").join(answer.labels), answer.confidence)
        for number, answer in enumerate(waiting(model_id), 1)
    ]

    def info_of(pile_id: str) -> PileInfo:
        return PileInfo(
            id=pile_id,
            name=run.title,
            created=store.now(),
            encoder=record.encoder.key or "",
            separator=separator,
            documents=len(documents),
            text_column="text",
            label_column="category",
            model_run=run.id,
            from_log=model_id,
        )

    return store.create_pile(info_of, documents, [Category(name, "") for name in record.dataset.labels])
