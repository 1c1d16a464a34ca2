"""A workspace made by the release before results were typed (`dcec981`): all of it opens, and says the same.

`tests/data/old_workspace.zip` holds `home/` (a dataset; a training with all five studies, an evaluation, a
prediction and a forecast; one with the settings of the paper; one with levers), `parts/` (the tiny encoder; files
say `PARTS` for its place) and `pages.json`: the numbers that the old pages Results and Scales showed, by run, page
and view.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.evidence.trained import load_trained
from scalearn_core.evidence.upgrade import read_evaluation, read_forecast, read_prediction, read_training
from scalearn_core.records.training import FORMAT
from scalearn_core.workspace.datasets import list_datasets, load_dataset
from tests.ui.conftest import ROOT, Open

NUMBER = re.compile(r"[+−-]?\d[\d,]*(?:\.\d+)?")
RESULTS = ("summary", "classes", "confidence", "labels", "ladder", "elsewhere")
SCALES = ("contribution", "raw", "change", "dimensions", "seeds", "compare")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    with zipfile.ZipFile(ROOT / "tests" / "data" / "old_workspace.zip") as archive:
        archive.extractall(folder)
    for file in folder.glob("home/runs/**/*.json"):
        told = file.read_text("utf-8")
        if "PARTS" in told:
            file.write_text(told.replace("PARTS", str(folder / "parts")), "utf-8")
    return folder


@pytest.fixture
def old(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCALEARN_HOME", str(unpacked / "home"))
    return unpacked


def test_datasets_models_and_runs_open(old: Path) -> None:
    (info,) = list_datasets()
    known = runs.recent(50)
    assert len(known) == 11 and all(run.status == "succeeded" for run in known)
    for run in known:
        folder = runs.folder(run.id)
        if run.kind == "train":
            record = read_training(folder)
            trained_model = load_trained(folder, folder / "model", load_dataset(info.id), "cpu")
            assert record.format == FORMAT and trained_model.result == record
            assert (record.levers is not None) == ("levers" in run.config)
            predicted = trained_model.model.decide(trained_model.model.predict_proba(trained_model.test.texts))
            right = float((predicted == trained_model.test.targets).mean())
            assert right == pytest.approx(record.scores["scalearn"].accuracy.value)
            studies = [name for name, found in vars(record.studies).items() if found is not None]
            assert len(studies) in (0, 5)
    (forecast,), (evaluation,), (prediction,) = (
        [runs.folder(run.id) for run in known if run.kind == kind] for kind in ("forecast", "evaluate", "predict")
    )
    assert {promise.source for promise in read_forecast(forecast).forecast} == {"first", "second"}
    assert read_evaluation(evaluation).n == read_prediction(prediction).n == 40


def without_totals(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of a figure but for the column of totals beside a map, which earlier releases did not draw."""
    is_map = any(part["type"] == "heatmap" for part in parts)
    return [part for part in parts if not (is_map and part.get("mode") == "text")]


def numbers(app: AppTest) -> dict[str, list[str]]:
    """In tables, tiles and figures, in their order; and of the sentences those with a decimal point."""
    assert not app.exception and not app.error
    words = [
        each.value for kind in (app.success, app.info, app.warning, app.markdown, app.caption) for each in kind
    ]
    cells = [tile.value for tile in app.metric]
    cells += [str(cell) for table in (*app.table, *app.dataframe) for cell in table.value.to_numpy().ravel()]
    cells += [
        str(text)
        for chart in app.get("plotly_chart")
        for part in without_totals(json.loads(chart.proto.spec)["data"])
        for text in part.get("text") or []
    ]
    told = sorted(number for number in NUMBER.findall(" ".join(words)) if "." in number)
    return {"cells": NUMBER.findall(" ".join(cells)), "words": told}


@pytest.mark.parametrize(
    ("title", "page", "views"),
    [
        ("tickets", "results", RESULTS),
        ("tickets", "scales", SCALES),
        ("tickets, as in the paper", "results", ("summary", "ladder")),
        ("tickets, as in the paper", "scales", ("raw", "change")),
        ("tickets by hand", "results", ("summary", "confidence")),
    ],
)
def test_pages_show_the_same_numbers(
    title: str, page: str, views: tuple[str, ...], old: Path, studio: Open
) -> None:
    (run,) = (run for run in runs.recent(50, "train") if run.title == title)
    shown = json.loads((old / "pages.json").read_text("utf-8"))
    for view in views:
        found = numbers(studio(page, run=run.id, view=view))
        expected = shown[f"{run.id} {page} {view}"]  # in the order of an earlier page
        assert {part: sorted(cells) for part, cells in found.items()} == {
            part: sorted(cells) for part, cells in expected.items()
        }, view
