"""Where a model stands on its way, from evidence, registry and answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scalearn_core.evidence.upgrade import read_training
from scalearn_core.governance import registry
from scalearn_core.governance.records import Step, Version
from scalearn_core.records.training import TrainingRecord
from scalearn_core.report.stages import NAMES, stages_of, version_of
from scalearn_core.watch import log
from scalearn_core.watch.figures import watch
from tests.core.report.made import evidence

MODEL = "ef" * 32


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> TrainingRecord:
    return read_training(evidence(tmp_path_factory.mktemp("evidence")))


def version(state: str, **more: object) -> Version:
    step = Step(1, "2026-11-01T00:00:00+00:00", "Ada", "register")
    made = Version("tickets", 1, MODEL, "draft", (step,), {}, {})
    return replace(made, state=state, **more)  # type: ignore[arg-type]


def missing(record: TrainingRecord, known: Version | None) -> tuple[str, str]:
    """The first stage that is not done, and what it lacks."""
    following = next(stage for stage in stages_of(record, known, None) if not stage.done)
    return following.name, following.missing[0]


def test_each_step_waits_for_those_before(record: TrainingRecord) -> None:
    day = registry.today()
    later, past = (day + timedelta(days=30)).isoformat(), (day - timedelta(days=1)).isoformat()
    assert missing(record, None) == ("approve", "register")
    assert missing(record, version("draft")) == ("approve", "submit")
    assert missing(record, version("submitted")) == ("approve", "approve")
    assert missing(record, version("rejected")) == ("approve", "rejected")
    assert missing(record, version("approved", until=past)) == ("approve", "expired")
    assert missing(record, version("approved", until=later)) == ("use", "use")
    assert missing(record, version("in_use", until=later, aliases=("in_use",))) == ("watch", "log")


def test_evidence_that_is_not_enough(tmp_path: Path) -> None:
    poor = read_training(evidence(tmp_path / "a", right=0.3))
    assert missing(poor, None) == ("prove", "not_recommended")
    assert [stage.done for stage in stages_of(poor, None, None)] == [True, False, False, False, False]
    approved = version("approved", approved_by="Ada")
    assert missing(poor, approved) == ("use", "use"), "approved with a reason, whatever the evidence says"


def test_a_watched_model_has_gone_all_the_way(record: TrainingRecord, tmp_path: Path) -> None:
    folder = evidence(tmp_path / "evidence")
    in_use = version("in_use", aliases=("in_use",))
    log.set_mode(MODEL, "hashed")
    assert stages_of(record, in_use, watch(MODEL, folder, None))[-1].missing == ("answers",)
    labels = record.dataset.labels
    log.keep(MODEL, [f"text {n}" for n in range(90)], [(labels[n % 3],) for n in range(90)], [0.9] * 90)
    found = stages_of(record, in_use, watch(MODEL, folder, None))
    assert [stage.name for stage in found] == list(NAMES)
    assert all(stage.done for stage in found)


def test_a_model_that_nobody_registered_has_no_version(workspace: Path) -> None:
    assert version_of(MODEL) is None
