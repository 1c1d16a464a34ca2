"""Names that become paths, and files that are never half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.errors import RunError
from scalearn_core.runs import folders

HOSTILE = [
    "",
    "../x",
    "..",
    "/etc/passwd",
    "20261123-201502-k3f9qz/../../x",
    "20261123-201502-k3f9qz\n",
    "20261123-201502-K3F9QZ",
    "٢٠٢٦١١٢٣-201502-k3f9qz",
    "20261123-201502-k3f9qz\0",
]


@pytest.mark.parametrize("run_id", HOSTILE)
def test_hostile_ids_never_become_a_path(run_id: str) -> None:
    with pytest.raises(RunError) as caught:
        folders.run_folder(run_id)
    assert caught.value.code == "run.unknown"


def test_new_ids_are_accepted_and_differ(workspace: Path) -> None:
    ids = {folders.new_run_id() for _ in range(100)}
    assert len(ids) == 100
    assert {folders.run_folder(run_id).parent for run_id in ids} == {workspace / "runs"}


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    folders.write_json(path, {"steps": 1})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        folders.write_json(path, {"steps": 2, "later": object()})
    assert path.read_bytes() == before


def test_tail_shows_the_last_lines_and_the_last_state_of_a_bar(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    assert folders.tail(log, 5) == ""
    log.write_bytes(b"first\nbar 10%\rbar 90%\rbar 100%\nWindows\r\n\xff\xfe \xe6\x97\xa5\n")
    assert folders.tail(log, 3) == "bar 100%\nWindows\n\ufffd\ufffd 日"
