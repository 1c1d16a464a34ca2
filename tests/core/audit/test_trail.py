"""The audit trail: every byte counts, and nothing is added to what was changed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scalearn_core.audit import person
from scalearn_core.audit.trail import START, folder, head, locked, note, record
from scalearn_core.audit.verify import Broken, read_trail
from scalearn_core.errors import AuditError
from scalearn_core.governance.verify import verify


def some(count: int = 3) -> Path:
    for number in range(count):
        record("data.upload", {"sha256": "ab" * 4, "rows": number, "note": "顧客 é"}, who="Aiko Sato")
    return folder() / "trail.jsonl"


def broken() -> Broken | None:
    return read_trail().broken


def test_the_chain_is_as_documented(workspace: Path) -> None:
    file = some()
    previous = START
    for line in file.read_bytes().splitlines():
        stored = json.loads(line)
        body = {key: value for key, value in stored.items() if key not in ("previous", "hash")}
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert stored["previous"] == previous
        previous = hashlib.sha256(previous.encode() + canonical).hexdigest()
        assert stored["hash"] == previous
    assert (head().n, head().hash) == (3, previous)
    assert json.loads((folder() / "head.json").read_bytes()) == {"n": 3, "hash": previous}
    assert broken() is None
    assert file.stat().st_mode & 0o077 == 0


def test_every_changed_byte_is_found_where_it_is() -> None:
    file = some(2)
    content = file.read_bytes()
    for place in range(len(content)):
        changed = bytes([content[place] ^ 1])
        file.write_bytes(content[:place] + changed + content[place + 1 :])
        os.utime(file, ns=(place, place))  # two changes within a tick of the clock are two states
        found = broken()
        line = content[:place].count(b"\n") + 1
        assert found is not None and found.where in (f"trail.jsonl line {line}",), (place, found)


def test_every_lost_or_added_byte_is_found() -> None:
    file = some(2)
    content = file.read_bytes()
    for place in range(len(content)):
        shorter, longer = content[:place] + content[place + 1 :], content[:place] + b" " + content[place:]
        for number, other in enumerate((shorter, longer)):
            file.write_bytes(other)
            os.utime(file, ns=(2 * place + number, 0))
            assert broken() is not None, (place, number)


def test_every_changed_byte_of_the_head_is_found() -> None:
    some()
    file = folder() / "head.json"
    content = file.read_bytes()
    for place in range(len(content)):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        os.utime(file, ns=(place, place))
        assert broken() is not None, place


def test_missing_swapped_and_inserted_lines_are_found() -> None:
    file = some()
    first, second, third = file.read_bytes().splitlines(keepends=True)
    for content, where in (
        (second + third, "trail.jsonl line 1"),
        (first + third, "trail.jsonl line 2"),
        (first + third + second, "trail.jsonl line 2"),
        (first + second + second + third, "trail.jsonl line 3"),
        (first + second, "trail.jsonl line 3"),  # cut off: the head tells
        (b"", "trail.jsonl line 1"),
    ):
        file.write_bytes(content)
        assert (found := broken()) is not None and found.where == where
    with pytest.raises(AuditError):  # its lines are gone, and a new first one must not hide it
        record("data.upload", {})
    file.unlink()
    assert broken() is not None
    with pytest.raises(AuditError):
        record("data.upload", {})


def test_half_a_line_of_a_killed_writer_is_overwritten_and_no_other() -> None:
    file = some(2)
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"action":"data.upl')
    assert broken() == Broken("torn", "trail.jsonl line 3")
    record("data.upload", {"rows": 7})
    assert broken() is None and len(read_trail().entries) == 3
    file.write_bytes(file.read_bytes()[:-1])  # this line was said to be recorded
    with pytest.raises(AuditError, match="not as it was written"):
        record("data.upload", {"rows": 8})
    note("data.upload", {"rows": 8})  # must not end the work it is about


def test_a_writer_killed_before_the_head_loses_nothing() -> None:
    some(2)
    kept = (folder() / "head.json").read_bytes()
    record("data.upload", {"rows": 9})
    (folder() / "head.json").write_bytes(kept)
    assert broken() is None
    record("data.upload", {"rows": 10})
    assert broken() is None and head().n == 4


def test_an_old_head_is_in_the_trail_and_a_foreign_one_is_not() -> None:
    some(1)
    kept = head().hash
    some(1)
    assert verify(head=kept).whole
    assert [problem.code for problem in verify(head="0" * 64).problems] == ["head_unknown"]


def test_processes_at_once_write_one_chain(workspace: Path) -> None:
    code = "from scalearn_core.audit.trail import record\nfor n in range(20): record('data.upload', {'rows': n})"
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert broken() is None and head().n == 60


def test_what_cannot_be_written_is_refused_in_one_sentence(workspace: Path) -> None:
    workspace.write_text("a file where the workspace should be")
    with pytest.raises(AuditError, match="nothing could be recorded"):
        record("data.upload", {})


def test_who_acts(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "login")
    assert person.acting().name == "login"
    person.keep(person.person("  Aiko \u200b Sato "))
    assert person.acting().name == "Aiko Sato"
    monkeypatch.setenv(person.VARIABLE, "Starter")
    assert person.acting().name == "Starter"
    with person.acting_as(person.person("Ben")), locked() as trail:
        assert trail.add("data.upload", {}).who == "Ben"
    assert person.acting().name == "Starter"
    for bad in ("", " \n", "\u202e"):
        with pytest.raises(AuditError):
            person.person(bad)
    (workspace / "person.json").write_text('{"name": 5}')
    assert person.kept() is None
