"""`label suggest`, `explain`, `shares` and `update` in the shell: their keys, and one sentence for what is
wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.documents import FILE, Document, documents_of, load_documents, save_documents
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.recipe_auto import put_head
from tests.core.test_cli import Result, shell
from tests.core.tiny import dataset, random_adapter


@pytest.fixture(scope="module")
def model(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model on the tiny encoder, with the documents it learned from beside it, as `train` leaves them."""
    encoder = Encoder.load(encoder_folder)
    encoder.pooling = "mean"
    divided = dataset(90).split(seed=0)
    made = ScaLearnModel(
        encoder, [random_adapter("first"), random_adapter("second", seed=2)], labels=divided.labels
    )
    with torch.no_grad():
        made.scales.omega.fill_(0.3)
    train = divided.train
    embeddings = unit(embed(encoder, encoder.tokenize(train.texts), made.adapt))
    put_head(made, fit_head(embeddings, train.targets, 3, c=100.0, seed=0))
    folder = tmp_path_factory.mktemp("models") / "model"
    made.save(folder)
    save_documents(documents_of(divided), folder)
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    frame = dataset(60).frame
    lines = [f'"{text}",{label if n % 4 == 0 else ""}' for n, (text, label) in enumerate(frame.values.tolist())]
    return written(tmp_path / "pile.csv", "\n".join(["text,label", *lines]))


def written(file: Path, content: str) -> Path:
    file.write_text(content, "utf-8")
    return file


def answered(result: Result) -> dict[str, Any]:
    assert result.code == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def refused(result: Result) -> str:
    assert result.code == 2 and result.out == ""
    told = [line for line in result.err.splitlines() if line]
    assert len(told) == 1 and told[0].endswith("."), told
    return told[0]


def test_suggestions_are_documents_without_label(table: Path, encoder_folder: Path) -> None:
    columns = ["--text", "text", "--encoder", str(encoder_folder), "--count", "10", "--json"]
    found = answered(shell("label", "suggest", "--table", table, "--label", "label", *columns))
    assert found["categories"] == ["invoices", "network", "rooms"]
    assert len(found["suggestions"]) == 10 and found["labelled"] > 0
    labelled = {n + 2 for n in range(0, 60, 4)}
    rows = [each["row"] for each in found["suggestions"]]
    assert len(set(rows)) == 10 and not labelled & set(rows)
    assert {each["why"] for each in found["suggestions"]} <= {"typical", "unsure", "random"}
    blank = answered(shell("label", "suggest", "--table", table, *columns))
    assert blank["labelled"] == 0 and blank["categories"] == []


def test_three_documents_and_a_japanese_one_are_enough(tmp_path: Path, encoder_folder: Path) -> None:
    small = written(tmp_path / "small.csv", "本文\n請求書が届きません\n画面が映らない\n\nVPNに繋がらない\n")
    told = shell(
        "label", "suggest", "--table", small, "--text", "本文", "--encoder", encoder_folder, "--count", "9"
    )
    assert told.code == 0 and "Only 3 documents" in told.err
    assert "請求書が届きません" in told.out


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("text,label\n,a\n", ["--text", "text"], "every cell is blank"),
        ("text,label\nx,a\n", ["--text", "body"], 'no column "body"'),
        ("text,label\nx y,a\n", ["--text", "text", "--label", "label"], "has a label already"),
        ("text,label\nx,a\n", ["--text", "text", "--label", "text"], "two columns"),
        ("", ["--text", "text"], "empty"),
    ],
)
def test_a_table_to_label_that_cannot_be_used(
    content: str, options: list[str], says: str, tmp_path: Path, encoder_folder: Path
) -> None:
    file = written(tmp_path / "bad.csv", content)
    told = shell("label", "suggest", "--table", file, *options, "--encoder", encoder_folder, "--count", "3")
    assert says in refused(told)


def test_a_missing_file_and_a_count_of_none(tmp_path: Path) -> None:
    told = shell("label", "suggest", "--table", tmp_path / "none.csv", "--text", "text", "--count", "3")
    assert "no file" in refused(told)
    told = shell("label", "suggest", "--table", tmp_path / "none.csv", "--text", "text", "--count", "0")
    assert told.code == 2 and "from 1 was expected" in told.err


def test_an_explanation_has_its_keys(model: Path) -> None:
    found = answered(shell("explain", "--model", model, "--document", "the invoice about a payment", "--json"))
    assert {"label", "confidence", "sources", "words", "neighbours", "sentence"} <= found.keys()
    assert found["label"] in ("invoices", "network", "rooms") and 0 < found["confidence"] <= 1
    assert {each["source"] for each in found["sources"]} == {"first", "second"}
    assert [each["word"] for each in found["words"]] == ["the", "invoice", "about", "a", "payment"]
    learned = {each.text for each in load_documents(model) if each.part == "learned"}
    assert len(found["neighbours"]) == 3 and {each["text"] for each in found["neighbours"]} <= learned
    assert found["sentence"].endswith(".")


