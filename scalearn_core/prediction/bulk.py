"""Many documents at once: equal ones computed once, and each only as far through the encoder as its answer needs.

See `cascade.py` for when a document leaves, and for the promise that its answer is that of the model as it was
trained. Documents are computed sorted by length, in groups of bounded memory, each batch by one thread: what a
document gets does not depend on the number of threads, and the same documents get the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from scalearn_core.devices import wanted_threads
from scalearn_core.encoders.batching import ordered_batches
from scalearn_core.onnx_graph.feeds import OUTPUT
from scalearn_core.onnx_graph.int8 import Ranges, quantise
from scalearn_core.onnx_graph.pieces import IDS, between, cuts, word_vectors
from scalearn_core.onnx_graph.session import BATCH_TOKENS, NO_WEIGHTS, opened
from scalearn_core.prediction.answers import Answers, Documents, Plan
from scalearn_core.prediction.cascade import Question, choose_level, learn_exit, mean_states, others
from scalearn_core.targets import same as equal

PARTS = 6
"""The layers are divided into so many parts, with an exit between two."""
FEWEST = 2_000
"""With fewer different documents all are computed by the model as it was trained."""
LEARNED_FROM, MOST_LEARNED_FROM = 600, 2_000
"""Documents the exits are learned from: a twentieth of all, between the two."""
CHECKED, MOST_CHECKED = 1_000, 3_000
"""Documents the promise is checked on, likewise."""
COMPARED = 128
"""Of the former, so many show the error of 8-bit products."""
CERTAIN = 6.0
"""From so many spreads of that error on, a margin of 8-bit products is taken for the model's own answer."""
GROUP_TOKENS = 32_768
"""Tokens whose states are kept at a time: 50 MB at width 384."""
SEED = 0

Rows = NDArray[np.int64]
States = NDArray[np.float32]


