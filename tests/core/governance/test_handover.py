"""What is handed over runs without the studio and answers as the model does; what comes back is checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import onnxruntime
import pytest
import tokenizers

from scalearn_core.cli import main
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import GovernanceError, ScaLearnError
from scalearn_core.export.bundle import PROGRAM, write_bundle
from scalearn_core.governance import registry
from scalearn_core.governance.handover import hand_over
from scalearn_core.governance.importing import import_zip
from scalearn_core.governance.records import Version
from scalearn_core.governance.resolve import resolve
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.seal import seal
from tests.core.tiny import random_adapter

LONG = " ".join(f"the vpn drops again since monday {number}" for number in range(200))


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program where there are these three packages and nothing else."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for module in (numpy, onnxruntime, tokenizers):
        home = Path(str(module.__file__)).parent
        (packages / home.name).symlink_to(home)
        if (libraries := home.with_name(f"{home.name}.libs")).is_dir():
            (packages / libraries.name).symlink_to(libraries)

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-s", "-B", "predict.py", *arguments], cwd=folder, text=True, encoding="utf-8",
            env={"PYTHONPATH": str(packages), "PYTHONIOENCODING": "utf-8"}, capture_output=True, check=False,
        )  # fmt: skip

    return run


@pytest.fixture
def zipped(answering: Version, tmp_path: Path) -> Path:
    hand_over(resolve("tickets"), tmp_path / "tickets.zip")
    return tmp_path / "tickets.zip"


def test_the_zip_runs_in_a_bare_environment(zipped: Path, bare, tmp_path: Path) -> None:
    assert len(PROGRAM.read_text("utf-8").splitlines()) < 60
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(zipped).extractall(folder)
    assert (ran := bare(folder, "--check")).returncode == 0, ran.stderr
    model = ScaLearnModel.load(folder / "studio" / "model")
    texts = ["my invoice is wrong", "", "見積書の件", LONG]
    answers = [json.loads(line) for line in bare(folder, *texts).stdout.splitlines()]
    expected = model.predict_proba(texts)
    for answer, row in zip(answers, expected, strict=True):
        assert list(answer["probabilities"]) == list(model.labels)
        assert numpy.abs(numpy.array(list(answer["probabilities"].values())) - row).max() < 1e-4
        assert answer["labels"] == [model.labels[row.argmax()]]
        assert answer["confidence"] == pytest.approx(row.max(), abs=1e-4)
    assert bare(folder, "-c", "x").returncode == 0
    assert "torch" not in PROGRAM.read_text("utf-8")
    stored = json.loads((folder / "documents.json").read_text("utf-8"))
    stored["documents"][0]["probabilities"] = dict.fromkeys(model.labels, 0.5)
    (folder / "documents.json").write_text(json.dumps(stored), "utf-8")
    assert "Not as stored" in bare(folder, "--check").stderr


@pytest.mark.parametrize("way", ["head", "head_tail", "windows"])
def test_several_labels_and_long_texts_are_read_as_the_model_does(
    way: str, encoder: Encoder, bare, tmp_path
) -> None:
    model = ScaLearnModel(
        encoder.reading(way), [random_adapter("s", seed=1)], labels=["a", "b", "c"], separator="|"
    )
    for parameter in model.head.parameters():
        parameter.data.normal_(std=3.0)
    model.thresholds = numpy.array([0.2, 0.5, 0.9])
    write_bundle(model, tmp_path, ["a text", LONG], {})
    answers = [json.loads(line) for line in bare(tmp_path, "my desk", LONG).stdout.splitlines()]
    expected = model.predict_proba(["my desk", LONG])
    given = model.decide(expected)
    for answer, row, has in zip(answers, expected, given, strict=True):
        assert numpy.abs(numpy.array(list(answer["probabilities"].values())) - row).max() < 1e-4
        assert answer["labels"] == [label for label, yes in zip("abc", has, strict=True) if yes]
        assert answer["confidence"] == pytest.approx(numpy.where(has == 1, row, 1 - row).prod(), abs=1e-4)


def test_the_hub_folder_is_the_same_with_a_card(answering: Version, bare, tmp_path: Path) -> None:
    assert main(["handover", "--model", "tickets@1", "--out", str(tmp_path / "hub"), "--documents", "0"]) == 0
    assert bare(tmp_path / "hub", "--check").returncode == 0
    card = (tmp_path / "hub" / "README.md").read_text("utf-8")
    assert card.startswith("---\nlibrary_name: onnx\n") and "# tickets" in card
    documents = json.loads((tmp_path / "hub" / "documents.json").read_text("utf-8"))["documents"]
    assert not any("help" in one["text"] for one in documents), "none of the test documents went with it"
    assert main(["audit", "verify"]) == 0


def test_what_was_handed_over_comes_back(zipped: Path, capsys) -> None:
    assert main(["models", "import", str(zipped), "--name", "back", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ref"], told["state"]) == ("back@1", "draft")
    assert registry.find("back@1").model_id == registry.find("tickets@1").model_id
    with pytest.raises(GovernanceError, match="registered already"):
        import_zip(zipped)  # under its own name, where it is


def test_a_packed_model_folder_is_asked_its_test_documents(trained: Path, tmp_path: Path) -> None:
    folder = tmp_path / "packed" / "mine"
    shutil.copytree(trained / "model", folder)
    for file in trained.glob("*.*"):
        shutil.copy(file, folder / file.name)
    packed = Path(shutil.make_archive(str(tmp_path / "mine"), "zip", folder.parent))
    assert import_zip(packed).ref == "mine@1"
    (folder / "test_predictions.csv").unlink()
    with pytest.raises(GovernanceError, match="No documents with stored answers"):
        import_zip(Path(shutil.make_archive(str(tmp_path / "bare"), "zip", folder.parent)))


def rewritten(zipped: Path, name: str, change: Callable[[bytes], bytes], *, hide: bool = False) -> Path:
    """The zip with one file changed; `hide`: and every list of hashes written anew, as a forger would."""
    folder = zipped.with_name("forged")
    shutil.rmtree(folder, ignore_errors=True)
    zipfile.ZipFile(zipped).extractall(folder)
    (folder / name).write_bytes(change((folder / name).read_bytes()))
    if hide:
        seal(folder / "studio" / "model")
        (folder / "passport.json").unlink()
        (folder / "studio" / "result.json").unlink()
        (folder / "contents.json").unlink()
    return Path(shutil.make_archive(str(zipped.with_name("forged")), "zip", folder))


def test_every_changed_field_of_the_model_is_refused(zipped: Path) -> None:
    """With the seal as it was, and for what answers otherwise also with a seal made anew."""
    described = json.loads(zipfile.ZipFile(zipped).read("studio/model/model.json"))
    fields = [
        (key, inner)
        for key, value in described.items()
        for inner in (value if isinstance(value, dict) else [None])
    ]
    assert len(fields) > 20
    for key, inner in fields:

        def change(content: bytes, key: str = key, inner: str | None = inner) -> bytes:
            stored = json.loads(content)
            where, name = (stored, key) if inner is None else (stored[key], inner)
            where[name] = f"{where[name]}x" if isinstance(where[name], str) else [where[name], "x"]
            return json.dumps(stored).encode()

        with pytest.raises(ScaLearnError):
            import_zip(rewritten(zipped, "studio/model/model.json", change), "forged")
    assert [model.name for model in registry.models()] == ["tickets"]


def test_a_forged_seal_does_not_help(zipped: Path) -> None:
    def other_labels(content: bytes) -> bytes:
        stored = json.loads(content)
        stored["labels"] = stored["labels"][::-1]
        return json.dumps(stored).encode()

    with pytest.raises(GovernanceError, match=r"answers \d+ of \d+ stored documents otherwise"):
        import_zip(rewritten(zipped, "studio/model/model.json", other_labels, hide=True), "forged")


@pytest.mark.parametrize(
    "name", ["passport.json", "documents.json", "studio/result.json", "contents.json", "predict.py", "model.onnx"]
)
def test_every_other_file_counts_too(name: str, zipped: Path) -> None:
    with pytest.raises(GovernanceError):
        import_zip(rewritten(zipped, name, lambda content: content[:-5] + b" " + content[-5:]), "forged")


def hostile(path: Path, name: str, *, mode: int = 0o100644, content: bytes = b"x", twice: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for _ in range(1 + twice):
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return path


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_zips_leave_nothing(tmp_path: Path, workspace: Path) -> None:
    entries: list[tuple[str, dict[str, Any]]] = [
        ("../outside", {}), ("/etc/outside", {}), ("a\\..\\outside", {}), ("C:outside", {}), ("a/\u202eb", {}),
        ("link", {"mode": 0o120777, "content": b"/etc/passwd"}), ("fifo", {"mode": 0o010644}),
        ("twice", {"twice": True}), ("bomb", {"content": bytes(50_000_000)}), ("model.json", {}),
    ]  # fmt: skip
    for number, (name, more) in enumerate(entries):
        with pytest.raises(ScaLearnError):
            import_zip(hostile(tmp_path / f"{number}.zip", name, **more))
    (tmp_path / "none.zip").write_bytes(b"PK no zip")
    with pytest.raises(GovernanceError, match="no zip"):
        import_zip(tmp_path / "none.zip")
    assert not (tmp_path / "outside").exists() and not (workspace / "outside").exists()
    assert [path.name for path in workspace.iterdir()] == []
    assert registry.models() == []
