"""All jobs of a model of several labels, one after the other: each as its process does it, in this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.evaluation.stored_probabilities import load_test_probabilities
from scalearn_core.explain.lever_settings import Levers
from scalearn_core.jobs import evaluate as evaluating
from scalearn_core.jobs import forecast as forecasting
from scalearn_core.jobs import predict as predicting
from scalearn_core.jobs import study as studying
from scalearn_core.jobs import train as training
from scalearn_core.jobs.levers import open_board
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.workspace.datasets import dataset_content, load_dataset, save_dataset
from scalearn_core.workspace.test_set_use import uses_of
from scalearn_core.workspace.uploads import save_upload
from tests.core.multi_label import LABELS, multi_label_table
from tests.core.tiny import random_adapter, save_encoder
from tests.runs.in_process import do


@pytest.fixture
def asked(tmp_path: Path) -> dict[str, Any]:
    """What a training is asked: the tiny encoder, two sources, a table whose separator is found."""
    save_encoder(tmp_path / "encoder")
    for number, name in enumerate(("first", "second")):
        write_adapter(random_adapter(name, seed=number), tmp_path / name)
    content = multi_label_table(120, separator=" | ").frame.to_csv(index=False).encode()
    mapping = Mapping("text", "label", blanks="leave_out")
    return {
        "dataset": save_dataset(content, mapping, filename="tickets.csv"),
        "encoder": str(tmp_path / "encoder"), "sources": [str(tmp_path / name) for name in ("first", "second")],
        "variant": "scalearn_uniform", "recipe": "auto", "seed": 5, "device": "cpu",
    }  # fmt: skip


def table_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, encoding="utf-8-sig", keep_default_na=False)


def test_a_model_from_its_forecast_to_its_levers(asked: dict[str, Any]) -> None:
    _, _, promised = do(forecasting.run, "forecast", asked)
    run_id, folder, result = do(training.run, "train", asked)
    assert promised["forecast"] == result["forecast"], "asked beforehand it promises the same"
    assert result["dataset"]["separator"] == "|"
    assert result["split"] == SplitPlan().to_dict(), "not of the training's seed"
    dataset = load_dataset(asked["dataset"])
    assert table_of(folder, "test_predictions.csv")["row"].tolist() == list(dataset.split().test.rows)
    assert dataset.split().test.rows != dataset.split(seed=5).test.rows
    assert result["dataset"]["class_counts"] == load_dataset(asked["dataset"]).class_counts
    kept, model = load_test_probabilities(folder), ScaLearnModel.load(folder / "model")
    assert kept is not None and model.multi_label
    assert np.array_equal(model.decide(kept.probabilities), kept.predicted["scalearn"])
    assert model.thresholds is not None
    assert result["thresholds"] == dict(zip(LABELS, model.thresholds.tolist(), strict=True))
    rows = table_of(folder, "test_predictions.csv")
    np.testing.assert_allclose(model.predict_proba(rows["text"].tolist()), kept.probabilities, atol=1e-5)
    for name, place in zip(LABELS, range(3), strict=True):
        scored = next(row for row in result["scores"]["scalearn"]["per_class"] if row["label"] == name)
        assert scored["given"] == kept.predicted["scalearn"][:, place].sum()
        assert scored["hits"] == (kept.predicted["scalearn"] & kept.targets)[:, place].sum()

    # new documents
    upload = save_upload(b"body\nmy invoice payment\n\nvpn router and room desk\n ,\n")
    _, predicted, told = do(predicting.run, "predict", {"upload": upload, "text": "body", "model_run": run_id})
    cells = table_of(predicted, "predictions.csv")["predicted"].tolist()
    labels = [label for cell in cells for label in cell.split("|") if label]
    assert told["class_counts"] == {label: labels.count(label) for label in LABELS}
    assert told["n"] + told["without_text"] == len(cells) - 1, "the empty row stays in its place"

    # another table, which says it in other columns
    unseen = multi_label_table(40, separator="|", seed=9).frame.rename(columns={"text": "t", "label": "l"})
    config = {
        "upload": save_upload(unseen.to_csv(index=False).encode()), "text": "t", "label": "l", "name": "unseen",
        "model_run": run_id,
    }  # fmt: skip
    _, evaluated, report = do(evaluating.run, "evaluate", config)
    assert (report["n"], report["confusion"], report["same_table"]) == (40, [], False)
    assert [row["given"] for row in report["majority"]["per_class"]] in ([40, 0, 0], [0, 40, 0])
    told_rows = table_of(evaluated, "predictions.csv")
    right = (told_rows["label"] == told_rows["predicted"]).mean()
    assert report["accuracy"]["value"] == pytest.approx(right)

    # a study
    _, _, found = do(studying.run, "study", {"model_run": run_id, "study": "sources"})
    kept_result = json.loads((folder / "result.json").read_text("utf-8"))
    assert kept_result["studies"]["sources"]["all"] == found["all"]

    assert [look.what for look in uses_of(asked["dataset"])] == ["training", "study"], "not of the other table"
    config |= {"upload": save_upload(dataset_content(asked["dataset"])), "text": "text", "label": "label"}
    _, _, known = do(evaluating.run, "evaluate", config)
    assert known["same_table"]

    # levers
    for levers in (Levers(), Levers({"first": 0.0, "own": 1.5}, {"second": 0.8})):
        board = open_board(run_id)
        seen = board.probabilities(levers)
        more = {"levers": levers.to_dict(), "from_run": run_id, "from_title": "tickets"}
        _, saved, turned = do(training.run, "train", asked | more)
        again = ScaLearnModel.load(saved / "model")
        assert again.separator == "|"
        np.testing.assert_allclose(again.predict_proba(board.split.texts), seen, rtol=1e-4, atol=1e-6)
        assert turned["levers"]["watched"]["scores"] == to_json(board.look(levers, seed=5))["scores"]
        assert turned["levers"]["comparison"]["disagreements"] == 0 or not levers.at_rest
        judged = table_of(saved, "test_predictions.csv")["row"].tolist()
        assert not {*judged} & {*board.split.rows}
        assert turned["scores"]["frozen_head"]["n"] == turned["dataset"]["counts"]["test"] == len(judged)
        assert turned["confidence"]["conformal"] is None
        assert turned["split"] == result["split"]
    whats = [look.what for look in uses_of(asked["dataset"])]
    assert whats == ["training", "study", "evaluation", "training", "training"]


def test_the_paper_recipe_as_a_run(asked: dict[str, Any]) -> None:
    asked |= {"recipe": "paper", "own_adapter": True, "variant": "scalearn_pp"}
    _, folder, result = do(training.run, "train", asked)
    assert result["comparison_control"]["against"] == "shuffled_sources"
    assert {row["validation_macro_f1"] is None for row in result["history"]} == {False}
    assert ScaLearnModel.load(folder / "model").own_adapter
