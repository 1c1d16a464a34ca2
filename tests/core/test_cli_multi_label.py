"""The shell on tables of several labels per document, with the tiny encoder."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.cli.predict import separator_of
from scalearn_core.export.onnx import FILES
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.multi_label import LABELS, multi_label_table
from tests.core.test_cli import Result, assert_refused, everything_below, read_csv, shell, write_table
from tests.core.tiny import as_of_before, random_adapter, save_encoder

COLUMNS = ["--text", "text", "--label", "label"]
FOUND = "Several labels per document, as | stands between them"


def written(file: Path, documents: int = 96, *, separator: str = " | ", seed: int = 0) -> Path:
    """A table as a user has it."""
    frame = multi_label_table(documents, separator=separator, seed=seed).frame
    return write_table(file, list(frame.itertuples(index=False, name=None)), ("text", "label"))


@dataclass(frozen=True)
class Trained:
    home: Path
    table: Path
    model: Path
    told: Result

    def train(self, *options: str | Path) -> Result:
        sources = ",".join(str(self.home / name) for name in ("first", "second"))
        return shell("train", *COLUMNS, "--encoder", self.home / "encoder", "--sources", sources, *options)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    home = tmp_path_factory.mktemp("several")
    save_encoder(home / "encoder")
    for number, name in enumerate(("first", "second")):
        write_adapter(random_adapter(name, seed=number), home / name)
    started = Trained(home, written(home / "tickets.csv"), home / "model", Result(0, "", ""))
    told = started.train("--table", started.table, "--out", started.model)
    return Trained(home, started.table, started.model, told)


def test_train_says_that_it_found_several_labels_and_how_to_refuse(trained: Trained) -> None:
    assert trained.told.code == 0, trained.told.err
    assert trained.told.err.splitlines()[0] == f"{FOUND} (--label-separator none: each cell is one label)."
    lines = trained.told.out.splitlines()
    assert lines[0].startswith("tickets: 3 labels;")
    assert lines[2].split() == ["macro-F1", "all", "labels", "right"]
    result = json.loads((trained.model / "result.json").read_text("utf-8"))
    assert result["dataset"]["separator"] == "|"
    assert ScaLearnModel.load(trained.model).separator == "|"


def test_a_separator_can_be_named_or_refused(trained: Trained, tmp_path: Path) -> None:
    commas = written(tmp_path / "commas.csv", separator=",")
    named = trained.train("--table", commas, "--label-separator", ",", "--out", tmp_path / "a")
    assert named.code == 0 and FOUND not in named.err
    assert ScaLearnModel.load(tmp_path / "a").labels == LABELS
    options = ("--table", trained.table, "--label-separator", "none", "--recipe", "paper")
    single = trained.train(*options, "--out", tmp_path / "b")
    assert single.code == 0 and FOUND not in single.err
    assert single.out.splitlines()[2].split() == ["macro-F1", "accuracy"]
    model = ScaLearnModel.load(tmp_path / "b")
    assert (model.separator, len(model.labels)) == (None, 6)


def test_hierarchical_names_stay_whole(trained: Trained, tmp_path: Path) -> None:
    rows = [(f"{'printer' if i % 2 else 'server'} is broken {i}", f"IT|{'Hard' if i % 2 else 'Soft'}ware")
            for i in range(30)]  # fmt: skip
    told = trained.train(
        "--table", write_table(tmp_path / "t.csv", rows, ("text", "label")), "--recipe", "paper", "--out",
        tmp_path / "m",
    )  # fmt: skip
    assert told.code == 0 and FOUND not in told.err
    assert ScaLearnModel.load(tmp_path / "m").labels == ("IT|Hardware", "IT|Software")


def test_forecast_reads_the_table_alike(trained: Trained) -> None:
    sources = ",".join(str(trained.home / name) for name in ("first", "second"))
    told = shell(
        "forecast", *COLUMNS, "--table", trained.table, "--encoder", trained.home / "encoder",
        "--sources", sources, "--json",
    )  # fmt: skip
    assert told.code == 0 and told.err.startswith(FOUND)
    result = json.loads((trained.model / "result.json").read_text("utf-8"))
    assert json.loads(told.out) == {key: result[key] for key in ("forecast", "start")}


def test_evaluate_reads_the_table_as_the_model_was_trained(trained: Trained, tmp_path: Path) -> None:
    rows = [(f"invoice payment {i}", "invoices") for i in range(4)] + [
        (f"vpn wifi {i}", "network") for i in range(4)
    ]
    alone = write_table(tmp_path / "alone.csv", rows, ("text", "label"))  # no cell of two: nothing to find
    told = shell("evaluate", "--model", trained.model, "--table", alone, *COLUMNS, "--json")
    assert told.code == 0, told.err
    report = json.loads(told.out)
    assert (report["n"], report["confusion"]) == (8, [])
    unseen = written(tmp_path / "unseen.csv", 40, seed=5)
    told = shell("evaluate", "--model", trained.model, "--table", unseen, *COLUMNS)
    assert told.code == 0, told.err
    assert FOUND not in told.err
    assert "all labels right" in told.out.splitlines()[0] and "accuracy" not in told.out
    assert {line.split()[-1] for line in told.out.splitlines()[-3:]} == {*LABELS}
    wrong = shell(
        "evaluate", "--model", trained.model, "--table", written(tmp_path / "w.csv", separator=";"), *COLUMNS
    )
    assert wrong.code == 2 and "categories the model does not know" in wrong.err


def test_predict_joins_labels_and_counts_them_one_by_one(trained: Trained, tmp_path: Path) -> None:
    rows = [("1", "invoice payment bill"), ("2", "vpn wifi and room desk"), ("3", " "), ("4", "xyz")]
    source, out = write_table(tmp_path / "in.csv", rows, ("id", "text")), tmp_path / "out.csv"
    command = ("predict", "--model", trained.model, "--table", source, "--text", "text", "--out", out)
    told = shell(*command, "--speed", "exact")
    assert told.code == 0, told.err
    model, cells = ScaLearnModel.load(trained.model), read_csv(out)
    texts = [text for _, text in rows if text.strip()]
    expected = model.predict(texts)
    assert [row["predicted"] for row in cells if row["text"].strip()] == [cell or "[]" for cell in expected]
    assert (cells[2]["predicted"], cells[2]["confidence"]) == ("", "")
    values = model.predict_proba(texts)
    assert float(cells[0]["confidence"]) == pytest.approx(
        float(np.maximum(values, 1 - values)[0].prod()), abs=1e-4
    )
    lines = told.out.splitlines()
    assert lines[0].startswith("3 documents classified, 1 rows without text")
    assert lines[1] == f"{expected.count('')} of them got no label."
    given = [label for cell in expected for label in cell.split("|") if label]
    assert {line.split()[1]: int(line.split()[0]) for line in lines[2:]} == {n: given.count(n) for n in {*given}}
    assert shell(*command).code == 0, "and as fast as it goes"


@pytest.mark.parametrize("kind", ["onnx", "adapter"])
def test_export(kind: str, trained: Trained, tmp_path: Path) -> None:
    told = shell("export", "--model", trained.model, "--format", kind, "--out", tmp_path / "out")
    assert told.code == 0, told.err
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == FILES if kind == "onnx" else "head_config.json" in names


def test_a_study_is_added_to_the_result(trained: Trained, tmp_path: Path) -> None:
    shutil.copytree(trained.model, tmp_path / "model")
    told = shell("study", "sources", "--model", tmp_path / "model", "--table", trained.table, *COLUMNS, "--json")
    assert told.code == 0, told.err
    result = json.loads((tmp_path / "model" / "result.json").read_text("utf-8"))
    assert result["studies"]["sources"] == json.loads(told.out)


def test_an_adapter_of_ones_own_from_several_labels(trained: Trained, tmp_path: Path) -> None:
    told = shell(
        "train-adapter", "--table", written(tmp_path / "t.csv", separator=","), *COLUMNS, "--label-separator", ",",
        "--name", "ours", "--encoder", trained.home / "encoder", "--out", tmp_path, "--threads", "1",
    )  # fmt: skip
    assert told.code == 0, told.err
    card = json.loads((tmp_path / "ours" / "card.json").read_text("utf-8"))
    assert card["labels"] == list(LABELS)
    assert "--label-separator , " in card["command"]
    assert 0 <= card["score"]["low"] <= card["score"]["value"] <= card["score"]["high"] <= 1
    assert card["majority_score"]["value"] < 0.4
    refused = shell("train-adapter", "--task", "trec6", "--data", tmp_path, "--label-separator", ",")
    assert_refused(refused, "--label-separator cannot be used with --task")


@pytest.mark.parametrize("separator", ["", 5, ["|"], {"a": 1}])
def test_a_model_with_a_damaged_separator_is_refused(separator: object, trained: Trained, tmp_path: Path) -> None:
    shutil.copytree(trained.model, tmp_path / "model")
    as_of_before(tmp_path / "model", separator=separator)
    assert separator_of(tmp_path / "model") is None
    before = everything_below(tmp_path)
    told = shell("evaluate", "--model", tmp_path / "model", "--table", trained.table, *COLUMNS)
    assert (told.code, told.out) == (2, "")
    assert told.err.splitlines()[-1].startswith(f"The model in {tmp_path / 'model'} is damaged")
    assert everything_below(tmp_path) == before


def test_a_cell_of_separators_alone_is_a_document_without_label(trained: Trained, tmp_path: Path) -> None:
    frame = multi_label_table(24, separator=" | ").frame
    rows = [*frame.itertuples(index=False, name=None), ("more", " | | ")]
    table = write_table(tmp_path / "t.csv", rows, ("text", "label"))
    told = trained.train("--table", table, "--out", tmp_path / "m")
    assert told.code == 0 and "Documents without label: 1" in told.err
