"""The seal of a model: equal models have one identity, and whatever was changed since is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ModelError
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.seal import read_seal
from tests.core.conftest import TEXTS
from tests.core.scaling.test_saving import build
from tests.core.tiny import as_of_before


@pytest.fixture
def model(encoder: Encoder, sources: list[Adapter]) -> ScaLearnModel:
    built = build(encoder, sources)
    built.fast_mode = {"ranges": {"a": [-1.0, 1.0, [3]]}, "within_limit": False, "speedup": 2.5}
    return built


@pytest.fixture
def folder(model: ScaLearnModel, tmp_path: Path) -> Path:
    model.save(tmp_path / "model")
    return tmp_path / "model"


def refused(folder: Path, encoder: Encoder) -> str:
    with pytest.raises(ModelError) as caught:
        ScaLearnModel.load(folder, encoder)
    assert caught.value.code == "model.changed"
    return str(caught.value.values["changed"])


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    described = json.loads((folder / "model.json").read_text("utf-8"))
    change(described)
    (folder / "model.json").write_text(json.dumps(described), "utf-8")


def test_equal_models_have_one_identity_wherever_they_lie(model: ScaLearnModel, folder: Path) -> None:
    again = folder.parent / "v2 of tickets"
    assert model.save(again) == read_seal(folder).model_id
    assert ScaLearnModel.load(again, model.encoder).seal == read_seal(folder)
    model.fast_mode["speedup"] = 3.5  # a time, which another training of the same model would not repeat
    assert model.save(again) == read_seal(folder).model_id
    with torch.no_grad():
        model.scales.omega.view(-1)[0] += 1e-6
    assert model.save(again) != read_seal(folder).model_id


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["labels"].reverse(), "model.json: labels"),
        (lambda d: d["encoder"].update(pooling="mean"), "model.json: encoder.pooling"),
        (lambda d: d["encoder"].update(prefix="query: "), "model.json: encoder.prefix"),
        (lambda d: d["encoder"].update(max_length=7), "model.json: encoder.max_length"),
        (lambda d: d["encoder"].update(long_texts="windows"), "model.json: encoder.long_texts"),
        (lambda d: d["fast_mode"].update(within_limit=True), "model.json: fast_mode.within_limit"),
        (lambda d: d["fast_mode"].pop("ranges"), "model.json: fast_mode.ranges"),
        (lambda d: d.update(separator="|"), "model.json: separator"),
        (lambda d: d.update(thresholds={"ja": 0.9}), "model.json: thresholds, model.json: thresholds.ja"),
        (lambda d: d["ablation"].update(combination="softmax"), "model.json: ablation.combination"),
        (lambda d: d.update(format=1), "model.json: format"),
        (lambda d: d.update(note="mine"), "model.json: note"),
    ],
)
def test_an_edited_meaning_is_refused_by_name(
    change: Callable[[dict[str, Any]], object], named: str, folder: Path, encoder: Encoder
) -> None:
    edit(folder, change)
    assert refused(folder, encoder) == named


def test_changed_missing_and_added_files_are_named(folder: Path, encoder: Encoder) -> None:
    for name in ("scales.safetensors", "sources/01/adapter.safetensors", "sources/00/adapter_config.json"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert refused(folder, encoder) == name
        (folder / name).unlink()
        assert refused(folder, encoder) == name
        (folder / name).write_bytes(content)
    (folder / "sources" / "00" / "card.json").write_text("{}", "utf-8")  # it would be read
    assert refused(folder, encoder) == "sources/00/card.json"
    (folder / "sources" / "00" / "card.json").unlink()
    (folder / "sources" / "00" / ".DS_Store").write_bytes(b"what a file manager leaves")
    (folder / "result.json").write_text("{}", "utf-8")
    assert ScaLearnModel.load(folder, encoder).seal == read_seal(folder)


def test_a_seal_that_was_edited_or_removed_is_noticed(folder: Path, encoder: Encoder) -> None:
    sealed = json.loads((folder / "seal.json").read_text("utf-8"))
    (folder / "seal.json").write_text(json.dumps(sealed | {"model_id": "0" * 64}), "utf-8")
    assert refused(folder, encoder) == "seal.json"
    (folder / "seal.json").unlink()
    assert refused(folder, encoder) == "seal.json (missing)"
    for content in ("", "[]", "{}", '{"model_id": 1, "contents": 2, "made_at_first_opening": 3}'):
        (folder / "seal.json").write_text(content, "utf-8")
        with pytest.raises(ModelError):
            ScaLearnModel.load(folder, encoder)


@pytest.mark.parametrize("content", ["null", "{}", "[1]", '{"model_id": "a"}'])
def test_a_seal_that_is_none_is_told_as_changed(content: str, folder: Path, encoder: Encoder) -> None:
    (folder / "seal.json").write_text(content, "utf-8")
    with pytest.raises(ModelError, match=r"seal\.json") as caught:
        ScaLearnModel.load(folder, encoder)
    assert caught.value.code == "model.changed"


def test_another_order_or_layout_of_the_description_breaks_no_seal(folder: Path, encoder: Encoder) -> None:
    described = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps(dict(reversed(described.items())), indent=4), "utf-8")
    assert ScaLearnModel.load(folder, encoder).labels == ("ja", "名前", "c")


def test_a_model_of_before_is_sealed_when_it_is_first_opened(
    model: ScaLearnModel, folder: Path, encoder: Encoder
) -> None:
    as_of_before(folder)
    opened = ScaLearnModel.load(folder, encoder)
    assert np.array_equal(opened.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert opened.seal is not None and opened.seal.made_at_first_opening
    assert opened.seal == read_seal(folder) == ScaLearnModel.load(folder, encoder).seal
    edit(folder, lambda described: described["labels"].reverse())
    assert refused(folder, encoder) == "model.json: labels"


def test_a_damaged_model_of_before_is_not_sealed(folder: Path, encoder: Encoder) -> None:
    as_of_before(folder, labels=["one"])
    with pytest.raises(ModelError, match="is damaged"):
        ScaLearnModel.load(folder, encoder)
    assert not (folder / "seal.json").exists()


def test_a_model_of_before_that_cannot_be_written_opens_all_the_same(folder: Path, encoder: Encoder) -> None:
    as_of_before(folder)
    (folder / "seal.json").mkdir()  # so that none can be written, not even by root
    opened = ScaLearnModel.load(folder, encoder)
    assert opened.seal is not None and opened.seal.made_at_first_opening


def test_a_copy_keeps_its_seal(folder: Path, encoder: Encoder, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert ScaLearnModel.load(tmp_path / "copy", encoder).seal == read_seal(folder)
