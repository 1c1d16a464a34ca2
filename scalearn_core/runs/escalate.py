"""The helper of a cancel: `python -m scalearn_core.runs.escalate RUN_ID`.

Gives the run a grace to save and leave, then ends its process group. A process of its own, so
that the click on "cancel" returns at once and the stop comes even if the studio is closed.
"""

from __future__ import annotations

import sys

from scalearn_core.runs.control import get
from scalearn_core.runs.launch import LocalLauncher, wait_for_end

_GRACE_SECONDS = 3.0


def main(run_id: str) -> None:
    """Wait, then stop what still works, and close its row."""
    launcher, run = LocalLauncher(), get(run_id)
    wait_for_end(launcher, run_id, run.process, _GRACE_SECONDS)
    run = get(run_id)
    # A run that has ended may still hold its lock for a moment while Python leaves.
    if run.active and run.process is not None:
        launcher.stop(run_id, run.process)
        get(run_id)


if __name__ == "__main__":
    main(sys.argv[1])
