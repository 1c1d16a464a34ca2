"""Many documents at once: the same answers, the same bytes, and nothing lost by a stop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.intervals import wilson_interval
from scalearn_core.onnx_graph.fast_mode import measure_fast_mode
from scalearn_core.onnx_graph.graph import record
from scalearn_core.onnx_graph.pieces import between, cuts
from scalearn_core.prediction import bulk as bulking
from scalearn_core.prediction import bulk_table
from scalearn_core.prediction.bulk import Bulk
from scalearn_core.prediction.bulk_table import BulkPredictor
from scalearn_core.prediction.cascade import ALLOWED, Question
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.scaling.test_merge import randomised
from tests.core.tiny import FILLER, TOPICS, random_adapter, save_encoder

WORDS = [*FILLER, *(word for words in TOPICS.values() for word in words)]


def documents(count: int, seed: int = 0) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(WORDS, generator.integers(3, 20))) for _ in range(count)]


def made(encoder: Encoder, sources: list[Adapter], separator: str | None = None) -> ScaLearnModel:
    model = randomised(ScaLearnModel(encoder, sources, labels=("x", "y", "z"), separator=separator))
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 2, generator=torch.Generator().manual_seed(1))
    tokens = encoder.tokenize(documents(40, seed=9))
    model.fast_mode = measure_fast_mode(model, tokens, tokens, model.decide(model.predict_proba_of(tokens)))
    return model


@pytest.fixture(scope="module", params=[None, "|"], ids=["one label", "several"])
def folder(request: pytest.FixtureRequest, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "model"
    made(encoder, [random_adapter("first", seed=1), random_adapter("second", seed=2)], request.param).save(folder)
    return folder


def loaded(folder: Path) -> BulkPredictor:
    predictor = BulkPredictor.load(folder)
    assert predictor is not None
    return predictor


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta", "distilbert", "modernbert", "deberta"])
def test_pieces_compute_what_the_graph_computes(kind: str, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder", kind)
    encoder = Encoder.load(tmp_path / "encoder")
    model = made(encoder, [random_adapter("first", seed=1, model_type=kind)])
    graph = record(model)
    texts = documents(30)
    expected = model.predict_proba(texts)
    tool = Bulk(graph, None, Question(False), labels=3, pad_id=encoder.pad_id, threads=1)
    frame = pd.DataFrame({"text": texts})
    read, places = BulkPredictor(model, tool, "")._read(texts, lambda share: None)  # type: ignore[arg-type]
    found = tool.classify(read)
    np.testing.assert_allclose(found.probabilities[places], expected, atol=1e-5)
    assert (found.step == len(tool.pieces) + 1).all(), "so few are computed by the whole model"
    for end in cuts(graph.graph, 2):
        assert between(graph, None, end).graph.output[0].name == end
    if kind in ("bert", "xlm-roberta", "distilbert"):
        assert len(cuts(graph.graph, 2)) == 2
    assert len(frame) == 30


def test_answers_are_the_models_own_and_the_same_bytes_after_a_stop(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = documents(3_000)
    texts[5:10] = ["", "  ", texts[0], texts[0].upper(), texts[0] + " "]
    frame = pd.DataFrame({"text": texts}, index=range(2, 3_002))
    predictor = loaded(folder)
    told: list[float] = []
    classified, same = predictor.predict_table(frame, "text", told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1)
    exact = Predictor.load(folder, speed="exact").predict_table(frame, "text")
    agree = int((classified.labels == exact.labels).sum())
    assert wilson_interval(agree, len(frame)).high >= 1 - ALLOWED
    assert same.documents == 1_000 and same.low > 0.99 and same.early > 0.05
    assert classified.labels.iloc[5] == classified.confidences.iloc[6] == ""
    assert len(set(classified.labels.iloc[[0, 7, 8, 9]])) == 1
    gap = classified.confidences.replace("", "0").astype(float) - exact.confidences.replace("", "0").astype(float)
    assert abs(gap.mean()) < 0.05

    class Stopped(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.7:
            raise Stopped

    monkeypatch.setattr(bulking, "GROUP_TOKENS", 4_096)
    unfinished = tmp_path / "unfinished"
    whole, _ = loaded(folder).predict_table(frame, "text")
    with pytest.raises(Stopped):
        loaded(folder).predict_table(frame, "text", stop, unfinished)
    assert unfinished.is_file()
    again = loaded(folder)
    monkeypatch.setattr(bulking._Run, "_plan", None)  # it is known
    resumed, kept = again.predict_table(frame, "text", unfinished=unfinished)
    assert resumed.frame.equals(whole.frame) and kept.documents == 1_000
    assert not unfinished.exists()


def test_what_was_kept_of_other_documents_or_is_damaged_is_not_used(folder: Path, tmp_path: Path) -> None:
    unfinished = tmp_path / "unfinished"
    predictor = loaded(folder)

    def stop(share: float) -> None:
        if share > bulk_table.READ_SHARE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predictor.predict_table(pd.DataFrame({"text": documents(20)}), "text", stop, unfinished)
    frame = pd.DataFrame({"text": documents(20, seed=1)})
    expected, same = predictor.predict_table(frame, "text")
    assert same.documents == 0
    assert predictor.predict_table(frame, "text", unfinished=unfinished)[0].frame.equals(expected.frame)
    unfinished.write_bytes(b"\x05" * 50)
    assert predictor.predict_table(frame, "text", unfinished=unfinished)[0].frame.equals(expected.frame)


@pytest.mark.parametrize("texts", [[], ["", " "], ["a lamp"]])
def test_small_tables(texts: list[str], folder: Path) -> None:
    classified, _ = loaded(folder).predict_table(pd.DataFrame({"text": texts}, dtype=str), "text")
    assert (classified.labels != "").tolist() == [bool(text.strip()) for text in texts]


def test_a_model_that_reads_windows_is_none_for_bulk(
    encoder: Encoder, sources: list[Adapter], tmp_path: Path
) -> None:  # fmt: skip
    ScaLearnModel(encoder.reading("windows"), sources, labels=("x", "y")).save(tmp_path / "model")
    assert BulkPredictor.load(tmp_path / "model") is None
