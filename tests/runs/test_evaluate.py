"""An evaluation run, in a process of its own, with a model of the tiny encoder."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ScaLearnError
from scalearn_core.evidence.reference import save_reference
from scalearn_core.heads.logistic import fit_frozen_head, unit
from scalearn_core.jobs import evaluate as evaluating
from scalearn_core.runs.folders import new_run_id, run_folder
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from scalearn_core.workspace.uploads import save_upload
from tests.core.tiny import dataset, random_adapter, save_encoder
from tests.records import training
from tests.runs.in_process import do
from tests.runs.polling import ended


@pytest.fixture
def trained(tmp_path: Path) -> str:
    """The id of a run folder as a training leaves it."""
    save_encoder(tmp_path / "encoder")
    encoder, learned = Encoder.load(tmp_path / "encoder"), dataset(30)
    run_id = new_run_id()
    folder = run_folder(run_id)
    model = ScaLearnModel(encoder, [random_adapter("own")], labels=learned.labels)
    model.training_record = {"dataset_fingerprint": learned.fingerprint}
    model.save(folder / "model")
    split = learned.whole()
    embeddings = unit(embed(encoder, encoder.tokenize(split.texts)))
    head = fit_frozen_head(embeddings, split.targets, embeddings[:0], split.targets[:0], 3, seed=0)
    table = {"fingerprint": learned.fingerprint, "class_counts": learned.class_counts}
    record = training(dataset=table, languages={"en": 1.0})
    stored = to_json(replace(record, frozen_head=save_reference(head, split.texts, folder)))
    (folder / "result.json").write_text(json.dumps(stored), "utf-8")
    return run_id


def config(model_run: str, content: str, **changes: object) -> dict[str, object]:
    columns = {"text": "本文", "label": "分類", "sheet": None}
    asked = {"model_run": model_run, "upload": save_upload(content.encode()), "device": "cpu", "name": "new"}
    return {**columns, **asked, **changes}


def refused(asked: dict[str, object]) -> str:
    """The code of the error that the job raises."""
    with pytest.raises(ScaLearnError) as caught:
        do(evaluating.run, "evaluate", asked)
    return caught.value.code


def test_a_model_is_tested_on_another_table(trained: str) -> None:
    rows = "".join(f"=please pay invoice {i},invoices\nthe router is down {i},network\n" for i in range(5))
    run = ended(runs.submit("evaluate", config(trained, f"本文,分類\n{rows} ,rooms\n")))
    assert (run.status, run.error_text) == ("succeeded", None)
    folder = runs.folder(run.id)
    result = json.loads((folder / "result.json").read_text("utf-8"))
    assert (result["n"], result["table"]["rejected"], result["model_run"]) == (10, 1, trained)
    assert (result["same_table"], result["learned_from"]) == (False, 0)
    assert result["comparison"]["verdict"] in ("better", "no_difference", "worse")
    with (folder / "predictions.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert list(written[0]) == ["row", "text", "label", "predicted", "confidence"]
    assert [row["row"] for row in written] == [str(row) for row in range(2, 12)]
    assert written[0]["text"] == "'=please pay invoice 0", "safe to open in a spreadsheet"


def test_what_is_wrong_with_the_table_or_the_model_is_told(trained: str) -> None:
    unknown = config(trained, "本文,分類\n" + "a sofa,sofas\na lamp,rooms\n" * 3)
    column = config(trained, "本文,分類\n" + "a door,rooms\nvpn,network\n" * 3, label="class")
    damaged = config(trained, "本文,分類\n" + "a door,rooms\nvpn,network\n" * 3)
    codes = [refused(asked) for asked in (unknown, column)]
    (runs.folder(trained) / "frozen_head.safetensors").write_bytes(b"")
    codes.append(refused(damaged))
    assert codes == ["data.unknown_labels", "data.column_missing", "model.damaged"]