@pytest.mark.parametrize("text", ["請求書が二重に届きました。", "=1+1", "long " * 4000, "?"])
def test_any_text_is_explained_in_words(text: str, model: Path) -> None:
    told = shell("explain", "--model", model, "--document", text)
    assert told.code == 0 and "What each source adds" in told.out


def test_what_cannot_be_explained(model: Path, tmp_path: Path) -> None:
    assert "blank" in refused(shell("explain", "--model", model, "--document", "  "))
    assert "no model" in refused(shell("explain", "--model", tmp_path, "--document", "x"))
    told = shell("explain", "--model", model, "--document", "x", "--trained-on", tmp_path / "t.csv")
    assert "--trained-text" in refused(told)


def test_without_the_documents_there_are_no_neighbours(model: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(model, bare)
    (bare / FILE).unlink()
    told = shell("explain", "--model", bare, "--document", "a lamp", "--json")
    assert answered(told)["neighbours"] == [] and "not at hand" in told.err
    (bare / FILE).write_text("{broken\n", "utf-8")
    assert answered(shell("explain", "--model", bare, "--document", "a lamp", "--json"))["neighbours"] == []


def test_shares_of_a_table(model: Path, table: Path) -> None:
    found = answered(
        shell("shares", "--model", model, "--table", table, "--text", "text", "--label", "label", "--json")
    )
    assert (found["documents"], found["labelled"]) == (60, 15)
    for each in found["shares"]:
        assert 0 <= each["low"] <= each["share"] <= each["high"] <= 1
        assert each["high"] - each["low"] <= each["alone_high"] - each["alone_low"] + 0.05
    told = shell("shares", "--model", model, "--table", table, "--text", "text", "--json")
    assert {each["low"] for each in answered(told)["shares"]} == {None} and "nothing checks" in told.err


def test_a_label_the_model_does_not_know_has_a_share_too(model: Path, tmp_path: Path) -> None:
    lines = "".join(f"lamp {n},{'canteen' if n < 4 else ''}\n" for n in range(9))
    file = written(tmp_path / "t.csv", f"text,label\n{lines}")
    told = shell("shares", "--model", model, "--table", file, "--text", "text", "--label", "label", "--json")
    assert "canteen" in told.err and answered(told)["shares"][-1]["label"] == "canteen"


def test_documents_beside_a_model_are_read_as_they_were(tmp_path: Path) -> None:
    written_ones = [Document(3, "a\u2028b\n=1+1 \ud800", "x|y", "learned"), Document(4, "請求", "", "tested")]
    save_documents(written_ones, tmp_path)
    assert load_documents(tmp_path) == written_ones


def updated(model: Path, tmp_path: Path, rows: list[tuple[str, str]], out: str = "new") -> Result:
    lines = "".join(f'"{text}","{label}"\n' for text, label in rows)
    file = written(tmp_path / "corrections.csv", f"text,label\n{lines}")
    columns = ["--text", "text", "--label", "label", "--json"]
    return shell("update", "--model", model, "--corrections", file, *columns, "--out", tmp_path / out)


def test_an_update_has_its_keys_and_writes_a_model(model: Path, tmp_path: Path) -> None:
    rows = [("a lamp and a payment", "invoices"), ("the router is a chair", "network")]
    found = answered(updated(model, tmp_path, rows))
    assert {"accepted", "guard_before", "guard_after", "distance"} <= found.keys()
    assert found["accepted"] and 0 < found["distance"] <= found["distance_limit"] + 1e-6
    assert found["guard_first"] - found["guard_after"] <= found["limit"]
    assert load_documents(tmp_path / "new")[-1].text == "the router is a chair"
    again = answered(updated(tmp_path / "new", tmp_path, rows[:1], out="newer"))
    assert again["guard_first"] == found["guard_first"]  # small losses in a row are counted together


@pytest.mark.parametrize(
    ("row", "says"),
    [(("a lamp", "canteen"), "does not know: canteen"), (("", "rooms"), "both a text and a category")],
)
def test_corrections_that_cannot_be_used(row: tuple[str, str], says: str, model: Path, tmp_path: Path) -> None:
    told = updated(model, tmp_path, [row])
    assert told.code == 2 and says in told.err.splitlines()[-1]
    assert not (tmp_path / "new").exists()


def test_without_a_guard_there_is_no_update(model: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(model, bare)
    (bare / FILE).unlink()
    told = updated(bare, tmp_path, [("a lamp", "rooms")])
    assert told.code == 2 and "labelled before" in told.err.splitlines()[-1]
    assert not (tmp_path / "new").exists()
