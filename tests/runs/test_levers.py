"""A model saved with levers: what was seen is what is saved, and judged on documents nobody watched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scalearn_core import runs
from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.config import TrainingConfig
from scalearn_core.config import workspace as workspace_folder
from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.data.mapping import Mapping
from scalearn_core.devices import find
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ScaLearnError
from scalearn_core.evaluation.stored_probabilities import FILE, load_test_probabilities
from scalearn_core.evidence.pipeline import train_with_evidence
from scalearn_core.evidence.reference import load_reference
from scalearn_core.evidence.trained import load_trained
from scalearn_core.explain.lever_settings import Levers
from scalearn_core.jobs import train as training
from scalearn_core.jobs.levers import open_board
from scalearn_core.jobs.warm import WarmBoard, WarmPredictor, open_predictor
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.runs.ending import Ending
from scalearn_core.runs.folders import new_run_id, run_folder, write_json
from scalearn_core.runs.store import Store
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.workspace.datasets import load_dataset, save_dataset
from tests.built import built_once
from tests.core.tiny import dataset, random_adapter, save_encoder
from tests.runs.in_process import do
from tests.runs.polling import ended

LEVERS = Levers({"first": 0.0, "own": 1.5}, {"second": 0.8}, (1.0, 1.0, 0.5))


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace with a training, and the id of its run."""

    def build(home: Path) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SCALEARN_HOME", str(home))
            return train(home / "parts")

    return built_once(tmp_path_factory, "tiny", build)


@pytest.fixture
def trained(trained_home: tuple[Path, str], workspace: Path) -> str:
    """The id of that run, in a copy of the workspace that a test may change."""
    home, run_id = trained_home
    shutil.copytree(home, workspace)
    return run_id


def train(parts: Path) -> str:
    """Make a run folder as a training leaves it, with a model of the tiny encoder; returns its id."""
    save_encoder(parts / "encoder")
    for number, name in enumerate(("first", "second")):
        write_adapter(random_adapter(name, seed=number), parts / name)
    content = dataset(60).frame.to_csv(index=False).encode()
    config = {
        "dataset": save_dataset(
            content, Mapping(text="text", label="label", blanks="leave_out"), filename="tiny.csv"
        ),
        "seed": 5,
    }
    outcome = train_with_evidence(
        load_dataset(config["dataset"]).split(seed=5),
        sources=[str(parts / name) for name in ("first", "second")],
        variant="scalearn",
        config=TrainingConfig(seed=5, epochs=2),
        device=find("cpu"),
        encoder=Encoder.load(parts / "encoder"),
    )
    run_id = new_run_id()
    store = Store(workspace_folder())
    store.insert(run_id, kind="train", lane="train", title="tiny", config=config, created_at=0.0)
    folder = run_folder(run_id)
    folder.mkdir(parents=True)
    outcome.save(folder / "model", evidence=folder)
    write_json(folder / "config.json", {"id": run_id, "kind": "train", "config": config})
    store.finish(run_id, Ending("succeeded"))
    return run_id


def asked(from_run: str, levers: dict[str, Any]) -> dict[str, Any]:
    config = json.loads((runs.folder(from_run) / "config.json").read_text("utf-8"))["config"]
    return config | {"levers": levers, "from_run": from_run, "from_title": "tiny", "device": "cpu"}


def save(from_run: str, levers: dict[str, Any]) -> runs.Run:
    return ended(runs.submit("train", asked(from_run, levers), title="by hand"))


def refused(from_run: str, levers: dict[str, Any]) -> str:
    """The code of the error that the job raises."""
    with pytest.raises(ScaLearnError) as caught:
        do(training.run, "train", asked(from_run, levers))
    return caught.value.code


