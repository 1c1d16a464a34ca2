"""Results of earlier releases are read as full ones of this."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.errors import RunError
from scalearn_core.evidence.upgrade import read_training, training_of
from scalearn_core.records.training import FORMAT
from scalearn_core.storage.codec import to_json
from tests.records import COMPARISON, training

BETTER = COMPARISON | {"difference": 0.1, "low": 0.04, "high": 0.16, "verdict": "better"}


def first_release() -> dict[str, Any]:
    """Format 1: no control, no verdict, no forecast of each source; and all that came one by one since."""
    stored = to_json(training(comparison=BETTER, dataset={"counts": {"test": 60}}))
    for key in (
        "verdict", "comparison_tfidf", "comparison_single_source", "comparison_control", "confidence", "start",
        "languages", "scores_by_language", "split", "long_texts", "thresholds", "fast_mode",
    ):  # fmt: skip
        del stored[key]
    for key in ("separator", "kept_out", "cut", "unknown_share"):
        del stored["dataset"][key]
    del stored["encoder"]["key"], stored["scales"]["dimensions"], stored["scores"]["scalearn"]["micro_f1"]
    strengths = {"strengths": {"mnli": 1.0}, "plain_loss": 1.0, "loss": 0.8, "documents": 96}
    return stored | {"format": 1, "forecast": strengths, "comparison_own_adapter": BETTER}


def test_a_result_of_the_first_release_is_judged_and_complete() -> None:
    old = first_release()
    before = copy.deepcopy(old)
    record = training_of(old)
    assert old == before, "what was read stays as it is"
    assert record.format == FORMAT
    assert (record.verdict.helped, record.verdict.code, record.verdict.carried_by) == (True, "helped", ())
    assert record.start is not None and record.start.strengths == {"mnli": 1.0} and record.start.share == 0.5
    assert record.forecast == (), "what each source promised was not kept then"
    assert record.comparison_control == record.comparison
    assert record.scores["scalearn"].micro_f1 == record.scores["scalearn"].accuracy
    assert (record.encoder.key, record.long_texts, record.confidence) == ("english", "head", None)
    assert not record.dataset.multi_label
    assert training_of(to_json(record)) == record


def test_without_a_control_there_is_no_answer() -> None:
    record = training_of(first_release() | {"forecast": None, "comparison_own_adapter": None})
    assert (record.verdict.code, record.start) == ("no_control", None)


@pytest.mark.parametrize("same", [True, False])
def test_disagreements_that_were_not_counted_are_told_from_the_interval(same: bool) -> None:
    old = first_release()
    old["comparison"] = {key: value for key, value in BETTER.items() if key != "disagreements"}
    if same:
        old["comparison"] |= {"difference": 0.0, "low": 0.0, "high": 0.0, "verdict": "no_difference"}
    assert (training_of(old).comparison.disagreements == 0) == same


def test_before_a_plan_was_kept_the_seed_of_the_training_divided() -> None:
    assert training(seed=7).plan == SplitPlan(seed=7)
    chosen = SplitPlan(by="newest", column="day")
    assert training(seed=7, split=to_json(chosen)).plan == chosen


def test_a_result_of_a_later_release_is_told_as_such(tmp_path: Path) -> None:
    stored = to_json(training()) | {"format": FORMAT + 1}
    (tmp_path / "result.json").write_text(json.dumps(stored), "utf-8")
    with pytest.raises(RunError) as caught:
        read_training(tmp_path)
    assert caught.value.code == "run.result_newer"


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": 2}', '{"format": "x"}', "{", '{"format": 3}'])
def test_what_is_no_result_of_a_training_is_no_crash(content: str, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(content, "utf-8")
    with pytest.raises(ValueError):
        read_training(tmp_path)
