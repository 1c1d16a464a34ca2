"""A table classified in shards is the table classified whole; what was answered is not answered again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.jobs.classify import write_classified
from scalearn_core.prediction import shards
from scalearn_core.prediction.answerer import Answerer
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.tables.pieces import read_pieces
from scalearn_core.tables.reader import read_table
from tests.core.prediction.test_bulk import documents, made
from tests.core.tiny import random_adapter


@pytest.fixture(scope="module")
def model(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "model"
    made(encoder, [random_adapter("first", seed=1), random_adapter("second", seed=2)], "|").save(folder)
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """600 rows: blank ones, repeated ones near and far, and columns called as ours are."""
    texts = documents(600)
    texts[4], texts[9], texts[11], texts[590] = "", " ", texts[10], texts[2]
    frame = pd.DataFrame(
        {"0": range(600), "row": [f"00{n}" for n in range(600)], "text": texts, "check": ["=1"] * 600}
    )
    frame.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def cut(table: Path, model: Path, folder: Path, size: int = 100) -> shards.Cut:
    answerer_way = shards.way(model, "cpu", "exact")
    return shards.cut(read_pieces(table, rows=250), ["text"], folder, answerer_way, size)


def test_in_shards_as_whole(model: Path, table: Path, tmp_path: Path) -> None:
    whole = Predictor.load(model, speed="exact").predict_table(read_table(table).frame, "text")
    told: list[float] = []
    done = cut(table, model, tmp_path / "work")
    assert (done.pieces, done.rows, sum(done.sizes), len(done.shards)) == (3, 600, 596, 6)
    shards.answer_all(Answerer.load(model, speed="exact"), done, told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1)
    pieces = list(shards.classified(done))
    frame = pd.concat([piece.frame for piece in pieces])
    assert pieces[0].label_column == "predicted" and "row_2" in frame
    close = frame["confidence"].replace("", "0").astype(float) - whole.confidences.replace("", "0").astype(float)
    assert close.abs().max() <= 1e-4, "another batch, another last digit"
    pd.testing.assert_frame_equal(frame.drop(columns="confidence"), whole.frame.drop(columns="confidence"))


def test_a_stop_keeps_what_was_answered_and_other_work_does_not_use_it(
    model: Path, table: Path, tmp_path: Path
) -> None:
    class Stopped(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.5:
            raise Stopped

    answerer, folder = Answerer.load(model, speed="exact"), tmp_path / "work"
    with pytest.raises(Stopped):
        shards.answer_all(answerer, cut(table, model, folder), stop)
    again = cut(table, model, folder)
    assert 0 < len(again.missing) < len(again.shards)
    assert len(cut(table, model, folder, size=90).missing) == 7
    other = shards.cut(read_pieces(table), "text", folder, shards.way(model, "cpu", "fast"), 100)
    assert len(other.missing) == 6
    shards.discard(folder)
    shards.answer_all(answerer, again)
    assert again.missing == []


def test_it_is_written_as_csv_and_as_parquet(model: Path, table: Path, tmp_path: Path) -> None:
    done = cut(table, model, tmp_path / "work")
    shards.answer_all(Answerer.load(model, speed="exact"), done)
    written = write_classified(done, model, "text", "|", tmp_path / "out.csv", called="m")
    assert (written.documents, written.without_text) == (598, 2)
    write_classified(done, model, "text", "|", tmp_path / "out.parquet", called="m")
    csv = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    parquet = pq.read_table(tmp_path / "out.parquet").to_pandas().astype(str)
    assert set(csv["check"]) == {"'=1"} and set(parquet["check"]) == {"=1"}, "only a spreadsheet would run it"
    pd.testing.assert_frame_equal(csv.drop(columns="check"), parquet.drop(columns="check"), check_dtype=False)
    assert csv["row_2"].tolist() == [str(number) for number in range(2, 602)]
