"""How often a dataset's test documents were used: choosing by a score often enough finds a flattering one.

`datasets/<id>/looks.jsonl` has a line for each run that scored a model on them.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from scalearn_core.errors import DataError
from scalearn_core.workspace.datasets import dataset_folder

FILE = "looks.jsonl"
What = Literal["training", "study", "evaluation"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TestSetUse:
    """A model was scored on the test documents."""

    run: str
    """Id of the run that did it; the run may be gone."""

    time: str
    """ISO 8601, UTC."""

    what: What


def note_test_set_use(dataset_id: str, run: str, what: What) -> None:
    """Record a use. A missing dataset, or a disk that cannot be written, is logged and raises nothing.

    The line is one write at the end of the file, so that two processes never mix theirs.
    """
    look = TestSetUse(run, datetime.now(UTC).isoformat(timespec="seconds"), what)
    line = json.dumps(asdict(look)).encode() + b"\n"
    try:
        descriptor = os.open(dataset_folder(dataset_id) / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except (OSError, DataError) as error:
        logger.warning("A look at the test documents of dataset %s was not counted: %s", dataset_id, error)


def uses_in(folder: Path) -> list[TestSetUse]:
    """All uses of the dataset in this folder, oldest first; none where there is no such folder.

    A run that was resumed after it had noted its use has used them once.
    A line that is no look, such as one cut off by a full disk, is left out and logged.
    """
    try:
        lines = (folder / FILE).read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        logger.warning("The looks in %s cannot be read: %s", folder, error)
        return []
    uses: dict[tuple[str, What], TestSetUse] = {}
    for line in lines:
        try:
            use = TestSetUse(**json.loads(line))
            uses.setdefault((use.run, use.what), use)
        except (ValueError, TypeError):
            logger.warning("A damaged line in %s is left out.", folder / FILE)
    return [*uses.values()]


def uses_of(dataset_id: str) -> list[TestSetUse]:
    """All uses of a dataset of the workspace, oldest first; none where it is missing."""
    try:
        return uses_in(dataset_folder(dataset_id))
    except DataError:
        return []
