"""A trained result that comes with a sample, so that it can be looked at before any training here.

`assets/ready/<sample>/` is the folder of a run as it ended, without what is here anyway: the weights of sources of
the library, and the model's graph, which is those weights folded (4 MB of 5; without it PyTorch computes the
answers, as for a model of before graphs). `python -m benchmarks.ready_results` makes it.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.adapters import catalog, layout
from scalearn_core.config import DEFAULT_VARIANT
from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs.folders import write_json
from scalearn_core.scaling.seal import GRAPH, seal
from scalearn_core.storage.codec import to_json
from scalearn_core.workspace.datasets import get_dataset_info
from scalearn_core.workspace.samples import SAMPLES
from scalearn_core.workspace.test_set_use import note_test_set_use

FOLDER = Path(__file__).parents[2] / "assets" / "ready"
KEY = "ready"
"""In the config of a run that was not done here: the sample that it came with."""
SEED = 13


def has_ready(sample: str) -> bool:
    """Whether a result comes with this sample."""
    return (FOLDER / sample / FILE).is_file()


def default_training(dataset: str, *, own_adapter: bool = True) -> dict[str, Any]:
    """The config of a training with what the studio chooses by itself; the fastest device is found by its process.

    Args:
        own_adapter: whether an adapter learns beside the scales of the sources.

    Raises:
        DataError: as `get_dataset_info`.
    """
    encoder = choose_encoder(get_dataset_info(dataset).languages).key
    return {
        "dataset": dataset, "encoder": encoder, "sources": catalog.permissive(encoder), "own_adapter": own_adapter,
        "variant": DEFAULT_VARIANT, "recipe": "auto", "long_texts": "head", "device": None, "seed": SEED,
    }  # fmt: skip


def show(sample: str, dataset: str, *, title: str) -> str:
    """List the result that comes with a sample among the runs, once per dataset; the id of its run.

    Args:
        dataset: id of the sample as a dataset of the workspace.
        title: of the run.

    Raises:
        RunError: as `runs.adopt`.
        DataError: as `get_dataset_info`.
    """
    for run in runs.recent(kind="train"):
        if run.config.get(KEY) == sample and run.config.get("dataset") == dataset and run.status == "succeeded":
            return run.id
    config = default_training(dataset, own_adapter=SAMPLES[sample].own_adapter) | {KEY: sample}
    run_id = runs.adopt("train", config, title=title, fill=lambda folder: _fill(folder, sample, dataset))
    note_test_set_use(dataset, run_id, "training")
    return run_id


def keep(run_folder: Path, sample: str) -> None:
    """Make the folder of an ended run the result that comes with a sample."""
    target = FOLDER / sample
    shutil.rmtree(target, ignore_errors=True)
    names = {*_evidence(run_folder), "model"}
    shutil.copytree(
        run_folder, target, ignore=lambda at, found: set(found) - names if at == str(run_folder) else ()
    )
    model, record = target / "model", read_training(target)
    (model / GRAPH).unlink(missing_ok=True)
    model_id, size = seal(model).model_id, sum(file.stat().st_size for file in model.rglob("*") if file.is_file())
    assert record.model_bytes is not None  # it was saved
    model_bytes = replace(record.model_bytes, total=size)
    write_json(target / FILE, to_json(replace(record, model_id=model_id, model_bytes=model_bytes)))
    for _, weights in _library_weights(target, record):
        weights.unlink()


def _fill(folder: Path, sample: str, dataset: str) -> None:
    """Write the result of a sample into the folder of a run on `dataset`, its sources from the library."""
    shutil.copytree(FOLDER / sample, folder, dirs_exist_ok=True)
    record = read_training(folder)
    for source, weights in _library_weights(folder, record):
        shutil.copyfile(source, weights)
    facts = replace(record.dataset, id=dataset, name=get_dataset_info(dataset).name)
    write_json(folder / FILE, to_json(replace(record, run_id=folder.name, dataset=facts)))


def _library_weights(folder: Path, record: TrainingRecord) -> list[tuple[Path, Path]]:
    """Of each source of the library, the file of its weights there and in the model in `folder`."""
    names = record.source_names[: record.reused]
    return [
        (
            catalog.find_folder(name, record.encoder.key or DEFAULT) / layout.WEIGHTS,
            folder / "model" / "sources" / f"{place:02}" / layout.WEIGHTS,
        )
        for place, name in enumerate(names)
    ]


def _evidence(run_folder: Path) -> list[str]:
    """Names of the files that the result refers to."""
    return [FILE, "test_predictions.csv", *(path.name for path in run_folder.glob("*.safetensors"))]
