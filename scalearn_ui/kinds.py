"""The kinds of run on the pages: what each is called, where its outcome is read, and where it is started."""

from __future__ import annotations

from dataclasses import dataclass

from scalearn_core.runs import Run
from scalearn_ui import text
from scalearn_ui.text import Markdown, plain, t


@dataclass(frozen=True)
class WayOn:
    """Where a run of one kind leads once it has ended."""

    page: str
    """Where its outcome is read, if it succeeded."""
    action: str
    """What the button there says: the rest of a key."""
    icon: str
    start: str
    """Where another of its kind is started."""
    parameter: str | None = None
    """Name in the link of that page, if what is shown there hangs on one."""
    of: str | None = None
    """Name in the run's config of what the link (else the session) points to; None for the run itself."""


WAYS_ON = {
    "train": WayOn("results", "results", ":material/verified:", "train", "run"),
    "evaluate": WayOn("results", "results", ":material/verified:", "results", "run", "model_run"),
    "study": WayOn("results", "results", ":material/verified:", "results", "run", "model_run"),
    "forecast": WayOn("train", "to_training", ":material/model_training:", "train", of="dataset"),
    "check": WayOn("data", "to_data", ":material/table_view:", "data", of="dataset"),
    "pile": WayOn("label", "to_label", ":material/new_label:", "label", "pile", "pile"),
    "predict": WayOn("classify", "predictions", ":material/label:", "classify", "batch"),
}
"""By kind of run. Kinds that are missing, as one of another version, lead nowhere."""


def called(kind: str) -> Markdown:
    """What a kind of run is called; one we do not know by its own name."""
    key = f"kind.{kind}"
    return t(f"kind.{kind}") if key in text.sentences(text.language()) else plain(kind)


def target(run: Run) -> str | None:
    """What its way on points to: the run itself, or what its config names; None where that is missing."""
    way = WAYS_ON[run.kind]
    value = run.id if way.of is None else run.config.get(way.of)
    return value if isinstance(value, str) else None
