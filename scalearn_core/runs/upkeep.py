"""A live run's care for its own records: they are written again if somebody removed them meanwhile."""

from __future__ import annotations

from pathlib import Path

from scalearn_core.runs.folders import CONFIG, run_folder, write_json
from scalearn_core.runs.kinds import lane_of_run
from scalearn_core.runs.records import Run
from scalearn_core.runs.store import Store


def look(store: Store, run_id: str, known: Run | None) -> Run | None:
    """The run's row as it is now, for its own process; None if it was deleted: neither row nor folder is left.

    Args:
        store: Where the row is.
        run_id: The run.
        known: The row as it was when it was last seen; from this it is made again.

    Raises:
        RunError: as `Store`.
        OSError: the folder cannot be made.
    """
    run, folder = store.run(run_id), run_folder(run_id)
    if run is None:
        if known is None or not folder.is_dir():
            return None
        store.restore(known, lane=lane_of_run(known.id, known.kind, known.config))
        return known
    if run.active and not (folder / CONFIG).is_file():
        write_config(folder, run)
    return run


def write_config(folder: Path, run: Run) -> None:
    """Write the run's settings into its folder; missing parents are made. Raises OSError."""
    names = ("id", "kind", "title", "created_at", "config", "owner", "repeats")
    write_json(folder / CONFIG, {name: getattr(run, name) for name in names})
