"""Looks at the test documents: none is lost, none fails a run."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scalearn_core.data.mapping import Mapping
from scalearn_core.workspace import datasets as store
from scalearn_core.workspace.test_set_use import (
    FILE,
    TestSetUse,
    note_test_set_use,
    uses_in,
    uses_of,
)

PROCESSES, EACH = 4, 50


@pytest.fixture
def dataset(workspace: Path) -> str:
    return store.save_dataset(
        b"text,label\na,x\nb,y\nc,x\nd,y\n",
        Mapping(text="text", label="label", blanks="leave_out"),
        filename="t.csv",
    )


def test_looks_are_kept_in_order_with_their_time(dataset: str) -> None:
    assert uses_of(dataset) == []
    note_test_set_use(dataset, "first", "training")
    note_test_set_use(dataset, "second", "study")
    found = uses_of(dataset)
    assert [(look.run, look.what) for look in found] == [("first", "training"), ("second", "study")]
    assert datetime.now(UTC) - datetime.fromisoformat(found[0].time) < timedelta(minutes=1)
    assert found == uses_in(store.dataset_folder(dataset))


def test_processes_that_look_at_once_lose_no_line(dataset: str) -> None:
    code = (
        "import sys; from scalearn_core.workspace.test_set_use import note_test_set_use\n"
        f"for number in range({EACH}):\n"
        "    note_test_set_use(sys.argv[1], sys.argv[2] + '-' + str(number) * 40, 'evaluation')"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, dataset, str(i)]) for i in range(PROCESSES)]
    assert [process.wait() for process in started] == [0] * PROCESSES
    assert {look.run for look in uses_of(dataset)} == {
        f"{i}-{str(number) * 40}" for i in range(PROCESSES) for number in range(EACH)
    }
    assert len(uses_of(dataset)) == PROCESSES * EACH


def test_a_dataset_that_is_gone_is_not_made_again(dataset: str, caplog: pytest.LogCaptureFixture) -> None:
    folder = store.dataset_folder(dataset)
    store.delete_dataset(dataset)
    note_test_set_use(dataset, "late", "training")
    assert "was not counted" in caplog.text
    assert not folder.exists()
    assert uses_of(dataset) == uses_in(folder) == []


def test_a_place_that_cannot_be_written_fails_nothing(dataset: str, caplog: pytest.LogCaptureFixture) -> None:
    (store.dataset_folder(dataset) / FILE).mkdir()  # refused to every user, to root too
    note_test_set_use(dataset, "run", "training")
    assert "was not counted" in caplog.text
    assert uses_of(dataset) == []


def test_a_damaged_line_hides_itself_alone(dataset: str) -> None:
    note_test_set_use(dataset, "first", "training")
    with (store.dataset_folder(dataset) / FILE).open("ab") as file:
        file.write(b'{"run": "cut o\n[]\n\xff\n')
    note_test_set_use(dataset, "second", "training")
    assert [look.run for look in uses_of(dataset)] == ["first", "second"]
    assert isinstance(uses_of(dataset)[0], TestSetUse)


def test_a_run_that_was_resumed_has_used_them_once(dataset: str) -> None:
    for _ in range(2):
        note_test_set_use(dataset, "run", "training")
    assert [use.run for use in uses_of(dataset)] == ["run"]
