"""A model on disk: read back with identical outputs, all or nothing, damage named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import EncoderError, ModelError
from scalearn_core.heads.modules import two_layer_head
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import NO_ABLATION, Ablation
from tests.core.conftest import TEXTS
from tests.core.tiny import WIDTH, as_of_before, random_adapter, save_encoder

FILES = ["model.json", "scales.safetensors", "seal.json", "sources"]


def build(
    encoder: Encoder, sources: list[Adapter], *, variant: str = "scalearn", head: str = "linear", seed: int = 0
):
    """A model with random scales and head."""
    model = ScaLearnModel(encoder, sources, labels=["ja", "名前", "c"], variant=variant)
    generator = torch.Generator().manual_seed(seed)
    if head == "two_layer":
        model.head = two_layer_head(WIDTH, 3, generator=generator)
    with torch.no_grad():
        for parameter in (model.scales.omega, *model.head.parameters()):
            parameter.normal_(generator=generator)
    model.train_mode(False)
    return model


@pytest.fixture
def saved(encoder: Encoder, sources: list[Adapter], tmp_path: Path) -> Path:
    build(encoder, sources).save(tmp_path / "model")
    return tmp_path / "model"


def damaged(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        ScaLearnModel.load(folder)
    assert caught.value.code == "model.damaged"
    return str(caught.value)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("head", ["linear", "two_layer"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_outputs_are_identical_after_loading(
    variant: str, head: str, own: bool, encoder: Encoder, sources: list[Adapter], batch, tmp_path: Path
) -> None:
    model = build(encoder, sources[:2] if own else sources, variant=variant, head=head)
    if own:
        model.add_own_adapter(random_adapter("own", seed=9), seed=3)
    model.training_record = {"seed": 13, "best_epoch": 2}
    model.save(tmp_path / "model")
    loaded = ScaLearnModel.load(tmp_path / "model")
    assert torch.equal(loaded.scales.omega, model.scales.omega)
    assert torch.equal(loaded.hidden_states(*batch), model.hidden_states(*batch))
    assert np.array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert loaded.labels == ("ja", "名前", "c")
    assert loaded.variant == variant
    assert loaded.own_adapter is own
    assert loaded.training_record == model.training_record
    assert loaded.parameter_counts() == model.parameter_counts()
    assert [source.name for source in loaded.sources] == [source.name for source in model.sources]
    assert loaded.encoder.fingerprint == encoder.fingerprint


@pytest.mark.parametrize("combination", ["free", "mean", "softmax"])
def test_an_ablation_is_kept(combination, encoder: Encoder, sources: list[Adapter], tmp_path: Path) -> None:
    ablation = Ablation(combination, dropout=0.1, start_total=1.0, start_deviation=0.01, regularization=0.1)
    model = ScaLearnModel(encoder, sources, labels=["ja", "b"], ablation=ablation)
    model.add_own_adapter(random_adapter("own", seed=9))
    with torch.no_grad():
        model.scales.omega.uniform_(0.2, 1.5)
        model.head[-1].weight.normal_()
    model.save(tmp_path / "model")
    loaded = ScaLearnModel.load(tmp_path / "model")
    assert loaded.ablation == loaded.scales.ablation == ablation
    assert np.array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))
    plain = ScaLearnModel(encoder, model.sources, labels=["ja", "b"])
    plain.scales.load_state_dict(model.scales.state_dict())
    plain.head.load_state_dict(model.head.state_dict())
    same = np.allclose(plain.predict_proba(TEXTS), model.predict_proba(TEXTS), atol=1e-6)
    assert same is (combination == "free")


def test_a_model_without_a_word_of_ablations_has_none(saved: Path) -> None:
    described = json.loads((saved / "model.json").read_text("utf-8"))
    del described["ablation"]
    (saved / "model.json").write_text(json.dumps(described), "utf-8")
    as_of_before(saved)
    assert ScaLearnModel.load(saved).ablation == NO_ABLATION


def test_the_same_model_gives_the_same_bytes(encoder: Encoder, sources: list[Adapter], tmp_path: Path) -> None:
    build(encoder, sources).save(tmp_path / "a")
    build(encoder, sources).save(tmp_path / "b")
    ScaLearnModel.load(tmp_path / "a").save(tmp_path / "c")
    for other in ("b", "c"):
        for file in ("scales.safetensors", "sources/01/adapter.safetensors"):
            assert (tmp_path / "a" / file).read_bytes() == (tmp_path / other / file).read_bytes()
        described = [json.loads((tmp_path / name / "model.json").read_text("utf-8")) for name in ("a", other)]
        assert described[0] == described[1]


@pytest.mark.parametrize(
    "name", ["../../escaped", "/etc/passwd", "a\\b", "名前 😀", "v1.2", "x" * 300, "..", "%s {0}"]
)
def test_names_never_become_paths(name: str, encoder: Encoder, tmp_path: Path) -> None:
    model = build(encoder, [random_adapter(name)])
    model.save(tmp_path / "inner" / "model")
    paths = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert paths == {
        "inner/model/model.json",
        "inner/model/scales.safetensors",
        "inner/model/seal.json",
        "inner/model/sources/00/adapter.safetensors",
        "inner/model/sources/00/adapter_config.json",
    }
    loaded = ScaLearnModel.load(tmp_path / "inner" / "model")
    assert loaded.sources[0].name == name
    assert np.array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_a_source_without_a_type_survives(encoder: Encoder, tmp_path: Path) -> None:
    model = build(encoder, [random_adapter("a", model_type="")])
    model.save(tmp_path / "model")
    assert np.array_equal(ScaLearnModel.load(tmp_path / "model").predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_no_model_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "nowhere", tmp_path, tmp_path / "file"):
        with pytest.raises(ModelError, match=r"There is no model in .*: expected a folder with model\.json"):
            ScaLearnModel.load(folder)


def test_changed_scales_are_noticed(saved: Path) -> None:
    as_of_before(saved)
    file = saved / "scales.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert "scales.safetensors was changed" in damaged(saved)
    file.unlink()
    assert "scales.safetensors" in damaged(saved)


def test_a_changed_source_is_noticed(saved: Path) -> None:
    as_of_before(saved)
    file = saved / "sources" / "02" / "adapter.safetensors"
    tensors = load_file(file)
    next(iter(tensors.values())).view(-1)[0] += 1e-6
    save_file(tensors, file)
    assert "source third was changed" in damaged(saved)
    file.write_bytes(b"junk")
    assert "third" in damaged(saved) or "02" in damaged(saved)
    shutil.rmtree(file.parent)
    assert "adapter_config.json is missing" in damaged(saved)


def test_sources_in_another_order_are_noticed(saved: Path) -> None:
    as_of_before(saved)
    (saved / "sources" / "00").rename(saved / "sources" / "aside")
    (saved / "sources" / "02").rename(saved / "sources" / "00")
    (saved / "sources" / "aside").rename(saved / "sources" / "02")
    assert "was changed" in damaged(saved)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 5}, {"labels": ["one"]}, {"labels": ["a", "b"]}, {"labels": None}, {"variant": "fusion"},
        {"variant": "scalearn_uniform"}, {"variant": "scalearn_pp"}, {"head": "two_layer"}, {"sources": []},
        {"sources": 3}, {"encoder": None}, {"encoder": {}}, {"scales_sha256": "0"},
        {"ablation": {"combination": "sum"}}, {"ablation": {"more": 1}}, {"ablation": None},
    ],
)  # fmt: skip
def test_a_changed_description_is_noticed(change: dict[str, object], saved: Path) -> None:
    as_of_before(saved, **change)
    damaged(saved)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_damaged_description_is_noticed(content: bytes, saved: Path) -> None:
    (saved / "model.json").write_bytes(content)
    damaged(saved)


def test_a_nonsense_length_is_noticed(saved: Path) -> None:
    described = json.loads((saved / "model.json").read_text("utf-8"))
    as_of_before(saved, encoder=described["encoder"] | {"max_length": "long"})
    damaged(saved)


def test_another_encoder_is_refused(saved: Path, encoder: Encoder, tmp_path: Path) -> None:
    save_encoder(tmp_path / "other", seed=1)
    other = Encoder.load(tmp_path / "other")
    with pytest.raises(ModelError) as caught:
        ScaLearnModel.load(saved, other)
    assert f"tiny-bert {encoder.fingerprint[:12]}" in str(caught.value)
    assert f"other {other.fingerprint[:12]}" in str(caught.value)
    assert ScaLearnModel.load(saved, encoder).predict_proba(TEXTS).shape == (4, 3)


def test_an_encoder_that_is_gone_is_named(saved: Path, tmp_path: Path) -> None:
    described = json.loads((saved / "model.json").read_text("utf-8"))
    described["encoder"]["source"] = str(tmp_path / "gone")  # an encoder may be moved: no seal is broken
    (saved / "model.json").write_text(json.dumps(described), "utf-8")
    with pytest.raises(EncoderError, match=r"There is no encoder at .*gone"):
        ScaLearnModel.load(saved)


def test_loading_leaves_a_given_encoder_as_it_is(saved: Path, encoder: Encoder) -> None:
    described = json.loads((saved / "model.json").read_text("utf-8"))
    as_of_before(saved, encoder=described["encoder"] | {"pooling": "mean", "max_length": 7})
    loaded = ScaLearnModel.load(saved, encoder)
    assert (loaded.encoder.pooling, loaded.encoder.max_length) == ("mean", 7)
    assert (encoder.pooling, encoder.max_length) == ("cls", 48)


def test_saving_over_a_model_replaces_it_whole(encoder: Encoder, sources: list[Adapter], saved: Path) -> None:
    model = build(encoder, sources[:1], seed=7)
    model.save(saved)
    assert sorted(path.name for path in saved.iterdir()) == FILES
    assert [path.name for path in (saved / "sources").iterdir()] == ["00"]
    assert np.array_equal(ScaLearnModel.load(saved).predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert [path.name for path in saved.parent.iterdir() if path.name != "workspace"] == ["model"]


def test_a_save_that_fails_leaves_the_old_model(
    encoder: Encoder, sources: list[Adapter], saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()}
    unsaveable = build(encoder, sources, seed=7)
    unsaveable.training_record = {"when": object()}  # JSON cannot hold it, and model.json is written last
    with pytest.raises(TypeError):
        unsaveable.save(saved)
    assert {path: path.read_bytes() for path in saved.parent.rglob("*") if path.is_file()} == before

    real, failures = Path.rename, iter([OSError("disk failure")])

    def disk_fails_once(self: Path, target: Path) -> Path:
        if target == saved and (failure := next(failures, None)):
            raise failure
        return real(self, target)

    monkeypatch.setattr(Path, "rename", disk_fails_once)
    with pytest.raises(OSError, match="disk failure"):
        build(encoder, sources, seed=7).save(saved)
    assert {path: path.read_bytes() for path in saved.parent.rglob("*") if path.is_file()} == before


def test_a_folder_in_use_is_left_alone(
    encoder: Encoder, sources: list[Adapter], saved: Path, tmp_path: Path
) -> None:
    model = build(encoder, sources)
    (saved / "thesis.docx").write_text("mine")  # a model, and something of the user's beside it
    (tmp_path / "file").write_text("mine")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "notes.txt").write_text("mine")
    for folder in (saved, tmp_path / "file", tmp_path / "foreign"):
        with pytest.raises(ModelError, match="holds something other than a model"):
            model.save(folder)
    assert (saved / "thesis.docx").read_text() == (tmp_path / "file").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    model.save(tmp_path / "empty")
    assert sorted(path.name for path in (tmp_path / "empty").iterdir()) == FILES


def test_what_could_not_be_loaded_is_not_saved(
    encoder: Encoder, sources: list[Adapter], saved: Path, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()}
    broken = {
        "a scale that is no number": lambda model: model.scales.omega.fill_(torch.nan),
        "a scale that is no finite one with its source": lambda model: model.scales.omega.fill_(1e38),
        "a head that overflows": lambda model: model.head[-1].weight.fill_(3e38),
    }
    for change in broken.values():
        model = build(encoder, sources)
        with torch.no_grad():
            change(model)
        with pytest.raises(ModelError, match=r"could not be loaded again: .* is not all finite"):
            model.save(saved)
    multi_label = ScaLearnModel(encoder, sources, labels=["a|b", "c"], separator="|")
    with pytest.raises(ModelError, match="its separator stands within a label"):
        multi_label.save(tmp_path / "several")
    assert not (tmp_path / "several").exists()
    assert {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()} == before


def test_labels_for_which_there_are_no_weights_take_no_memory(saved: Path) -> None:
    as_of_before(saved, labels=[str(number) for number in range(10**6)])  # a head for these would be made first
    assert "scales.safetensors does not hold what model.json declares" in damaged(saved)