def result_of(run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((runs.folder(run_id) / "result.json").read_text("utf-8"))
    return found


def test_what_was_seen_is_saved_and_judged_on_other_documents(trained: str) -> None:
    board = open_board(trained)
    seen, look = board.probabilities(LEVERS), board.look(LEVERS, seed=5)
    run = save(trained, LEVERS.to_dict())
    assert (run.status, run.error_text) == ("succeeded", None)
    folder, found, before = runs.folder(run.id), result_of(run.id), result_of(trained)

    model = ScaLearnModel.load(folder / "model")
    np.testing.assert_allclose(model.predict_proba(board.split.texts), seen, rtol=1e-4, atol=1e-6)
    assert found["levers"]["watched"]["scores"]["confusion"] == to_json(look)["scores"]["confusion"]
    assert {key: found["levers"][key] for key in ("factors", "added", "groups")} == LEVERS.to_dict()

    rows = pd.read_csv(folder / "test_predictions.csv", encoding="utf-8-sig")["row"].tolist()
    assert not {*rows} & {*board.split.rows}, "the watched ones do not judge"
    counts = found["dataset"]["counts"]
    assert counts["test"] == len(rows) == before["dataset"]["counts"]["test"] - len(board.split)
    assert found["scores"]["scalearn"]["n"] == found["scores"]["frozen_head"]["n"] == len(rows)
    assert found["levers"]["learned"]["n"] == len(rows)
    assert found["scales"]["contribution"] != before["scales"]["contribution"]
    assert np.allclose(np.array(found["scales"]["contribution"])[:, 0], 0), "the first source is off"
    assert found["scales"]["dimensions"]["spread"][0][0] == 0
    assert found["sources"] == before["sources"] and found["history"] == before["history"]
    learned_from = load_reference(folder, model).documents
    assert learned_from is not None and set(document_numbers(board.split.texts)) <= {*learned_from.tolist()}

    trained_model = load_trained(folder, folder / "model", load_dataset(run.config["dataset"]), "cpu")
    assert list(trained_model.test.rows) == rows, "a study of it tests on the same documents"
    again = open_board(run.id)
    assert again.split.rows == board.split.rows
    np.testing.assert_allclose(again.learned, seen, rtol=1e-4, atol=1e-6)


def test_at_rest_the_model_is_the_learned_one(trained: str) -> None:
    saved, _, found = do(training.run, "train", asked(trained, Levers().to_dict()))
    first, second = (ScaLearnModel.load(runs.folder(run_id) / "model") for run_id in (trained, saved))
    texts = dataset(60).frame["text"].tolist()
    assert np.array_equal(first.predict_proba(texts), second.predict_proba(texts))
    assert found["levers"]["comparison"]["disagreements"] == 0
    assert found["scores"]["scalearn"] == found["levers"]["learned"]


def test_it_is_compared_with_what_the_training_was_compared_with(trained: str) -> None:
    before, (_, _, found) = result_of(trained), do(training.run, "train", asked(trained, LEVERS.to_dict()))
    assert set(found["scores"]) == set(before["scores"]) > {"frozen_head", "single_source", "tfidf", "majority"}
    assert found["comparison_control"]["against"] == before["comparison_control"]["against"]
    assert set(found["verdict"]) >= {"helped", "code", "gain", "interval", "against"}
    whole, rows = (
        pd.read_csv(runs.folder(run_id) / "test_predictions.csv", encoding="utf-8-sig")["row"].tolist()
        for run_id in (trained, found["run_id"])
    )
    earlier, kept = (load_test_probabilities(runs.folder(run_id)) for run_id in (trained, found["run_id"]))
    assert earlier is not None and kept is not None
    for name in ("frozen_head", "tfidf", "single_source"):
        assert np.array_equal(kept.predicted[name], earlier.predicted[name][[whole.index(row) for row in rows]])
    assert np.array_equal(kept.predicted["scalearn"], kept.probabilities.argmax(1))


def test_what_is_missing_is_told(trained: str) -> None:
    unknown = {"factors": {"fifth": 0.5}, "added": {}, "groups": [1, 1, 1]}
    assert refused(trained, unknown) == "levers.unknown_source"
    (runs.folder(trained) / FILE).unlink()
    assert refused(trained, LEVERS.to_dict()) == "study.no_evidence", "as in results of earlier releases"
    (runs.folder(trained) / "model" / "scales.safetensors").unlink()
    assert refused(trained, LEVERS.to_dict()) == "model.changed"


def test_a_warm_process_answers_as_the_board_itself(trained: str) -> None:
    board, warm = open_board(trained), WarmBoard(trained)
    assert warm.documents == len(board.split)
    for levers in (Levers(), LEVERS):
        assert warm.look(levers) == board.look(levers)
    process = warm._worker._process
    assert process is not None
    process.kill()  # as a person, or the system where memory runs out
    assert warm.look(LEVERS) == board.look(LEVERS), "started anew"
    warm.close()
    assert process.poll() is not None and warm._worker._process is None
    with pytest.raises(ScaLearnError) as told:
        WarmBoard("20990101-000000-aaaaaa")
    assert told.value.code == "run.unknown"


def test_a_model_that_only_torch_can_run_is_run_elsewhere(trained: str) -> None:
    texts = ["please look at my invoice", "", "請求書"]
    opened = open_predictor(trained)
    assert isinstance(opened, WarmPredictor), "its encoder is not one of the studio's"
    assert opened.predict(texts) == Predictor.load(runs.folder(trained) / "model").predict(texts)
    opened.close()


def test_a_warm_process_ends_with_its_owner(trained: str) -> None:
    code = (
        "import sys, time\nfrom scalearn_core.jobs.warm import WarmBoard\n"
        f"board = WarmBoard({trained!r})\nprint(board._worker._process.pid, flush=True)\n"
        "assert 'torch' not in sys.modules\ntime.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}/cmdline").exists() and b"warm" in Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "it goes on without anybody to answer"
        time.sleep(0.1)
