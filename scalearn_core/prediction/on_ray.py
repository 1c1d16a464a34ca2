"""Shards of a table answered on a Ray cluster: a Ray Data pipeline with one loaded model in each worker.

Ray Data keeps no order of rows and names its files by chance, and after a kill a block may be written twice. So
what flows through the pipeline are the names of shards; a worker reads its shard and writes the answers under the
shard's name (`shards.py`). What was answered before is not asked again.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalearn_core.errors import RunError
from scalearn_core.prediction.answerer import Answerer
from scalearn_core.prediction.shards import Cut, answer_shard
from scalearn_core.runs.cluster import connected

MOST_BLOCKS = 2_000
"""Of the pipeline; each holds the names of some shards."""


@dataclass(frozen=True)
class Cluster:
    """What of a cluster is used."""

    workers: int = 1
    """Models that are loaded, each in a process of its own."""
    address: str | None = None
    """As `cluster.connected` takes it."""
    cpus: int = 1
    """Of each worker, which computes on so many threads."""
    gpus: float = 0
    """Of each worker."""


class ShardWorker:
    """One worker of the pipeline: a model, kept loaded."""

    def __init__(self, model: str, folder: str, device: str, speed: str) -> None:
        self._answerer, self._folder = Answerer.load(Path(model), device, speed), Path(folder)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Answer the shards of these names."""
        return batch | {"documents": [answer_shard(self._answerer, self._folder, str(n)) for n in batch["shard"]]}


def answer_on_ray(
    model: Path, cut: Cut, cluster: Cluster, device: str = "cpu", speed: str = "auto",
    on_progress: Callable[[float], None] = lambda share: None,
) -> None:  # fmt: skip
    """Answer the shards that are missing; a worker that dies is replaced, and its shard answered by another.

    Args:
        model: A model folder; like the folder of `cut`, under the same path on all machines.
        on_progress: Told the share of the documents that is done.

    Raises:
        RunError: as `cluster.connected`, and `run.cluster_failed`.
    """
    total, missing = max(1, sum(cut.sizes)), cut.missing
    sizes = dict(zip(cut.shards, cut.sizes, strict=True))
    done = total - sum(sizes[name] for name in missing)
    if not missing:
        return
    with connected(cluster.address, cpus=cluster.workers * cluster.cpus) as ray:
        data: Any = importlib.import_module("ray.data")
        data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        names = data.from_items(
            [{"shard": name} for name in missing], override_num_blocks=min(len(missing), MOST_BLOCKS)
        )
        answered = names.map_batches(
            ShardWorker,
            fn_constructor_args=(str(model.resolve()), str(cut.folder.resolve()), device, speed),
            batch_size=1,
            num_cpus=cluster.cpus,
            num_gpus=cluster.gpus,
            compute=data.ActorPoolStrategy(size=cluster.workers),
        )  # fmt: skip
        try:
            for row in answered.iter_rows():
                done += int(row["documents"])
                on_progress(done / total)
        except ray.exceptions.RayError as error:
            raise RunError("run.cluster_failed", detail=str(error)[-500:]) from error
    if cut.missing:
        raise RunError("run.cluster_failed", detail=f"{len(cut.missing)} shards are not answered")