class _Piece:
    """A part of the graph, ready to run."""

    def __init__(self, graph: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> None:
        held = {tensor.name for tensor in graph.graph.initializer}
        self._weights = {name: numbers for name, numbers in weights.items() if name in held}
        self._session = opened(graph, weights=self._weights)
        self._names = [entry.name for entry in self._session.get_inputs()]

    def __call__(self, columns: dict[str, NDArray[np.generic]]) -> States:
        [result] = self._session.run(None, {name: columns[name] for name in self._names})
        return np.asarray(result)


class Bulk:
    """A model's graph, cut at its exits and ready to classify many documents."""

    def __init__(
        self, graph: onnx.ModelProto, ranges: Ranges | None, question: Question, *, labels: int, pad_id: int,
        weights: Mapping[str, np.ndarray] = NO_WEIGHTS, threads: int | None = None,
    ) -> None:  # fmt: skip
        """Takes a graph of `onnx_graph.graph.record` that reads documents of one window.

        Args:
            ranges: None: there are no 8-bit products.
            weights: those that the graph names without holding them (`onnx_graph/stored.py`).
            threads: by default the usable cores.
        """
        self.question, self.labels, self.pad_id = question, labels, pad_id
        self.threads = threads or wanted_threads()
        places = cuts(graph.graph, PARTS)
        self.words = word_vectors(graph.graph, weights)
        self.names = [*(places or [IDS]), OUTPUT]
        begins: list[str | None] = [*places] or [None]
        parts = [between(graph, begin, end) for begin, end in zip(begins, self.names[1:], strict=True)]
        whole = between(graph, begins[0], OUTPUT)
        self.embed = _Piece(between(graph, None, places[0]), weights) if places else None
        self.pieces = [
            _Piece(part if ranges is None else quantise(part, ranges, weights), weights) for part in parts
        ]
        self.whole = _Piece(whole, weights)
        self.approximate = ranges is not None

    def classify(
        self,
        documents: Documents,
        known: Answers | None = None,
        on_progress: Callable[[float, Answers], None] = lambda share, answers: None,
    ) -> Answers:
        """The answers to all documents, which differ from each other.

        Args:
            known: what an earlier call told `on_progress`; is not computed again, and filled in.
            on_progress: told the share that is done and what is known; raise in it to stop.
        """
        # Products of this size are no faster on several threads, which spin while they wait.
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(self.threads) as pool:
            return _Run(self, documents, pool, known, on_progress).answers()


class _Run:
    """One call of `Bulk.classify`."""

    def __init__(
        self, bulk: Bulk, documents: Documents, pool: ThreadPoolExecutor, known: Answers | None,
        on_progress: Callable[[float, Answers], None],
    ) -> None:  # fmt: skip
        self.bulk, self.documents, self.pool = bulk, documents, pool
        self.lengths = np.diff(documents.starts)
        count = len(documents)
        self.known = known or Answers(
            np.zeros((count, bulk.labels), dtype=np.float32), np.full(count, -1, dtype=np.int8)
        )
        self.on_progress = on_progress
        self.last = len(bulk.pieces)
        """The step at the end of the pieces; after it comes the model as it was trained."""

    def answers(self) -> Answers:
        if self.known.plan is None:
            self.known = replace(self.known, plan=self._plan() if len(self.documents) >= FEWEST else Plan())
            self._tell()
        plan = self.known.plan
        assert plan is not None
        order = np.argsort(self.lengths, kind="stable")
        for rows in self._groups(order[self.known.step[order] < 0]):
            try:
                self._by_model(rows if math.isinf(plan.level) else self._by_exits(rows, plan))
            except BaseException:  # begun again they are the same batches, and so the same bytes
                self.known.step[rows] = -1
                raise
            self._tell()
        return self.known

    def _plan(self) -> Plan:
        """Learn the exits from some documents and choose the level on others; all of them are answered then."""
        question, count = self.bulk.question, len(self.documents)
        drawn = np.random.default_rng(SEED).permutation(count)
        learned = min(max(count // 20, LEARNED_FROM), MOST_LEARNED_FROM)
        checked = min(max(count // 20, CHECKED), MOST_CHECKED)
        drawn = drawn[: learned + checked]
        states = self._states(drawn)
        eight = question.logits(self.known.probabilities[drawn])
        spread, sureness = 0.0, np.full(len(drawn), math.inf)
        if self.bulk.approximate:
            self._by_model(drawn[:COMPARED])
            true = question.logits(self.known.probabilities[drawn])
            spread = question.spread(eight[:COMPARED], true[:COMPARED])
            sureness = question.margin(eight, question.given(eight)) / spread
            self._by_model(drawn[COMPARED:][sureness[COMPARED:] < CERTAIN])
        true = question.logits(self.known.probabilities[drawn])
        given = question.given(true)
        exits = tuple(self.pool.map(lambda values: learn_exit(values[:learned], true[:learned], question), states))
        last = slice(learned, None)
        estimated = [exit.logits(values[last]) for exit, values in zip(exits, states, strict=True)]
        sure = [
            question.margin(z, question.given(z)) / exit.spread for exit, z in zip(exits, estimated, strict=True)
        ]
        same = [equal(question.given(z), given[last]) for z in (*estimated, eight[last])]
        steps = np.vstack([*sure, sureness[last]]), np.vstack(same)
        level = choose_level(*steps)
        return Plan(exits, spread, level, checked, checked - others(*steps, level))

    def _states(self, rows: Rows) -> list[States]:
        """All averaged states of documents, a step after the other; the answers are those of the pieces' end."""
        states: dict[int, States] = {}

        def keep(step: int, came: Rows, values: States) -> NDArray[np.bool_]:
            if step == self.last:
                self._answer(came, values, step)
            else:
                kept = states.setdefault(step, np.zeros((len(self.documents), values.shape[1]), dtype=np.float32))
                kept[came] = values
            return np.zeros(len(came), dtype=np.bool_)

        for group in self._groups(rows[np.argsort(self.lengths[rows], kind="stable")]):
            self._through(group, keep)
        return [states[step][rows] for step in sorted(states)]

    def _by_exits(self, rows: Rows, plan: Plan) -> Rows:
        """Let documents leave as planned; returns those that are sure at no exit."""
        question = self.bulk.question
        first = self.last - len(plan.exits)  # 1 where there are no word vectors

        def leave(step: int, came: Rows, values: States) -> NDArray[np.bool_]:
            if step == self.last:
                logits, spread = question.logits(values), plan.spread
            else:
                exit = plan.exits[step - first]
                logits, spread = exit.logits(values), exit.spread
            leaves = question.margin(logits, question.given(logits)) >= plan.level * spread
            answers = values if step == self.last else question.probabilities(logits)
            self._answer(came[leaves], answers[leaves], step)
            return np.asarray(leaves)

        return self._through(rows, leave)

    def _through(self, rows: Rows, leave: Callable[[int, Rows, States], NDArray[np.bool_]]) -> Rows:
        """Run documents, sorted by length, from exit to exit; returns those that never leave.

        Args:
            leave: told the step, the documents that came there, and their averaged states or, at the last, their
                probabilities; returns who goes no further.
        """
        bulk = self.bulk
        if bulk.words is not None:
            rows = rows[~leave(0, rows, mean_states(bulk.words, [self.documents[row] for row in rows]))]
        states: dict[int, States] = {}
        for step, piece in enumerate(bulk.pieces, 1):
            batches = self._batches(rows)
            outputs = self.pool.map(partial(self._run, piece, step, states), batches)
            gone: list[NDArray[np.bool_]] = []
            kept: dict[int, States] = {}
            for batch, (values, hidden) in zip(batches, outputs, strict=True):
                leaves = leave(step, batch, values)
                gone.append(leaves)
                if hidden is not None:
                    kept |= {int(row): hidden[place] for place, row in enumerate(batch) if not leaves[place]}
            states = kept
            rows = rows[~np.concatenate(gone)] if gone else rows
        return rows

    def _run(
        self, piece: _Piece, step: int, states: dict[int, States], batch: Rows
    ) -> tuple[States, States | None]:  # fmt: skip
        """One piece on one batch: averaged and whole states, or at the last step the probabilities alone."""
        columns = self._columns(batch)
        if step > 1:
            hidden = np.zeros((*columns[IDS].shape, len(next(iter(states.values()))[0])), dtype=np.float32)
            for place, row in enumerate(batch):
                hidden[place, : self.lengths[row]] = states[int(row)][: self.lengths[row]]
            columns[self.bulk.names[step - 1]] = hidden
        elif self.bulk.embed is not None:
            columns[self.bulk.names[0]] = self.bulk.embed(columns)
        result = piece(columns)
        if step == self.last:
            return result, None
        weights = columns["attention_mask"] / self.lengths[batch][:, None]
        return np.matmul(weights[:, None].astype(np.float32), result)[:, 0], result

    def _by_model(self, rows: Rows) -> None:
        """Answer documents by the model as it was trained."""

        def run(batch: Rows) -> States:
            columns = self._columns(batch)
            if self.bulk.embed is not None:
                columns[self.bulk.names[0]] = self.bulk.embed(columns)
            return self.bulk.whole(columns)

        batches = self._batches(rows)
        for batch, values in zip(batches, self.pool.map(run, batches), strict=True):
            self._answer(batch, values, self.last + 1)

    def _columns(self, batch: Rows) -> dict[str, NDArray[np.generic]]:
        """Documents as the graph takes them, int64 `[batch, seq]`."""
        ids = np.full((len(batch), int(self.lengths[batch].max())), self.bulk.pad_id)
        for place, row in enumerate(batch):
            ids[place, : self.lengths[row]] = self.documents[row]
        mask = (np.arange(ids.shape[1]) < self.lengths[batch][:, None]).astype(np.int64)
        return {IDS: ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}

    def _batches(self, rows: Rows) -> list[Rows]:
        return [rows[batch] for batch in ordered_batches(self.lengths[rows].tolist(), BATCH_TOKENS)]

    def _groups(self, rows: Rows) -> Iterator[Rows]:
        """Documents, sorted by length, in groups of at most `GROUP_TOKENS`, or of one."""
        ends = np.cumsum(self.lengths[rows])
        begin = 0
        while begin < len(rows):
            before = ends[begin - 1] if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, before + GROUP_TOKENS, side="right")))
            yield rows[begin:end]
            begin = end

    def _answer(self, rows: Rows, probabilities: States, step: int) -> None:
        self.known.probabilities[rows] = probabilities
        self.known.step[rows] = step

    def _tell(self) -> None:
        done = self.lengths[self.known.step >= 0].sum() / max(1, self.lengths.sum())
        self.on_progress(float(done), self.known)
