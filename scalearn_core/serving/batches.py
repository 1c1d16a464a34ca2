"""One thread computes; what waits meanwhile is computed together, so many clients cost little more than one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from scalearn_core.prediction.predictor import Prediction
from scalearn_core.serving.live import Live, Served

MOST_TOGETHER = 64
"""Texts of several requests that are computed at once; one larger request is computed alone."""
MOST_WAITING = 2048
"""Texts that may wait; beyond, a request is asked to come again."""

Answers = tuple[Served, list[Prediction]]


class Busy(Exception):
    """Too much waits already."""


@dataclass(eq=False)
class _Asked:
    texts: Sequence[str]
    answered: Future[Answers] = field(default_factory=Future)


class Batches:
    """The queue before a model."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.waiting = 0
        self._asked: deque[_Asked] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, daemon=True, name="answers")
        self._thread.start()

    def ask(self, texts: Sequence[str]) -> Future[Answers]:
        """One prediction per text, by one version. Raises Busy."""
        with self._changed:
            if self._closed or self.waiting + len(texts) > MOST_WAITING:
                raise Busy
            asked = _Asked(texts)
            self._asked.append(asked)
            self.waiting += len(texts)
            self._changed.notify()
        return asked.answered

    def close(self) -> None:
        """Answer what waits, then end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next():
            served = self.live.served  # the same for the whole batch
            try:
                predictions = served.predictor.predict([text for asked in batch for text in asked.texts])
            except Exception as error:  # told to each who asked; the thread must live
                for asked in batch:
                    asked.answered.set_exception(error)
                continue
            start = 0
            for asked in batch:
                asked.answered.set_result((served, predictions[start : start + len(asked.texts)]))
                start += len(asked.texts)

    def _next(self) -> list[_Asked]:
        """What waits, up to `MOST_TOGETHER` texts; empty at the end."""
        with self._changed:
            while not self._asked and not self._closed:
                self._changed.wait()
            batch: list[_Asked] = []
            texts = 0
            while self._asked and (not batch or texts + len(self._asked[0].texts) <= MOST_TOGETHER):
                batch.append(self._asked.popleft())
                texts += len(batch[-1].texts)
            self.waiting -= texts
            return batch
