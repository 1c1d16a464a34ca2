"""Tokenizers are read as their own file has it, or refused in one sentence that names what would help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from scalearn_core.cli.train import say_how_it_reads
from scalearn_core.encoders import tokenizers
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import EncoderError
from scalearn_core.export.encoder import export_encoder
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.tiny import random_adapter, save_encoder

TEXTS = ["My INVOICE", "  two  blanks ", "ﾊﾝｶｸ Ｆｕｌｌ", "a <s> b </s>", ""]
LOWER_CASE = {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}
XLM_R = {
    "tokenizer_class": "XLMRobertaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>",
    "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<unk>",
}  # fmt: skip


def write(file: Path, content: Any) -> None:
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")


def edit(file: Path, **changes: Any) -> None:
    write(file, {**json.loads(file.read_text("utf-8")), **changes})


def bare(folder: Path, kind: str, **files: Any) -> Path:
    """An encoder whose tokenizer is `files` alone (a name's last underscores stand for dots)."""
    save_encoder(folder, kind)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    for name, content in files.items():
        write(folder / name.replace("__", "."), content)
    return folder


def refused(folder: Path) -> EncoderError:
    with pytest.raises(EncoderError) as caught:
        Encoder.load(folder)
    return caught.value


@pytest.fixture
def own_normaliser(tmp_path: Path) -> Path:
    """A multilingual encoder whose tokenizer.json makes all letters small, under a class that does not."""
    folder = tmp_path / "own"
    save_encoder(folder, "xlm-roberta")
    edit(folder / "tokenizer.json", normalizer=LOWER_CASE)
    write(folder / "tokenizer_config.json", XLM_R)
    return folder


def test_the_files_own_normaliser_is_kept_where_transformers_replaces_it(own_normaliser: Path) -> None:
    encoder = Encoder.load(own_normaliser)
    own = Tokenizer.from_file(str(own_normaliser / "tokenizer.json"))
    assert encoder.tokenize(TEXTS).ids == [own.encode(text).ids for text in TEXTS]
    assert encoder.tokenize(["My INVOICE"]).ids == encoder.tokenize(["my invoice"]).ids
    assert encoder.own_tokenizer_file


def test_exports_of_such_an_encoder_read_alike_and_say_so(own_normaliser: Path, tmp_path: Path) -> None:
    encoder = Encoder.load(own_normaliser)
    export_encoder(encoder, tmp_path / "again")
    again = Encoder.load(tmp_path / "again")
    assert again.tokenize(TEXTS) == encoder.tokenize(TEXTS)
    assert not again.own_tokenizer_file
    model = ScaLearnModel(encoder, [random_adapter("a", model_type="xlm-roberta")], labels=("x", "y"))
    model.export_adapter(tmp_path / "adapter")
    told = (tmp_path / "adapter" / "README.md").read_text("utf-8")
    assert "as the encoder's own tokenizer.json has it" in told
    assert "PreTrainedTokenizerFast.from_pretrained(ENCODER, pad_token='<pad>')" in told
    model.export_onnx(tmp_path / "onnx")
    written = Tokenizer.from_file(str(tmp_path / "onnx" / "tokenizer.json"))
    assert [written.encode(text).ids for text in TEXTS] == encoder.tokenize(TEXTS).ids


def test_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "torn"
    save_encoder(folder)
    bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "lowercase": True,
            "strip_accents": None}  # fmt: skip
    edit(folder / "tokenizer.json", normalizer=bert)
    edit(folder / "tokenizer_config.json", tokenizer_class="BertTokenizer", do_lower_case=True, mask_token="[UNK]")
    assert not Encoder.load(folder).own_tokenizer_file
    edit(folder / "tokenizer_config.json", do_lower_case=False)
    error = refused(folder)
    assert error.code == "encoder.tokenizer_contradicts"
    assert "do_lower_case = False" in str(error)


@pytest.mark.parametrize(
    ("settings", "packages"),
    [
        ({"word_tokenizer_type": "mecab"}, "fugashi unidic-lite"),
        ({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": "ipadic"}}, "fugashi ipadic"),
        ({"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": None}}, "fugashi"),
        ({"word_tokenizer_type": "sudachi"}, "sudachipy sudachidict-core"),
        ({"word_tokenizer_type": "jumanpp"}, "rhoknp"),
        ({"subword_tokenizer_type": "sentencepiece"}, "sentencepiece"),
    ],
)
@pytest.mark.parametrize("in_config", [False, True])
def test_a_japanese_bert_names_the_packages_it_lacks(
    settings: dict[str, Any], packages: str, in_config: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizers, "_installed", lambda package: False)
    kind = {"tokenizer_class": "BertJapaneseTokenizer"}
    folder = bare(
        tmp_path / "ja", "bert", vocab__txt="[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n請\n求\n書",
        tokenizer_config__json=settings if in_config else kind | settings,
    )  # fmt: skip
    if in_config:  # as older folders have it
        edit(folder / "config.json", **kind)
    error = refused(folder)
    assert error.code == "encoder.tokenizer_package"
    assert f"pip ({packages})" in str(error)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("xlm-roberta", "sentencepiece.bpe.model"), ("deberta-v2", "spm.model"), ("bert", "spiece.model")],
)
def test_a_sentencepiece_file_alone_names_the_package_that_reads_it(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizers, "_installed", lambda package: False)
    folder = bare(tmp_path / "pieces", kind)
    (folder / name).write_bytes(b"\n\x0e\n\x05<unk>")
    error = refused(folder)
    assert error.code == "encoder.sentencepiece_only"
    assert name in str(error) and "tiktoken" not in str(error)


