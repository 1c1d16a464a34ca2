"""From the log of a model to what a manager asks: still as good as usual, and what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.evaluation.referral import chosen_of
from scalearn_core.evaluation.stored_probabilities import load_test_probabilities
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.records.training import TrainingRecord
from scalearn_core.records.watch import (
    Alarm,
    CategoryShare,
    DayCount,
    DriftTest,
    LogMode,
    LookedAt,
    Status,
    WatchReport,
)
from scalearn_core.tables.export import as_typed
from scalearn_core.targets import confidence_in, same
from scalearn_core.watch import log
from scalearn_core.watch.drift import ALARM, category_drift, input_drift
from scalearn_core.watch.estimate import estimated_score
from scalearn_core.watch.log import Answer

WINDOW, BEFORE = 7, 28
"""Days in question, and those before them that they are compared with."""
FEWEST, FEWEST_DAYS = 30, 5
"""Documents in the window, and days before it, below which nothing is concluded."""
MOST_EMBEDDED = 200
"""Documents of each side whose embeddings are compared."""
LOOK_AT = 20

Embed = Callable[[list[str]], NDArray[np.float32]]
"""Texts to embeddings `[texts, width]`."""


def watch(
    model_id: str, evidence: Path, embed: Embed | None, *, window: int = WINDOW, seed: int = 0
) -> WatchReport:
    """Compare a model's last days with those before, or with its test documents where there are none.

    Args:
        model_id: identity of the model (`scaling/seal.py`).
        evidence: the folder with its `result.json`.
        embed: of the model's plain encoder; None: inputs are not compared.
        window: days in question; the last is the last on which anything was answered.
        seed: of permutations and resamples.

    Raises:
        OSError, ValueError, RunError, ModelError: the evidence cannot be read.
    """
    mode, kept = log.mode_of(model_id), log.answers(model_id)
    record = read_training(evidence) if (evidence / FILE).is_file() else None
    if not kept:
        return _nothing(model_id, mode, _usual(record))
    last = date.fromisoformat(kept[-1].day)
    first = (last - timedelta(days=window - 1)).isoformat()
    now = [answer for answer in kept if answer.day >= first]
    start = (last - timedelta(days=window + BEFORE - 1)).isoformat()
    before = [answer for answer in kept if start <= answer.day < first]
    seen = {answer.hash for answer in kept if answer.day < first}
    repeated = 0
    for answer in now:
        repeated += answer.hash in seen
        seen.add(answer.hash)
    earlier = len({answer.day for answer in before}) >= FEWEST_DAYS and len(before) >= FEWEST
    tests = [] if earlier else _test_documents(evidence)
    compared = before if earlier else tests
    labels = list(record.dataset.labels) if record else sorted(set(chain.from_iterable(a.labels for a in kept)))
    threshold = referral_threshold(record)
    estimated, usual = _estimated(evidence, record, now, seed), _usual(record)
    categories = _categories(now, compared, labels, seed) if compared else None
    inputs = _inputs(now, compared, embed, seed) if embed and compared else None
    enough = len(now) >= FEWEST
    alarms = _alarms(inputs, categories, estimated, usual) if enough else ()
    status: Status = "look" if alarms else "calm" if enough else "too_few"
    different = {answer.hash: answer for answer in now}.values()  # the same text once
    least_sure = sorted(different, key=lambda answer: (answer.confidence, answer.time))[:LOOK_AT]
    return WatchReport(
        model_id=model_id,
        log=mode,
        status=status,
        alarms=alarms,
        since=first,
        until=last.isoformat(),
        documents=len(now),
        repeated=repeated,
        days=tuple(DayCount(day, count) for day, count in sorted(Counter(a.day for a in [*before, *now]).items())),
        compared_with="earlier" if earlier else "test_documents" if tests else "nothing",
        shares=_shares(now, compared, labels),
        categories=categories,
        inputs=inputs,
        confidence_now=_mean([answer.confidence for answer in now]),
        confidence_before=_mean([answer.confidence for answer in compared]),
        referred_now=_referred(now, threshold),
        referred_before=_referred(compared, threshold),
        usual=usual,
        estimated=estimated,
        look_at=tuple(
            LookedAt(answer.time, ", ".join(answer.labels), answer.confidence, answer.text)
            for answer in least_sure
        ),
    )


def referral_threshold(record: TrainingRecord | None) -> float | None:
    """Confidence from which no person is asked; None where no such limit is shown."""
    chosen = chosen_of(record.confidence.hand_over if record and record.confidence else ())
    return chosen.threshold if chosen else None


def _alarms(
    inputs: DriftTest | None, categories: DriftTest | None, estimated: Interval | None, usual: Interval | None
) -> tuple[Alarm, ...]:
    found: list[Alarm] = []
    if inputs and inputs.p is not None and inputs.p <= ALARM:
        found.append("inputs")
    if categories and categories.p is not None and categories.p <= ALARM:
        found.append("categories")
    if estimated and usual and estimated.high < usual.low:
        found.append("score")
    return tuple(found)


def _usual(record: TrainingRecord | None) -> Interval | None:
    return record.scores["scalearn"].accuracy if record else None


def _estimated(evidence: Path, record: TrainingRecord | None, now: list[Answer], seed: int) -> Interval | None:
    tested = load_test_probabilities(evidence)
    if tested is None or record is None or not now:
        return None
    given = tested.predicted["scalearn"]
    multi_label = record.dataset.multi_label
    confidence = confidence_in(tested.probabilities, multi_label=multi_label, given=given if multi_label else None)
    right = same(tested.targets, given)
    return estimated_score(confidence, right, [answer.confidence for answer in now], seed=seed)


def _test_documents(evidence: Path) -> list[Answer]:
    """The test documents as if each had been answered on a day of its own."""
    file = evidence / "test_predictions.csv"
    if not file.is_file():
        return []
    table = pd.read_csv(file, dtype={"text": str, "predicted": str}, keep_default_na=False, encoding="utf-8-sig")
    return [
        Answer(f"test document {number}", (as_typed(label),), float(confidence), "", as_typed(text))
        for number, (text, label, confidence) in enumerate(
            table[["text", "predicted", "confidence"]].itertuples(index=False, name=None)
        )
    ]


def _groups(now: list[Answer], compared: list[Answer]) -> list[str]:
    """Days; where the comparison is test documents, which have none, single documents on both sides."""
    if compared[0].day.startswith("test doc"):
        return [str(number) for number in range(len(now) + len(compared))]
    return [answer.day for answer in [*now, *compared]]


def _categories(now: list[Answer], compared: list[Answer], labels: list[str], seed: int) -> DriftTest:
    given = [[label in answer.labels for label in labels] for answer in [*now, *compared]]
    return category_drift(given, _groups(now, compared), _is_now(now, compared), seed=seed)


def _inputs(now: list[Answer], compared: list[Answer], embed: Embed, seed: int) -> DriftTest | None:
    generator = np.random.default_rng(seed)
    chosen = []
    for side in (now, compared):
        with_text = [answer for answer in side if answer.text]
        drawn = generator.permutation(len(with_text))[:MOST_EMBEDDED]
        chosen.append([with_text[place] for place in sorted(drawn)])
    if min(map(len, chosen)) < FEWEST:
        return None
    texts = [answer.text or "" for answer in chain(*chosen)]
    return input_drift(embed(texts), _groups(*chosen), _is_now(*chosen), seed=seed)


def _is_now(now: list[Answer], compared: list[Answer]) -> list[bool]:
    return [True] * len(now) + [False] * len(compared)


def _shares(now: list[Answer], compared: list[Answer], labels: list[str]) -> tuple[CategoryShare, ...]:
    """Each share with the band that chance alone gives a window of this size; days differ more than that."""
    rows = []
    for label in labels:
        share = sum(label in answer.labels for answer in now) / len(now)
        if not compared:
            rows.append(CategoryShare(label, share, None, None, None))
            continue
        before = sum(label in answer.labels for answer in compared) / len(compared)
        smooth = (before * len(compared) + 0.5) / (len(compared) + 1)
        spread = 1.96 * float(np.sqrt(smooth * (1 - smooth) * (1 / len(now) + 1 / len(compared))))
        rows.append(CategoryShare(label, share, before, max(0.0, before - spread), min(1.0, before + spread)))
    return tuple(rows)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _referred(answers: list[Answer], threshold: float | None) -> float | None:
    if threshold is None or not answers:
        return None
    return sum(answer.confidence < threshold for answer in answers) / len(answers)


def _nothing(model_id: str, mode: LogMode, usual: Interval | None) -> WatchReport:
    return WatchReport(
        model_id, mode, "nothing", (), None, None, 0, 0, (), "nothing", (), None, None, None, None, None, None,
        usual, None, (),
    )  # fmt: skip
