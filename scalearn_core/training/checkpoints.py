"""Where a training goes on after its process was killed: the numbers of each loop, kept in the run's folder.

A training consists of a few loops, the same ones in the same order each time; all between them follows from them
and is computed again. The n-th loop keeps one file: its parameters, the optimizer, the schedule, the generators,
the token budget, and how many steps are done, which is also the place in the data, as batches are drawn by a seed.
A loop that was done is not done again. So a resumed training ends with the same bytes as an undisturbed one.

What was kept by other versions, or for other settings, is not used: the training then starts from its beginning.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save

from scalearn_core.encoders.batching import TokenBudget
from scalearn_core.runs.manifest import versions
from scalearn_core.runs.reporter import Cancelled
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import write_atomically

SECONDS = 30.0
"""So often a loop is kept, unless `SCALEARN_CHECKPOINT_SECONDS` says otherwise."""
DEARER = 20
"""And no more often than this many times of what the last keeping took."""

logger = logging.getLogger(__name__)


class Checkpoints:
    """The loops of one training. Made by `kept_in`."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder, self.identity = folder, identity
        self.seconds = float(os.environ.get("SCALEARN_CHECKPOINT_SECONDS", SECONDS))
        self.loops = 0
        self.current: Loop | None = None


_current: ContextVar[Checkpoints | None] = ContextVar("checkpoints", default=None)


@contextmanager
def kept_in(folder: Path, settings: Mapping[str, Any]) -> Iterator[None]:
    """Keep every loop of the block in a folder, and go on from what an earlier process kept there.

    Args:
        folder: Made when the first loop is kept.
        settings: What the training was asked, as JSON; with the versions, they say what may go on from what.
    """
    known = {"settings": settings, "versions": versions(), "threads": torch.get_num_threads()}
    checkpoints = Checkpoints(folder, hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest())
    token = _current.set(checkpoints)
    try:
        yield
    except Cancelled:  # between two steps, so all numbers belong together
        if checkpoints.current is not None:
            checkpoints.current.keep()
        raise
    finally:
        _current.reset(token)


class Loop:
    """One loop: what it goes on from, and where it keeps what it did. Outside of `kept_in` it keeps nothing.

    Args:
        trainable: All numbers that learn, by name; changed in place where the loop goes on.
        optimizer, schedule, budget: Those of the loop; changed in the same way. The generators of torch are too.
    """

    def __init__(
        self,
        trainable: Mapping[str, torch.Tensor],
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
        budget: TokenBudget,
    ) -> None:
        self.step = 0
        """Steps that are done."""
        self.finished = False
        self.notes: dict[str, Any] = {}
        """What the loop said of itself when it was kept (JSON)."""
        self.extra: dict[str, torch.Tensor] = {}
        """And further numbers."""
        self._parts = trainable, optimizer, schedule, budget
        self._generators: dict[str, torch.Tensor] = {}
        self._checkpoints, self._kept, self._cost = _current.get(), time.monotonic(), 0.0
        if self._checkpoints is not None:
            self._path = self._checkpoints.folder / f"loop-{self._checkpoints.loops}.safetensors"
            self._checkpoints.loops += 1
            self._checkpoints.current = self
            self._go_on()

    def done(self, step: int, notes: dict[str, Any], extra: Mapping[str, torch.Tensor] | None = None) -> None:
        """A step is done; it is kept where it is time to."""
        self.step, self.notes, self.extra = step, notes, dict(extra or {})
        if self._checkpoints is None:
            return
        self._generators = _generators()  # now: who stops the loop leaves its generators too
        if time.monotonic() - self._kept >= max(self._checkpoints.seconds, DEARER * self._cost):
            self.keep()

    def finish(self, notes: dict[str, Any]) -> None:
        """The loop is done, its parameters are as they stay."""
        self.notes, self.extra, self.finished = notes, {}, True
        if self._checkpoints is not None:
            self._checkpoints.current = None
            self.keep()

    def keep(self) -> None:
        """Write everything, moved into place whole; where that fails, the work goes on without."""
        if not (self.step or self.finished):
            return
        began = time.monotonic()
        try:
            write_atomically(self._path, self._packed())
        except OSError as problem:
            logger.warning("The training goes on, but was not kept: %s", problem)
        self._kept = time.monotonic()
        self._cost = self._kept - began

    def _packed(self) -> bytes:
        assert self._checkpoints is not None
        trainable, optimizer, schedule, budget = self._parts
        state = optimizer.state_dict()
        tensors = {f"parameter.{name}": tensor.detach() for name, tensor in trainable.items()}
        tensors |= {f"extra.{name}": tensor for name, tensor in self.extra.items()}
        if not self.finished:
            tensors |= {
                f"optimizer.{number}.{name}": value
                for number, values in state["state"].items()
                for name, value in values.items()
            }
            tensors |= self._generators
        told = {
            "step": self.step, "finished": self.finished, "notes": self.notes, "budget": budget.tokens,
            "groups": state["param_groups"], "schedule": schedule.state_dict(),
        }  # fmt: skip
        metadata = {"identity": self._checkpoints.identity, "loop": json.dumps(told)}
        return save({name: tensor.cpu().contiguous().clone() for name, tensor in tensors.items()}, metadata)

    def _go_on(self) -> None:
        """Take up what was kept; nothing is changed where there is nothing, or nothing that fits."""
        if not self._path.exists():
            return
        assert self._checkpoints is not None
        try:
            with safe_open(self._path, "pt") as file:
                metadata = file.metadata()
                if metadata["identity"] != self._checkpoints.identity:
                    logger.warning(
                        "What was kept belongs to other versions or settings: it starts from the beginning."
                    )
                    return
                told = json.loads(metadata["loop"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            self._take_up(told, tensors)
        except DAMAGED_FILE as error:
            logger.warning("What was kept cannot be used (%s): it starts from the beginning.", reason(error))

    def _take_up(self, told: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        trainable, optimizer, schedule, budget = self._parts
        kept = {name: tensors[f"parameter.{name}"] for name in trainable}
        if any(kept[name].shape != tensor.shape for name, tensor in trainable.items()):
            raise ValueError("it is of another shape")
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name in tensors:
            if name.startswith("optimizer."):
                _, number, key = name.split(".", 2)
                state.setdefault(int(number), {})[key] = tensors[name]
        groups = [group | {"betas": tuple(group["betas"])} for group in told["groups"]]
        with torch.no_grad():
            for name, tensor in trainable.items():
                tensor.copy_(kept[name])
        if not told["finished"]:
            optimizer.load_state_dict({"state": state, "param_groups": groups})
            schedule.load_state_dict(told["schedule"])
            torch.set_rng_state(tensors["generator.cpu"])
            if torch.cuda.is_available():
                torch.cuda.set_rng_state_all(
                    [tensors[f"generator.cuda{n}"] for n in range(torch.cuda.device_count())]
                )
        budget.tokens = told["budget"]
        self.step, self.finished, self.notes = told["step"], told["finished"], told["notes"]
        self.extra = {
            name.removeprefix("extra."): each for name, each in tensors.items() if name.startswith("extra.")
        }
        logger.warning("Goes on after step %d of what was kept.", self.step)


def _generators() -> dict[str, torch.Tensor]:
    """States of torch's generators."""
    states = {"generator.cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states |= {f"generator.cuda{n}": each for n, each in enumerate(torch.cuda.get_rng_state_all())}
    return states