BOTH = "tokenizer_config.json, vocab.txt, bpe.codes"
WORDS = "my 3\ninvoice 2\nlamp 1\n"


@pytest.mark.parametrize("kind", ["BertweetTokenizer", "PhobertTokenizer"])
@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({}, "tokenizer_config.json"),
        ({"vocab.txt": WORDS}, "tokenizer_config.json, vocab.txt"),
        (
            {"vocab.txt": "no number here\n\n", "bpe.codes": "a b 1\n"},
            "tokenizer_config.json, vocab.txt, bpe.codes",
        ),
        ({"vocab.txt": b"\xff\xfe\x00", "bpe.codes": b"\xff"}, BOTH),
    ],
    ids=["none", "one of two", "no list", "binary"],
)
def test_faulty_files_are_one_sentence(
    kind: str, files: dict[str, str | bytes], named: str, tmp_path: Path
) -> None:
    folder = bare(tmp_path / "faulty", "roberta", tokenizer_config__json={"tokenizer_class": kind})
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    error = refused(folder)
    assert error.code == "encoder.tokenizer_unreadable"
    assert str(error).startswith(
        f"The tokenizer of faulty ({kind}) cannot be read from its files ({named}): one is"
    )


@pytest.mark.parametrize(
    ("kind", "found", "files"),
    [
        ("bert", "BertTokenizer", {"vocab.txt": b"\xff\xfe\x00\x81"}),
        ("roberta", "RobertaTokenizer", {"vocab.json": b"[1,2", "merges.txt": b"x"}),
        ("roberta", "RobertaTokenizer", {"vocab.json": b'{"a": 0}', "merges.txt": b"#version\nq z\n"}),
        ("bert", "HerbertTokenizer", {"vocab.json": b"{}", "merges.txt": b"x y z\n"}),
        ("bert", "BertTokenizer", {"tokenizer.json": b"{"}),
    ],
)
def test_what_a_library_in_rust_cannot_read_is_one_sentence(
    kind: str, found: str, files: dict[str, bytes], tmp_path: Path
) -> None:
    folder = bare(tmp_path / "faulty", kind, tokenizer_config__json={"tokenizer_class": found})
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert refused(folder).code == "encoder.tokenizer_unreadable"


@pytest.mark.parametrize("kind", ["AlbertTokenizer", "AlbertTokenizerFast", "XLNetTokenizer", "T5Tokenizer"])
def test_a_stray_list_of_words_beside_a_sentencepiece_file_is_none(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizers, "_installed", lambda package: False)
    folder = bare(tmp_path / "pieces", "bert", tokenizer_config__json={"tokenizer_class": kind}, vocab__txt=WORDS)
    (folder / "spiece.model").write_bytes(b"\n\x0e\n\x05<unk>")
    error = refused(folder)
    assert error.code == "encoder.sentencepiece_only"
    assert "spiece.model" in str(error) and "tiktoken" not in str(error)


def test_a_damaged_sentencepiece_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizers, "_installed", lambda package: True)
    folder = bare(tmp_path / "pieces", "bert", tokenizer_config__json={"tokenizer_class": "AlbertTokenizer"})
    (folder / "spiece.model").write_bytes(b"\n\x0e\n\x05<unk>")
    error = refused(folder)
    assert error.code == "encoder.tokenizer_unreadable"
    assert "tiktoken" not in str(error)


def test_a_tokenizer_that_is_code_is_refused(tmp_path: Path) -> None:
    config = {"tokenizer_class": "OwnTokenizer", "auto_map": {"AutoTokenizer": ["own.OwnTokenizer", None]}}
    error = refused(bare(tmp_path / "code", "bert", vocab__txt="[PAD]\n[UNK]", tokenizer_config__json=config))
    assert error.code == "encoder.tokenizer_code"
    assert "OwnTokenizer" in str(error)


def test_the_shell_says_so(own_normaliser: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say_how_it_reads(Encoder.load(own_normaliser))
    assert capsys.readouterr().err == (
        "Texts are read as the tokenizer.json of own says; transformers would read some otherwise.\n"
    )
