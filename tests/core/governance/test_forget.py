"""A person who is to be forgotten is in no file of the workspace afterwards, and what remains is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from scalearn_core.cli import main
from scalearn_core.data.mapping import Mapping
from scalearn_core.errors import DataError, GovernanceError
from scalearn_core.governance import folders, registry
from scalearn_core.governance.forget import forget_dataset, forget_search
from scalearn_core.governance.register import register
from scalearn_core.governance.verify import verify
from scalearn_core.workspace.datasets import list_datasets, load_dataset, save_dataset
from scalearn_core.workspace.uploads import save_upload

NAME = "Yamada Hanako"


def table(rows: int = 24) -> bytes:
    lines = ["id,text,label"]
    for number in range(rows):
        who = f" from {NAME}" if number % 8 == 3 else ""
        lines.append(f'{number},"document {number}{who} about topic {number % 2}",topic{number % 2}')
    return "\n".join(lines).encode()


@pytest.fixture
def workspace_of_hers(workspace: Path, trained: Path) -> Path:
    """Her documents in a table, an upload, predictions, labels, a log, and beside a registered model."""
    save_dataset(table(), Mapping(text="text", label="label"), filename="mails.csv")
    save_upload(table())
    predictions = trained / "test_predictions.csv"
    rows = list(csv.reader(predictions.open(encoding="utf-8-sig", newline="")))
    rows[1][rows[0].index("text")] = "a mail of ＹＡＭＡＤＡ　hanako"
    with predictions.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    register(trained, "tickets")
    run = workspace / "runs" / "20260101-000000-aaaaaa"
    run.mkdir(parents=True)
    (run / "predictions.csv").write_bytes(table())
    (run / "log.txt").write_text(f"began\nread {NAME}\nended\n")
    (run / "findings.json").write_text(json.dumps({"findings": [{"notes": [f"{NAME} wrote", "other"]}]}))
    (workspace / "labels").mkdir()
    (workspace / "labels" / "documents.jsonl").write_text(json.dumps({"text": f"from {NAME}", "n": 1}) + "\n{}\n")
    return workspace


def holds_her(workspace: Path) -> list[str]:
    files = (path for path in workspace.rglob("*") if path.is_file())
    texts = {path.relative_to(workspace).as_posix(): path.read_text("utf-8", errors="replace") for path in files}
    return [name for name, text in texts.items() if NAME in text or "ＹＡＭＡＤＡ" in text]


def test_a_person_is_gone_from_everywhere(workspace_of_hers: Path, capsys) -> None:
    before = holds_her(workspace_of_hers)
    assert len(before) == 7
    told = forget_search(NAME.lower(), do=False)
    assert (told.documents, told.datasets, told.done) == (3, ("mails",), False)
    assert holds_her(workspace_of_hers) == before, "only told"
    assert main(["forget", "--search", NAME, "--yes", "--by", "Aiko", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["documents"] == 3 and found["left"] == []
    assert found["remains"]["models"] == 1
    assert holds_her(workspace_of_hers) == []
    [info] = list_datasets()
    assert (info.name, info.documents, info.version) == ("mails", 21, 2)
    assert len(load_dataset(info.id).frame) == 21
    kept = folders.folder_of("tickets", 1) / "test_predictions.csv"
    assert len(kept.read_text("utf-8").splitlines()) > 30, "counts and scores stay"
    assert verify().whole, "the version without her documents is as it should be"
    assert registry.find("tickets").steps[-1].action == "forget"


def test_a_dataset_goes_with_its_texts(workspace_of_hers: Path) -> None:
    [info] = list_datasets()
    found = forget_dataset(info.id)
    assert found.documents == 24 and list_datasets() == []
    predictions = workspace_of_hers / "runs" / "20260101-000000-aaaaaa" / "predictions.csv"
    assert "document" not in predictions.read_text("utf-8")
    assert list((workspace_of_hers / "uploads").iterdir()) == []
    with pytest.raises(DataError):
        forget_dataset(info.id)


def test_too_short_a_search_is_refused(workspace: Path) -> None:
    with pytest.raises(GovernanceError, match="At least 3"):
        forget_search("a ")
