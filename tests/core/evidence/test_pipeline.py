"""Every training is judged: sources of noise are never praised, and every number is in the result."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.cli.summary import training_summary
from scalearn_core.config import TrainingConfig
from scalearn_core.devices import Device
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.stored_probabilities import load_test_probabilities
from scalearn_core.evidence.pipeline import Outcome, train_with_evidence
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.explain.ablation import carriers
from scalearn_core.records.training import FastModeCosts, UnlabelledFacts
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training import unlabelled
from tests.core.explain.conftest import mixes_of
from tests.core.tiny import dataset, random_adapter
from tests.core.training.test_unlabelled import with_pile

CPU = Device("cpu", "cpu", None, 1)


def train(encoder: Encoder, folder: Path, *, seed: int, **settings: Any) -> Outcome:
    names = []
    for number in range(3):
        source = random_adapter(f"noise{number}", seed=10 * seed + number)
        write_adapter(source, folder / source.name)
        names.append(str(folder / source.name))
    config = TrainingConfig(seed=seed, **({"epochs": 2} | settings))
    data = dataset(165).split(seed=seed)
    return train_with_evidence(
        data, sources=names, variant="scalearn_uniform", config=config, device=CPU, encoder=encoder
    )


@pytest.mark.parametrize("own_adapter", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sources_of_noise_are_never_praised(
    seed: int, own_adapter: bool, encoder: Encoder, tmp_path: Path
) -> None:
    result = train(encoder, tmp_path, seed=seed, own_adapter=own_adapter).result
    assert result.dataset.counts.test >= 30, "enough to be judged"
    assert result.verdict.helped is False
    assert result.comparison_control.against == ("own_adapter" if own_adapter else "shuffled_sources")


def test_the_result_holds_what_the_pages_show(encoder: Encoder, tmp_path: Path) -> None:
    outcome = train(encoder, tmp_path, seed=1)
    outcome.save(tmp_path / "model", evidence=tmp_path)
    result = read_training(tmp_path)
    assert result == outcome.result, "what was written is what is read"
    verdict = result.verdict
    low, high = verdict.interval
    assert low <= verdict.gain <= high
    assert verdict.gain == pytest.approx(100 * result.comparison.difference)
    assert {row.source for row in result.forecast} == {"noise0", "noise1", "noise2"}
    gains = [row.gain for row in result.forecast]
    assert gains == sorted(gains, reverse=True)
    assert set(result.scores) == {
        "scalearn",
        "own_adapter",
        "single_source",
        "frozen_head",
        "tfidf",
        "majority",
    }
    assert result.scores["scalearn"].micro_f1 == result.scores["scalearn"].accuracy
    kept = load_test_probabilities(tmp_path)
    assert kept is not None and set(kept.predicted) == set(result.scores)
    assert np.array_equal(kept.probabilities.argmax(1), kept.predicted["scalearn"])


def test_the_same_seed_gives_the_same_result_and_the_same_folder(encoder: Encoder, tmp_path: Path) -> None:
    outcomes = {name: train(encoder, tmp_path / name, seed=4) for name in ("a", "b")}
    for name, outcome in outcomes.items():
        outcome.save(tmp_path / name / "model", evidence=tmp_path / name)
    first, again = (outcome.result for outcome in outcomes.values())
    assert isinstance(first.fast_mode, FastModeCosts) and first.fast_mode.speedup, "a time was measured"
    assert first.model_id == again.model_id
    folders = [
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (tmp_path / "a" / "model", tmp_path / "b" / "model")
    ]
    assert folders[0] == folders[1]
    assert replace(again, created=first.created, seconds=first.seconds, fast_mode=first.fast_mode) == first


@pytest.mark.parametrize("recipe", ["auto", "paper"])
def test_no_text_is_tokenised_twice_in_a_training(recipe: str, encoder: Encoder, tmp_path: Path) -> None:
    class Counting:
        """The encoder's tokenizer, which keeps a list of all texts it is given."""

        def __init__(self, tokenizer: Any) -> None:
            self.tokenizer, self.texts = tokenizer, list[str]()

        def __call__(self, texts: Any, *others: Any, **options: Any) -> Any:
            self.texts += [texts] if isinstance(texts, str) else texts
            return self.tokenizer(texts, *others, **options)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.tokenizer, name)

    counted = copy.copy(encoder)
    counted.tokenizer = Counting(encoder.tokenizer)
    train(counted, tmp_path, seed=1, recipe=recipe)
    documents = dataset(165).frame["text"].tolist()
    given = Counter(counted.tokenizer.texts)
    assert {given[text] for text in documents} == {1}


def test_the_source_that_carries_is_found(encoder: Encoder) -> None:
    """Without it the classifier falls back; without one whose scale is 0 nothing changes."""
    data = dataset(90).split(seed=1).without_validation()
    sources = [random_adapter(f"s{number}", seed=number) for number in range(2)]
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    model.scales.start_at_zero()
    model.scales.omega.data[:, 1] = 1.0
    lost = dict(carriers(mixes_of(model, data), [0, 1]))
    assert lost[0] == 0
    assert lost[1] != 0


def test_what_documents_without_label_brought_stands_in_the_result(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlabelled, "SURENESS", -1e9)  # the random encoder teaches too little to let them join
    write_adapter(random_adapter("noise", seed=4), tmp_path / "noise")
    data = with_pile(labelled=90, others=30).split(seed=1)
    outcome = train_with_evidence(
        data, sources=[str(tmp_path / "noise")], variant="scalearn_uniform",
        config=TrainingConfig(seed=1, epochs=2), device=CPU, encoder=encoder,
    )  # fmt: skip
    outcome.save(tmp_path / "model", evidence=tmp_path)
    result = read_training(tmp_path)
    assert result == outcome.result
    found = result.unlabelled
    assert (found.documents, found.used, found.joining) == (30, 30, "joined")
    ours, without = (result.scores[name].macro_f1.value for name in ("scalearn", "without_unlabelled"))
    assert found.gain == pytest.approx(100 * (ours - without))
    assert found.interval[0] <= found.gain <= found.interval[1]
    assert found.comparison.against == "without_unlabelled"
    assert result.comparison_control.against == "own_adapter"
    told = training_summary(result, tmp_path)
    assert "The same without unlabelled documents" in told
    assert "Your documents without label (30 of 30)" in told


def test_documents_without_label_that_stay_out_are_said_to(encoder: Encoder, tmp_path: Path) -> None:
    write_adapter(random_adapter("noise", seed=4), tmp_path / "noise")
    result = train_with_evidence(
        with_pile(labelled=90, others=30).split(seed=1), sources=[str(tmp_path / "noise")],
        variant="scalearn_uniform", config=TrainingConfig(seed=1, epochs=2, own_adapter=False), device=CPU,
        encoder=encoder,
    ).result  # fmt: skip
    assert result.unlabelled == UnlabelledFacts(30, 0, "no_task_adapter", None, None, None)
    assert "without_unlabelled" not in result.scores
    assert "30 documents without label were not used" in training_summary(result, tmp_path)
