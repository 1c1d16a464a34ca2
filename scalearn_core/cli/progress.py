"""How far the work is, on stderr: one line that changes on a terminal, else one line per epoch."""

from __future__ import annotations

import sys
from types import TracebackType

STAGES = {
    "loading": "Loading encoder and sources",
    "embedding": "Plain classifier on the frozen encoder",
    "forecast": "Which sources are likely to help",
    "own_adapter": "Adapter on your documents",
    "training": "Scales, task adapter and classifier",
    "without_sources": "The same training without sources",
    "unlabelled": "Documents without label",
    "baselines": "Methods to compare with",
    "evaluation": "Scores on the test documents",
    "study": "Studying the model",
    "sweep": "Trainings",
    "testing": "Testing",
    "adapter": "Adapter",
    "predicting": "Classifying",
    "reading": "Reading the documents",
    "updating": "Learning from the corrections",
}


FIRST_SCORES = {
    "frozen_head": "First score, plain classifier: macro-F1 {macro_f1:.1f} on the test documents",
    "scalearn": "First score of the model: macro-F1 {macro_f1:.1f}; its interval and the verdict follow",
}


class Progress:
    """Use as a context manager, so that what follows starts on a line of its own.

    Args:
        own_adapter: whether an adapter learns in stage "training".
    """

    def __init__(self, *, own_adapter: bool = True) -> None:
        self.words = STAGES if own_adapter else STAGES | {"training": "Scales and classifier"}
        self.live = sys.stderr.isatty()
        self.stage = ""
        self.epoch = 0
        self.line = ""
        self.shown = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()

    def on_stage(self, stage: str, subject: str = "") -> None:
        """A stage begins: a key of `STAGES`, and what it is about where there are several."""
        words = self.words[stage] + (f" {subject}" if subject else "")
        if words == self.stage:
            return
        self._end_line()
        self.stage, self.epoch = words, 0
        self._set(words)
        if not self.live:
            self._end_line()

    def on_step(self, step: int, metrics: dict[str, float]) -> None:
        """See `training.loop.OnStep`. An epoch's last word is what its validation gave."""
        if "part" in metrics:
            self.on_stage("unlabelled", _PARTS[int(metrics["part"])])
        epoch = int(metrics["epoch"])
        if epoch == 0:
            self.on_share(metrics["fraction"])
            return
        if epoch != self.epoch and not self.live:
            self._end_line()
        self.epoch = epoch
        loss = [f"{key.replace('_', ' ')} {metrics[key]:.3f}" for key in _LOSSES if key in metrics][:1]
        self._set(f"{self.stage}: " + ", ".join([f"epoch {epoch}", *loss, f"{metrics['fraction']:.0%}"]))

    def on_score(self, method: str, macro_f1: float) -> None:
        """See `evidence.pipeline.OnScore`; a line of its own, which stays."""
        self._end_line()
        self._set(FIRST_SCORES[method].format(macro_f1=100 * macro_f1))
        self._end_line()

    def on_share(self, share: float) -> None:
        """How much of a stage without epochs is done, from 0 to 1."""
        self._set(f"{self.stage}: {share:.0%}")

    def _set(self, line: str) -> None:
        self.line = line
        if self.live:
            print(f"\r{line:<{self.shown}}", end="", file=sys.stderr, flush=True)
            self.shown = len(line)

    def _end_line(self) -> None:
        if self.line:
            print("" if self.live else self.line, file=sys.stderr, flush=True)
        self.line, self.shown = "", 0


_PARTS = {1: "(1 of 2: model)", 2: "(2 of 2: without sources)"}
"""What learns, one after the other, where documents without label join (`training/unlabelled.py`)."""
_LOSSES = ("validation_loss", "loss")
