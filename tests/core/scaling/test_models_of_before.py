"""A model made by the code before seals (commit dcec981): it opens, answers the same, and is sealed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.seal import read_seal

CASE = Path(__file__).parents[2] / "data" / "model_of_before"


def test_it_opens_answers_the_same_and_is_sealed(tmp_path: Path) -> None:
    shutil.copytree(CASE / "model", tmp_path / "model")
    expected = json.loads((CASE / "expected.json").read_text("utf-8"))
    encoder = Encoder.load(CASE / "encoder")
    for _ in range(2):  # once without a seal, once with it
        model = ScaLearnModel.load(tmp_path / "model", encoder)
        assert np.abs(model.predict_proba(expected["texts"]) - expected["probabilities"]).max() < 1e-6
        assert model.predict(expected["texts"]) == expected["labels"]
        assert (model.separator, model.own_adapter, model.variant) == ("|", False, "scalearn")
        assert model.thresholds is not None and model.thresholds.tolist() == [0.4, 0.6]
        assert model.training_record["seed"] == 13
        assert model.fast_mode == {"documents": 3, "agreement": 1.0, "within_limit": False}, "without its time"
        assert model.seal == read_seal(tmp_path / "model")
        assert model.seal.made_at_first_opening
    assert model.save(tmp_path / "new") == ScaLearnModel.load(tmp_path / "new", encoder).seal.model_id
    assert not read_seal(tmp_path / "new").made_at_first_opening
