"""The shell, command by command: real trainings with the real encoder, on tables of eighteen rows."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from scalearn_core.adapters import catalog
from scalearn_core.adapters.source_tasks import find_task
from scalearn_core.cli import main
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import HELPED, NAMES, SOURCES, VERDICTS, verdict
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.methods import METHODS
from tests.core.tiny import as_of_before

ROOT = Path(__file__).parents[2]
KINDS = (
    ("=1+1 the printer on floor {} prints grey stripes", "機器 🖨"),
    ("please reset the password of account {}", "Passwörter"),
    ("invoice {} was paid twice, who returns the money?", "経理"),
)
COUNT = 18
"""Documents of the tables that are learned from, as many of each kind."""
COLUMNS = ["--text", "本文", "--label", "分類"]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Trained:
    """What the shared training left: the table, the user's own adapter, the model, and what was printed."""

    table: Path
    adapter: Path
    adapter_told: Result
    model: Path
    told: Result


def shell(*arguments: str | Path) -> Result:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def write_table(file: Path, rows: list[tuple[str, ...]], header: tuple[str, ...] = ("id", "本文", "分類")) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return file


def documents(count: int) -> list[tuple[str, ...]]:
    return [(f"{i:03}", KINDS[i % 3][0].format(i), KINDS[i % 3][1]) for i in range(count)]


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def everything_below(folder: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture(scope="module", autouse=True)
def threads_of_other_modules() -> Iterator[None]:
    """`--threads` is of the whole process, which in these tests goes on."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    home = tmp_path_factory.mktemp("cli")
    table = write_table(home / "tickets.csv", documents(COUNT))
    # Labels that do not follow from the texts, so that it stops early.
    hopeless = write_table(
        home / "notes.csv", [(*row[:2], KINDS[i // 3 % 3][1]) for i, row in enumerate(documents(COUNT))]
    )
    adapter_told = shell(
        "train-adapter", "--table", hopeless, *COLUMNS, "--name", "ours", "--title", "Our tickets", "--out", home,
        "--threads", "1",
    )  # fmt: skip
    told = shell(
        "train", "--table", table, *COLUMNS, "--sources", f"trec6,{home / 'ours'}",
        "--out", home / "new" / "model", "--recipe", "paper",  # the shorter one
    )  # fmt: skip
    return Trained(table, home / "ours", adapter_told, home / "new" / "model", told)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "table.csv", documents(COUNT))


# train


def test_train_leaves_a_model_with_its_evidence_and_nothing_else(trained: Trained) -> None:
    assert trained.told.code == 0, trained.told.err
    files = {path.name for path in trained.model.iterdir()}
    assert files == {
        "model.json",
        "scales.safetensors",
        "graph.onnx",
        "documents.jsonl",
        "seal.json",
        "sources",
        "result.json",
        "test_predictions.csv",
        "frozen_head.safetensors",
        "test_probabilities.safetensors",
    }
    assert [path.name for path in trained.model.parent.iterdir()] == ["model"]
    result = json.loads((trained.model / "result.json").read_text("utf-8"))
    assert [source["name"] for source in result["sources"]] == ["trec6", "ours"]
    assert (result["dataset"]["text_column"], result["dataset"]["label_column"]) == ("本文", "分類")
    assert result["dataset"]["name"] == "tickets"
    assert (result["seed"], result["variant"], result["recipe"]) == (13, "scalearn_uniform", "paper")
    assert result["model_bytes"]["scales"] == 4 * result["parameter_counts"]["scales"]


def test_train_writes_test_predictions_safe_to_open(trained: Trained) -> None:
    predictions = read_csv(trained.model / "test_predictions.csv")
    original = {int(row): text for row, (_, text, _) in enumerate(documents(COUNT), start=2)}
    assert predictions
    for row in predictions:
        assert row["text"].removeprefix("'") == original[int(row["row"])]
        assert not row["text"].startswith("=")
        assert len(row["confidence"]) <= 6


def said(stored: dict[str, Any], words: dict[str, str]) -> str:
    """What the shell says of a comparison as it is stored."""
    fields = {"metric": "macro_f1", "disagreements": 9, "against": None} | stored
    return verdict(Comparison(**{name: fields[name] for name in Comparison.__dataclass_fields__}), words)


def test_every_method_has_a_name_in_the_shell() -> None:
    assert tuple(NAMES) == METHODS


def test_train_tells_scores_verdict_and_learned_numbers(trained: Trained) -> None:
    result = json.loads((trained.model / "result.json").read_text("utf-8"))
    lines = trained.told.out.splitlines()
    shown = {key: name for key, name in NAMES.items() if key in result["scores"]}
    assert set(shown) == set(result["scores"])
    for key, name in shown.items():
        (line,) = (line for line in lines if line.startswith(name))
        assert f"{100 * result['scores'][key]['macro_f1']['value']:.1f} (" in line
    assert said(result["comparison"], VERDICTS) in lines
    assert said(result["comparison_control"], SOURCES) in lines
    assert HELPED[result["verdict"]["code"]] in lines
    assert result["comparison_control"]["against"] == "shuffled_sources", "no own adapter was trained"
    assert (
        "Learned: 12 scales, 148,995 parameters in the classifier." in lines
    )  # 6 layers, 2 sources; 385 * (384 + 3)
    assert lines[-1] == f"Saved to {trained.model}."


def test_train_tells_its_stages_and_epochs_on_stderr(trained: Trained) -> None:
    lines = trained.told.err.splitlines()
    assert lines[0] == "Loading encoder and sources"
    epochs = [line for line in lines if line.startswith("Scales and classifier: epoch")]
    result = json.loads((trained.model / "result.json").read_text("utf-8"))
    assert len(epochs) == len(result["history"]) - 1
    assert len(set(lines)) == len(lines)


def test_train_keeps_out_of_the_workspace(trained: Trained, workspace: Path) -> None:
    assert trained.told.code == 0
    assert not workspace.exists()


@pytest.mark.parametrize(
    ("difference", "low", "high", "code", "begins", "of_sources"),
    [
        (0.08, 0.02, 0.15, "better", "The model is better: +8.0 points", "The sources add +8.0 points"),
        (
            0.01,
            -0.04,
            0.06,
            "no_difference",
            "No clear difference: the +1.0",
            "The sources have no clear effect",
        ),
        (
            -0.05,
            -0.09,
            -0.01,
            "worse",
            "The model is worse: -5.0 points",
            "The sources lowered the score: -5.0 points",
        ),
    ],
)
def test_verdict_is_honest(
    difference: float, low: float, high: float, code: str, begins: str, of_sources: str
) -> None:
    comparison = {"difference": difference, "low": low, "high": high, "verdict": code}
    assert said(comparison, SOURCES).startswith(of_sources)
    sentence = said(comparison, VERDICTS)
    assert sentence.startswith(begins)
    assert f"({100 * low:+.1f} to {100 * high:+.1f})" in sentence


# evaluate, predict


def test_evaluate_scores_a_table_in_text_and_json(trained: Trained, tmp_path: Path) -> None:
    unseen = write_table(tmp_path / "unseen.csv", documents(45)[30:])
    told = shell("evaluate", "--model", trained.model, "--table", unseen, *COLUMNS, "--json")
    report = json.loads(told.out)
    assert (told.code, report["n"]) == (0, 15)
    assert [row["label"] for row in report["per_class"]] == sorted(label for _, label in KINDS)
    assert report["macro_f1"]["value"] > 0.6
    assert set(report) >= {"macro_f1", "accuracy", "per_class", "confusion", "n", "notes"}
    assert report["frozen_head"]["n"] == report["majority"]["n"] == 15
    assert (report["languages"], report["training_languages"]) == ({"en": 1.0}, {"en": 1.0})
    assert (report["cross_language"], report["same_table"], report["learned_from"]) == (False, False, 0)
    told = shell("evaluate", "--model", trained.model, "--table", unseen, *COLUMNS)
    assert told.out.startswith(f"15 documents: macro-F1 {100 * report['macro_f1']['value']:.1f} (")
    lines = told.out.splitlines()
    assert said(report["comparison"], VERDICTS) in lines
    assert "Languages of the table: English 100%. The model learned from: English 100%." in lines
    assert any(line.endswith("機器 🖨") for line in lines)


def test_evaluate_warns_of_documents_the_model_has_seen(trained: Trained, tmp_path: Path) -> None:
    command = ("evaluate", "--model", trained.model, *COLUMNS, "--table")
    assert "trained on most of this very table" in shell(*command, trained.table).err
    counts = json.loads((trained.model / "result.json").read_text("utf-8"))["dataset"]["counts"]
    learned = counts["train"] + counts["validation"]
    more = write_table(tmp_path / "more.csv", documents(45))
    assert f"learned from {learned} of these 45 documents" in shell(*command, more).err


def test_evaluate_finds_the_evidence_of_a_run_of_the_studio(trained: Trained, tmp_path: Path) -> None:
    run, unseen = tmp_path / "run", write_table(tmp_path / "unseen.csv", documents(45)[30:])
    shutil.copytree(trained.model, run / "model")
    command = ("evaluate", "--model", run / "model", "--table", unseen, *COLUMNS)
    for file in ("result.json", "frozen_head.safetensors"):
        (run / "model" / file).rename(run / file)
    assert "No comparison: this model was saved without its plain classifier" in shell(*command).out
    (run / "config.json").touch()
    assert "Plain classifier (frozen encoder): macro-F1" in shell(*command).out
    (run / "frozen_head.safetensors").write_bytes(b"0")
    assert_refused(shell(*command), "frozen_head.safetensors was changed")


def test_evaluate_tells_of_languages_the_encoder_does_not_read(trained: Trained, tmp_path: Path) -> None:
    rows = [*documents(40)[30:], *((str(i), f"プリンターの調子が悪いです{i}", KINDS[0][1]) for i in range(12))]
    table = write_table(tmp_path / "two_languages.csv", rows)
    out = shell("evaluate", "--model", trained.model, "--table", table, *COLUMNS).out
    assert "Languages of the table: Japanese 55%, English 45%. The model learned from: English 100%." in out
    assert "This is a test across languages." in out
    assert "does not read: Japanese. Train again with --encoder multilingual." in out
    assert [line.split()[:2] for line in out.splitlines() if line.split()[:1] in (["Japanese"], ["English"])] == [
        ["Japanese", "12"],
        ["English", "10"],
    ]


def test_evaluate_refuses_labels_the_model_does_not_know(trained: Trained, tmp_path: Path) -> None:
    other = write_table(
        tmp_path / "other.csv", [("1", "a", "x"), ("2", "b", "x"), ("3", "c", "y"), ("4", "d", "y")]
    )
    told = shell("evaluate", "--model", trained.model, "--table", other, *COLUMNS)
    assert told.code == 2
    assert told.err.startswith("The table has categories the model does not know: x, y.")


def test_predict_keeps_columns_and_order_and_leaves_blank_rows_blank(trained: Trained, tmp_path: Path) -> None:
    rows = [("1", "=cmd|' /C calc'!A0", "-"), ("2", "  ", "+x"), ("3", KINDS[1][0].format(99), "")]
    source = write_table(tmp_path / "in.csv", rows, ("id", "本文", "predicted"))
    out = tmp_path / "not" / "yet" / "there.csv"
    told = shell("predict", "--model", trained.model, "--table", source, "--text", "本文", "--out", out)
    assert told.code == 0, told.err
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    written = read_csv(out)
    added = ["row", "predicted_2", "confidence", "check", "model", "version", "note"]
    assert list(written[0]) == ["id", "本文", "predicted", *added]
    assert [row["note"] for row in written] == ["", "blank text", ""]
    assert {row["model"] for row in written} == {trained.model.name, ""}
    assert [row["本文"] for row in written] == ["'=cmd|' /C calc'!A0", "  ", rows[2][1]]
    assert [row["predicted"] for row in written] == ["-", "'+x", ""]
    assert [row["row"] for row in written] == ["2", "3", "4"]
    assert (written[1]["predicted_2"], written[1]["confidence"]) == ("", "")
    assert written[2]["predicted_2"] in {label for _, label in KINDS}
    assert "2 documents classified, 1 rows without text" in told.out


def test_predict_in_bulk_says_what_it_cost_and_leaves_nothing_behind(trained: Trained, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    told = shell(
        "predict", "--model", trained.model, "--table", trained.table, "--text", "本文", "--out", out,
        "--speed", "bulk",
    )  # fmt: skip
    assert told.code == 0, told.err
    assert "All of them were computed by the whole model" in told.out
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    predicted = dict(enumerate(read_csv(out), start=2))
    assert all(int(row["row"]) == place for place, row in predicted.items())
    for row in read_csv(trained.model / "test_predictions.csv"):
        assert predicted[int(row["row"])]["predicted"] == row["predicted"]


def test_predict_gives_what_training_gave(trained: Trained, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert (
        shell(
            "predict", "--model", trained.model, "--table", trained.table, "--text", "本文", "--out", out,
            "--speed", "exact",
        ).code == 0
    )  # fmt: skip
    predicted = dict(enumerate(read_csv(out), start=2))
    for row in read_csv(trained.model / "test_predictions.csv"):
        again = predicted[int(row["row"])]
        assert again["predicted"] == row["predicted"]
        assert float(again["confidence"]) == pytest.approx(float(row["confidence"]), abs=2e-4)


@pytest.mark.parametrize(("kind", "file"), [("adapter", "adapter.safetensors"), ("onnx", "model.onnx")])
def test_export_writes_a_new_folder_only(kind: str, file: str, trained: Trained, tmp_path: Path) -> None:
    told = shell("export", "--model", trained.model, "--format", kind, "--out", tmp_path / "out")
    assert told.code == 0, told.err
    assert (tmp_path / "out" / file).is_file()
    again = shell("export", "--model", trained.model, "--format", kind, "--out", tmp_path / "out")
    assert_refused(again, "is not an empty folder")


def test_predict_refuses_to_overwrite_its_table(trained: Trained, table: Path) -> None:
    before = table.read_bytes()
    told = shell("predict", "--model", trained.model, "--table", table, "--text", "本文", "--out", table)
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "is the table itself" in told.err
    assert table.read_bytes() == before


@pytest.mark.parametrize("damage", ["model.json", "scales.safetensors", "sources/00/adapter.safetensors"])
def test_a_damaged_model_is_refused(trained: Trained, tmp_path: Path, damage: str) -> None:
    model = tmp_path / "model"
    shutil.copytree(trained.model, model)
    with (model / damage).open("r+b") as file:
        file.truncate(100)
    out = tmp_path / "out.csv"
    told = shell("predict", "--model", model, "--table", trained.table, "--text", "本文", "--out", out)
    assert (told.code, told.out, out.exists()) == (2, "", False)
    assert told.err.splitlines()[-1].startswith(f"The model in {model} ")


def test_a_model_of_before_is_said_to_have_had_no_seal(trained: Trained, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(trained.model, model)
    as_of_before(model)
    for out, had_none in (("first", True), ("second", False)):
        told = shell("export", "--model", model, "--format", "adapter", "--out", tmp_path / out)
        assert told.code == 0
        assert ("had no seal" in told.err) is had_none


# sources, train-adapter


def test_sources_lists_each_adapter_with_what_it_has_to_beat() -> None:
    told = shell("sources")
    (line,) = (line for line in told.out.splitlines() if line.startswith("clinc_domains "))
    (card,) = (card for card in catalog.cards() if card.name == "clinc_domains")
    assert f"{100 * card.score['value']:.1f} ({100 * card.score['low']:.1f} to" in line
    assert f"{100 * card.frozen_head_score['value']:.1f} (" in line
    assert card.purpose["en"] in line


def test_sources_as_json() -> None:
    names = [card["name"] for card in json.loads(shell("sources", "--json").out)]
    assert names == [card.name for card in catalog.cards()]


def test_an_own_adapter_has_a_card_without_places_of_this_machine(trained: Trained) -> None:
    assert trained.adapter_told.code == 0, trained.adapter_told.err
    text = (trained.adapter / "card.json").read_text("utf-8")
    card = json.loads(text)
    assert card["command"] == (
        "python -m scalearn_core train-adapter --table FILE --text '本文' --label '分類' --name ours --out DIR"
        " --threads 1"
    )
    assert str(trained.table.parent) not in text
    assert (card["metric"], card["title"]["en"], card["research_use"]) == ("macro_f1", "Our tickets", False)
    assert card["labels"] == sorted(label for _, label in KINDS)
    assert sum(card["rows"].values()) == COUNT


def test_a_prebuilt_adapter_is_rebuilt_by_the_command_on_its_card(tmp_path: Path) -> None:
    labels = ("human", "location")
    rows = [(f"{'who' if i % 2 == 0 else 'where'} is number {i}?", labels[i % 2]) for i in range(24)]
    write_table(tmp_path / "data" / "trec6" / "train.csv", rows, ("text", "label"))
    write_table(tmp_path / "data" / "trec6" / "test.csv", rows[:6], ("text", "label"))
    out = tmp_path / "out"
    (out / "trec6").mkdir(parents=True)
    (out / "trec6" / "adapter_config.json").write_text("{}", "utf-8")  # an older one, to be replaced
    told = shell("train-adapter", "--task", "trec6", "--data", tmp_path / "data", "--threads", "1", "--out", out)
    assert told.code == 0, told.err
    assert {path.name for path in (out / "trec6").iterdir()} == {
        "adapter.safetensors", "adapter_config.json", "card.json"
    }  # fmt: skip
    assert [path.name for path in out.iterdir()] == ["trec6"]
    card = json.loads((out / "trec6" / "card.json").read_text("utf-8"))
    assert card["command"] == "python -m scalearn_core train-adapter --task trec6 --data FOLDER --threads 1"
    assert card["purpose"] == find_task("trec6").purpose
    assert card["training"]["threads"] == 1


# wrong input: exit code 2, one sentence, nothing left behind


def assert_refused(told: Result, says: str) -> None:
    assert (told.code, told.out) == (2, "")
    assert says in told.err
    assert told.err.count("\n") == 1
    assert told.err.endswith(".\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no file"),
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n....", "the content is PNG"),
        (b"a\0b,c\n1,2\n", "binary data"),
        ("body,分類\nx,y\n", 'There is no column "本文"'),
        ("本文,分類\na,x\nb,x\n", "All documents have the same category"),
        ("本文,分類\na,x\n", "only one document"),
        ("本文,分類\na,\nb,\nc, \n", 'Of 3 documents 0 have a category ("分類")'),
        ("本文,分類\na,x\nb,\nc,y\nd,y\n", "two documents each, but 1 have them. Fill in"),
    ],
)
def test_train_refuses_a_table_it_cannot_learn_from(
    tmp_path: Path, content: bytes | str | None, says: str
) -> None:
    file = tmp_path / "table.csv"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = everything_below(tmp_path)
    assert_refused(shell("train", "--table", file, *COLUMNS, "--out", tmp_path / "a" / "model"), says)
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--sources", "clinc_domains,nowhere"], "There is no source adapter named nowhere"),
        (["--sources", ","], "at least one source adapter"),
        (["--sources", "trec6,trec6"], "trec6 is given twice"),
        (["--variant", "scalearn_x"], "invalid choice: 'scalearn_x'"),
        (["--recipe", "mine"], "invalid choice: 'mine'"),
        (["--seed", "-1"], "whole number from 0"),
        (["--device", "abacus"], "invalid choice: 'abacus'"),
        (["--sheet", "Sheet1"], "a text table has no sheets"),
        (["--out", "{home}/taken"], "is not an empty folder"),
        (["--out", "{home}/table.csv"], "is not an empty folder"),
        (["--out", "{home}/table.csv/model"], "cannot be written"),
        (["--out", "{home}/" + "n" * 300], "cannot be written"),
        (["--encoder", "{home}/taken"], "could not be loaded"),
        (["--encoder", "{home}/nowhere"], "There is no encoder at"),
    ],
)
def test_train_refuses_wrong_options(tmp_path: Path, table: Path, options: list[str], says: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").write_text("mine", "utf-8")
    before = everything_below(tmp_path)
    given = [option.format(home=tmp_path) for option in options]
    told = shell("train", "--table", table, *COLUMNS, "--out", tmp_path / "a" / "model", *given)
    progress, sentence = told.err.splitlines()[:-1], told.err.splitlines()[-1]
    assert_refused(Result(told.code, told.out, sentence + "\n"), says)
    assert set(progress) <= {"Loading encoder and sources"}
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["evaluate", "--model", "{home}/none", "--table", "{table}", *COLUMNS], "There is no model in"),
        (
            ["predict", "--model", "{home}/none", "--table", "{table}", "--text", "x", "--out", "o"],
            "There is no model",
        ),
        (["train-adapter", "--task", "trec6"], "give --data FOLDER, or --from-hub"),
        (["train-adapter", "--task", "trec7", "--data", "{home}"], "no source adapter named trec7"),
        (["train-adapter", "--task", "trec6", "--data", "{home}", "--out", "{home}/o"], "train.csv is missing"),
        (["train-adapter", "--task", "snips", "--from-hub", "--out", "{home}/o"], "does not hold the data set"),
        (
            ["train-adapter", "--task", "trec6", "--data", "{home}", "--name", "x"],
            "--name cannot be used with --task",
        ),
        (["train-adapter", "--table", "{table}", "--text", "本文"], "--table needs --label, --name, --out too"),
        (["train-adapter", "--table", "{table}", "--name", "../up"], "letters, digits"),
        (["train", "--table", "{table}"], "required: --text, --label, --out"),
    ],
)
def test_other_commands_refuse_wrong_options(tmp_path: Path, table: Path, arguments: list[str], says: str) -> None:
    before = everything_below(tmp_path)
    assert_refused(shell(*(argument.format(home=tmp_path, table=table) for argument in arguments)), says)
    assert everything_below(tmp_path) == before


def test_bad_rows_of_a_source_task_are_refused(tmp_path: Path) -> None:
    for name in ("train", "dev"):
        write_table(tmp_path / "trec6" / f"{name}.csv", [("a", "b")], ("text", "class"))
        write_table(tmp_path / "stsb" / f"{name}.csv", [("a", "b", "high")], ("text_a", "text_b", "label"))
    command = ("train-adapter", "--data", tmp_path, "--out", tmp_path / "out", "--task")
    assert_refused(shell(*command, "trec6"), "lacks the column label")
    assert_refused(shell(*command, "stsb"), 'must be numbers, but "high" was found')


def test_rows_left_out_are_told(trained: Trained, tmp_path: Path) -> None:
    source = write_table(tmp_path / "in.csv", [*documents(3), ("4", "too", "many", "cells")])
    told = shell(
        "predict", "--model", trained.model, "--table", source, "--text", "本文", "--out", tmp_path / "o.csv"
    )
    assert told.code == 0
    assert told.err.startswith("Left out, because blank or not of the header's width: row 5.\n")
    rows = read_csv(tmp_path / "o.csv")
    assert [bool(row["分類"]) for row in rows] == [True] * 3 + [False], "every row in its place"


# the process


def start(*arguments: str | Path, code: str | None = None) -> subprocess.Popen[str]:
    how = ["-c", code] if code else ["-m", "scalearn_core"]
    return subprocess.Popen(
        [sys.executable, *how, *map(str, arguments)], cwd=ROOT, text=True, encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=_hear_ctrl_c,
    )  # fmt: skip


def _hear_ctrl_c() -> None:
    """A test run started in the background of a shell hands down a deaf ear for Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_without_arguments_it_prints_help() -> None:
    process = start()
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    for command in ("train ", "evaluate", "predict", "sources", "train-adapter"):
        assert f"\n    {command}" in out


def test_cheap_checks_come_before_torch(tmp_path: Path, table: Path) -> None:
    code = (
        "import sys; from scalearn_core.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(99 if 'torch' in sys.modules else code)"
    )
    command = ("train", "--table", table, *COLUMNS, "--out")
    process = start(*command, tmp_path, code=code)
    _, err = process.communicate()
    assert (process.returncode, "not an empty folder" in err) == (2, True)
    process = start(*command, tmp_path / "model", "--sources", "nowhere", code=code)
    _, err = process.communicate()
    assert (process.returncode, "nowhere" in err) == (2, True)


def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path: Path, table: Path) -> None:
    before = everything_below(tmp_path)
    process = start("train", "--table", table, *COLUMNS, "--sources", "trec6", "--out", tmp_path / "a" / "model")
    assert process.stderr is not None
    lines: Iterator[str] = iter(process.stderr.readline, "")
    assert any(line.startswith("Plain classifier") for line in lines)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Stopped before the end; nothing was written."
    assert "Traceback" not in err
    assert everything_below(tmp_path) == before


def test_labels_print_on_a_terminal_that_cannot_show_them(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))
    code = main(["evaluate", "--model", str(trained.model), "--table", str(trained.table), *COLUMNS])
    assert code == 0
    assert rb"\u6a5f\u5668" in printed.getvalue()


def test_progress_on_a_terminal_is_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with Progress() as progress:
        progress.on_stage("training")
        progress.on_step(1, {"loss": 0.5, "epoch": 1, "fraction": 0.5})
        progress.on_step(2, {"epoch": 2, "fraction": 1.0, "validation_loss": 0.25})
    shown = terminal.getvalue()
    assert shown.count("\n") == 1
    assert (
        shown.split("\r")[-1].rstrip()
        == "Scales, task adapter and classifier: epoch 2, validation loss 0.250, 100%"
    )
