"""A workspace, or one project of it, is packed, moved and opened; nothing hostile comes with it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalearn_core import runs
from scalearn_core.audit import trail
from scalearn_core.audit.trail import record
from scalearn_core.cli import main
from scalearn_core.data.mapping import Mapping
from scalearn_core.errors import GovernanceError
from scalearn_core.governance import registry, steps
from scalearn_core.governance.opening import open_pack
from scalearn_core.governance.packing import pack
from scalearn_core.governance.register import register
from scalearn_core.governance.verify import verify
from scalearn_core.runs.store import Store
from scalearn_core.storage.locks import holding
from scalearn_core.workspace.datasets import list_datasets, load_dataset, save_dataset

SECRET = "another project of other people"


def table(about: str) -> bytes:
    rows = (f"{about} document {number} on topic {number % 2},topic{number % 2}" for number in range(24))
    return "\n".join(["text,label", *rows]).encode()


@pytest.fixture
def home(workspace: Path, trained: Path) -> Path:
    """Two datasets; a run on the first, its model in use, a run that classified with it, and a log of answers."""
    first = save_dataset(table("ours"), Mapping(text="text", label="label"), filename="ours.csv")
    save_dataset(table(SECRET), Mapping(text="text", label="label"), filename="others.csv")
    run = runs.adopt(
        "train", {"dataset": first}, title="ours", fill=lambda to: shutil.copytree(trained, to, dirs_exist_ok=True)
    )
    result = json.loads((runs.folder(run) / "result.json").read_text("utf-8"))
    (runs.folder(run) / "result.json").write_text(json.dumps({**result, "run_id": run}), "utf-8")
    runs.adopt("predict", {"model_run": run}, title="more", fill=lambda to: (to / "predictions.csv").touch())
    runs.adopt("predict", {"model_run": "20260101-000000-aaaaaa"}, title="theirs", fill=lambda to: None)
    register(runs.folder(run), "tickets")
    steps.submit("tickets")
    steps.approve("tickets", reason="for a pilot")
    steps.use("tickets")
    record("run.train", {"run": run, "dataset": first}, who="Aiko Sato")
    record("data.note", {"name": SECRET}, who="Ben")
    log = workspace / "watch" / registry.find("tickets").model_id[:32]
    log.mkdir(parents=True)
    (log / "2026-11-30.jsonl").write_text("{}\n")
    (workspace / "watch" / "key").write_bytes(b"k" * 32)
    return workspace


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """From the call on, the test works in another workspace."""

    def move() -> Path:
        other = tmp_path / "elsewhere" / "workspace"
        monkeypatch.setenv("SCALEARN_HOME", str(other))
        return other

    return move


def test_a_whole_workspace_goes_on_elsewhere(
    home: Path, elsewhere: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {run.id: (run.kind, run.title, run.status) for run in runs.recent()}
    texts = load_dataset(list_datasets()[0].id).frame["text"].tolist()
    out = tmp_path / "all.zip"
    assert main(["workspace", "pack", "--out", str(out), "--by", "Aiko Sato", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], len(told["datasets"]), len(told["runs"])) == ("workspace", 2, 3)
    other = elsewhere()
    assert main(["workspace", "open", str(out), "--by", "Ben", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["left"], found["problems"], found["there"]) == ([], [], 0)
    assert {run.id: (run.kind, run.title, run.status) for run in runs.recent()} == before
    assert load_dataset(list_datasets()[0].id).frame["text"].tolist() == texts
    assert registry.in_use("tickets").approved_by == registry.find("tickets@1").submitted_by
    assert verify(head=told["head"]["hash"]).whole, "its trail goes on from the head that was packed"
    assert (other / "watch" / "key").stat().st_mode & 0o077 == 0 == other.stat().st_mode & 0o077
    with pytest.raises(GovernanceError, match="holds something"):
        open_pack(out)


def test_a_project_comes_in_beside_what_is_there(
    home: Path, elsewhere: Callable[[], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, head = tmp_path / "ours.zip", trail.head()
    assert main(["workspace", "pack", "--out", str(out), "--dataset", "ours"]) == 0
    assert head.hash in capsys.readouterr().out
    with zipfile.ZipFile(out) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
    assert SECRET.encode() not in content and b"k" * 32 not in content
    other = elsewhere()
    mine = save_dataset(table("mine"), Mapping(text="text", label="label"), filename="mine.csv")
    found = open_pack(out)
    assert (found.models, found.left, found.problems, len(found.runs)) == (("tickets@1",), (), (), 2)
    assert {info.name for info in list_datasets()} == {"mine", "ours"}
    assert {run.title for run in runs.recent()} == {"ours", "more"}
    version = registry.find("tickets@1")
    assert (version.state, version.approved_by) == ("draft", None), "an approval given elsewhere is none here"
    assert verify().whole
    again = open_pack(out)
    assert (again.datasets, again.runs, again.models, again.there) == ((), (), (), 4)
    assert "registered already" in again.left[0]
    kept = next((other / "audit" / "elsewhere").iterdir())
    assert b'"data.note"' not in kept.read_bytes(), "of what is not about the project hashes alone"
    kept.write_bytes(kept.read_bytes().replace(b"Aiko", b"Akio"))
    assert [problem.code for problem in verify().problems] == ["changed"]
    assert load_dataset(mine).frame.shape[0] == 24


def rewritten(
    packed: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]], name: str = "other.zip"
) -> Path:
    with zipfile.ZipFile(packed) as old:
        files = change({entry: old.read(entry) for entry in old.namelist()})
    with zipfile.ZipFile(packed.with_name(name), "w") as new:
        for entry, content in files.items():
            new.writestr(entry, content)
    return packed.with_name(name)


def listed(files: dict[str, bytes], **more: Any) -> dict[str, bytes]:
    """With a `pack.json` that says so, as a forger would."""
    from hashlib import sha256

    described = json.loads(files["pack.json"]) | more
    described["files"] = {n: sha256(c).hexdigest() for n, c in files.items() if n != "pack.json"}
    return files | {"pack.json": json.dumps(described).encode()}


def test_what_is_not_as_packed_leaves_nothing(home: Path, elsewhere: Callable[[], Path], tmp_path: Path) -> None:
    whole, project = tmp_path / "all.zip", tmp_path / "ours.zip"
    pack(whole)
    pack(project, dataset=next(info.id for info in list_datasets() if info.name == "ours"))
    other = elsewhere()
    trail_of = "audit/trail.jsonl"
    cases: list[tuple[Path, str, Callable[[dict[str, bytes]], dict[str, bytes]]]] = [
        (whole, "not as it was", lambda files: files | {trail_of: files[trail_of] + b" "}),
        (whole, "not as it was", lambda files: files | {"runs/x": b""}),
        (whole, "not as it was", lambda files: {n: c for n, c in files.items() if n != trail_of}),
        (whole, "leads elsewhere", lambda files: listed(files | {"../out": b"x"})),
        (whole, "nothing of that name", lambda files: listed(files | {".ssh/keys": b"x"})),
        (project, "nothing of that name", lambda files: listed(files | {"audit/trail.jsonl": b""})),
        (project, "leads elsewhere", lambda files: listed(files | {"runs/../x/y": b""}, kind="workspace")),
        (project, "trail.jsonl", lambda files: listed(files | {"trail.jsonl": b"{}\n"})),
        (whole, "newer release", lambda files: listed(files, format=2)),
        (whole, "not as it was", lambda files: listed(files, kind="planet")),
        (whole, "MB are free", lambda files: listed(files, size=1 << 60)),
        (whole, "too large", lambda files: listed(files, size=-(1 << 40))),
        (whole, "no pack.json", lambda files: {trail_of: b""}),
    ]  # fmt: skip
    for number, (packed, sentence, change) in enumerate(cases):
        with pytest.raises(GovernanceError, match=sentence):
            open_pack(rewritten(packed, change, f"{number}.zip"))
    torn = tmp_path / "torn.zip"
    torn.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(GovernanceError, match="no zip"):
        open_pack(torn)
    assert not other.exists() or [path.name for path in other.iterdir() if path.name != "scalearn.lock"] == []
    assert [path.name for path in other.parent.iterdir()] == [other.name] or not any(other.parent.iterdir())
    open_pack(whole)
    assert verify().whole


def test_a_forged_model_of_a_project_is_not_registered(
    home: Path, elsewhere: Callable[[], Path], tmp_path: Path
) -> None:
    from scalearn_core.scaling.seal import seal

    packed = tmp_path / "ours.zip"
    pack(packed, dataset=next(info.id for info in list_datasets() if info.name == "ours"))

    def other_labels(files: dict[str, bytes]) -> dict[str, bytes]:
        name = next(n for n in files if n.startswith("models/") and n.endswith("/model/model.json"))
        folder = tmp_path / "forged"
        for file, content in files.items():
            if file.startswith(name.removesuffix("model.json")):
                place = folder / file.removeprefix(name.removesuffix("model.json"))
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        stored = json.loads((folder / "model.json").read_text("utf-8"))
        stored["labels"] = stored["labels"][::-1]
        (folder / "model.json").write_text(json.dumps(stored), "utf-8")
        seal(folder)
        within = name.removesuffix("model.json")
        return listed(files | {within + n: (folder / n).read_bytes() for n in ("model.json", "seal.json")})

    elsewhere()
    found = open_pack(rewritten(packed, other_labels))
    assert found.models == () and len(found.left) == 1 and "tickets@1" in found.left[0]
    assert registry.models() == []


def test_an_empty_workspace_and_no_zip_at_all(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(GovernanceError, match="nothing to pack"):
        pack(tmp_path / "all.zip")
    assert list(tmp_path.glob("*.zip")) == []
    with pytest.raises(GovernanceError, match="no zip"):
        open_pack(tmp_path / "missing.zip")


def test_nothing_is_packed_while_something_works(home: Path, tmp_path: Path) -> None:
    run = runs.recent(kind="predict")[0]
    (runs.folder(run.id) / "end.json").unlink()
    with holding(runs.folder(run.id) / "alive.lock"):
        Store(home).queue_again(run.id)
        with pytest.raises(GovernanceError, match="1 runs are not finished"):
            pack(tmp_path / "all.zip")
    assert list(tmp_path.glob("*.zip")) == []
