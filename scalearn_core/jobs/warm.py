"""What a page asks and only torch can answer: of a process kept warm, so that the studio itself loads no torch.

    python -m scalearn_core.jobs.warm levers RUN_ID       reads a question a line, writes an answer a line

It is no run: it writes nothing, and whoever asks waits. Its owner is known by a pipe, which the system closes
however the owner ends; the process then leaves, as it does when nobody has asked for `IDLE_SECONDS`. One that
has gone, or was ended from outside, is started anew by the next question.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

from scalearn_core import runs
from scalearn_core.config import let_threads_sleep
from scalearn_core.errors import RunError, ScaLearnError
from scalearn_core.explain.lever_settings import Levers
from scalearn_core.prediction.predictor import Prediction, Predictor
from scalearn_core.prediction.ready_model import read_ready
from scalearn_core.records.explanation import Explanation
from scalearn_core.records.levers import LeverLook
from scalearn_core.records.watch import WatchReport
from scalearn_core.runs.launch import PROJECT_ROOT, environment
from scalearn_core.storage.codec import from_json, to_json

IDLE_SECONDS = 30 * 60
Answer = Callable[[Any], Any]

logger = logging.getLogger(__name__)


class WarmBoard:
    """The lever board of a trained model in a process of its own; any number of threads may ask it."""

    def __init__(self, run_id: str) -> None:
        """Open it. Raises as `jobs.levers.open_board`, and RunError: `run.not_started`, `run.interrupted`."""
        self._worker = _Worker("levers", run_id)
        self.documents: int = self._worker.ask(None)
        """How many are watched."""

    def look(self, levers: Levers) -> LeverLook:
        """What the watched documents get with these levers. Raises as above."""
        return from_json(LeverLook, self._worker.ask(levers.to_dict()))

    def close(self) -> None:
        """End the process; the next question starts it anew."""
        self._worker.close()


class WarmPredictor:
    """A trained model that only torch can run, likewise: its encoder is not the studio's, or it is older."""

    def __init__(self, run_id: str) -> None:
        """Load it. Raises as `Predictor.load`, and as above."""
        self._worker = _Worker("predict", run_id)
        self._worker.ask([])

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction per text, in order. Raises as above."""
        return [from_json(Prediction, each) for each in self._worker.ask(list(texts))]

    def close(self) -> None:
        """End the process; the next question starts it anew."""
        self._worker.close()


class WarmExplainer:
    """Why a text gets its category, of a trained model with the documents it learned from."""

    def __init__(self, run_id: str) -> None:
        self._worker = _Worker("explain", run_id)

    def explain(self, text: str, *, nearest: bool) -> Explanation:
        """Of one text that is not blank; with the `nearest` documents, which are read at the first such question.

        Raises as `Predictor.load` and `load_dataset`, and as above.
        """
        return from_json(Explanation, self._worker.ask({"text": text, "nearest": nearest}))

    def close(self) -> None:
        """End the process; the next question starts it anew."""
        self._worker.close()


class WarmWatch:
    """The kept answers of a trained model, compared with their texts, which takes its encoder."""

    def __init__(self, run_id: str) -> None:
        self._worker = _Worker("watch", run_id)

    def watch(self, model_id: str) -> WatchReport:
        """As `watch.figures.watch`. Raises as `ScaLearnModel.load`, and as above."""
        return from_json(WatchReport, self._worker.ask(model_id))

    def close(self) -> None:
        """End the process; the next question starts it anew."""
        self._worker.close()


def open_predictor(run_id: str) -> Predictor | WarmPredictor:
    """The trained model of a run, ready to classify: in this process where that takes no torch."""
    ready = read_ready(runs.folder(run_id) / "model", "auto")
    return WarmPredictor(run_id) if ready is None else Predictor(ready[0], engine=ready[1])


def close(predictor: Predictor | WarmPredictor) -> None:
    """Let go of what `open_predictor` opened."""
    if isinstance(predictor, WarmPredictor):
        predictor.close()


class _Worker:
    """The process, started when something is asked, and what is asked of it in turn."""

    def __init__(self, what: str, run_id: str) -> None:
        self._arguments = (what, run_id)
        self._process: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()

    def ask(self, question: Any) -> Any:
        """The answer. A process that has gone meanwhile is started once more."""
        with self._asking:
            for _ in range(2):
                process = self._process = self._process or self._start()
                try:
                    process.stdin.write(json.dumps(question).encode() + b"\n")  # type: ignore[union-attr]
                    process.stdin.flush()  # type: ignore[union-attr]
                    line = process.stdout.readline()  # type: ignore[union-attr]
                except OSError:
                    line = b""
                if line:
                    return _answer_in(json.loads(line))
                self._end()
        raise RunError("run.interrupted")

    def close(self) -> None:
        with self._asking:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [sys.executable, "-X", "utf8", "-m", __name__, *self._arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT_ROOT, env=environment(),
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise RunError("run.not_started", detail=str(error)) from error

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()  # it has nothing to save
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def __del__(self) -> None:
        self._end()


def _answer_in(message: dict[str, Any]) -> Any:
    if "error" in message:
        passed_on: type[ScaLearnError] = RunError  # the process raised it, where its code is written out
        raise passed_on(message["error"], **message["values"])
    return message["answer"]


def main(what: str, run_id: str) -> None:
    """Answer until nobody asks any more."""
    let_threads_sleep()
    answers, questions = os.fdopen(os.dup(1), "wb"), sys.stdin.buffer
    os.dup2(2, 1)  # whatever else is printed is no answer
    kinds = {"levers": _levers, "predict": _predict, "explain": _explain, "watch": _watch}
    answer: Answer | None = None
    while question := _next(questions):
        try:
            answer = answer or kinds[what](run_id)
            message = {"answer": answer(json.loads(question))}
        except ScaLearnError as error:
            message = {"error": error.code, "values": error.values}
        except Exception as error:  # the edge of the process, as in `runs/worker.py`
            logger.exception("A question could not be answered")
            values = {"type": type(error).__name__, "message": str(error)[:500]}
            message = {"error": "run.failed", "values": values}
        answers.write(json.dumps(message, default=str).encode() + b"\n")
        answers.flush()


def _next(questions: IO[bytes]) -> bytes:
    """The next question; nothing when the owner has gone, or has asked nothing for long."""
    ready, _, _ = select.select([questions], [], [], IDLE_SECONDS)
    return questions.readline() if ready else b""


def _levers(run_id: str) -> Answer:
    from scalearn_core.jobs.levers import open_board

    board = open_board(run_id)

    def answer(question: Any) -> Any:
        return len(board.split) if question is None else to_json(board.look(Levers.from_dict(question)))

    return answer


def _predict(run_id: str) -> Answer:
    predictor = Predictor.load(runs.folder(run_id) / "model")
    return lambda texts: to_json(predictor.predict(texts))


def _explain(run_id: str) -> Answer:
    from scalearn_core.explain.document import explain_document
    from scalearn_core.explain.neighbours import Known, know
    from scalearn_core.review.trained_on import learned_by

    predictor = Predictor.load(runs.folder(run_id) / "model", whole=True)
    model: Any = predictor.model
    learned_from: list[Known] = []

    def answer(question: Any) -> Any:
        if question["nearest"] and not learned_from:
            documents = learned_by(runs.get(run_id))
            columns = ([getattr(each, name) for each in documents] for name in ("row", "text", "label"))
            learned_from.append(know(model, *columns))
        known = learned_from[0] if question["nearest"] else None
        found = explain_document(model, question["text"], probabilities=predictor.predict_proba, known=known)
        return to_json(found)

    return answer


def _watch(run_id: str) -> Answer:
    from scalearn_core.watch.embedding import plain_embeddings
    from scalearn_core.watch.figures import watch

    folder = runs.folder(run_id)
    embed = plain_embeddings(folder / "model")
    return lambda model_id: to_json(watch(model_id, folder, embed))


if __name__ == "__main__":
    main(*sys.argv[1:])
