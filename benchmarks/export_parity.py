"""Does the `adapters` library compute what we do, from the folder that `export_adapter` wrote?

    python -m benchmarks.export_parity PYTHON

PYTHON is the interpreter of another environment that has `adapters` 1.3.0 (it wants an older transformers). Random
scales over the permissive sources on the default encoder, and random adapters on small random encoders, with both
poolings and both heads; prints the largest difference of hidden states and of probabilities.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

TEXTS = ["my invoice is wrong", "the vpn drops again since monday and the wifi is gone too, please help", "lamp"]
LIMIT = 1e-5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in write_cases(Path(folder)):
            case = Path(folder) / name
            command = [sys.argv[1], str(Path(__file__).resolve()), "--check", str(case)]
            print(
                f"{name:24} {subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()}"
            )


def write_cases(folder: Path) -> list[str]:
    """Encoder, export and expected outputs of each case."""
    import torch

    from scalearn_core import Encoder, ScaLearnModel, catalog
    from scalearn_core.export.encoder import as_transformers_has_it
    from scalearn_core.heads.modules import two_layer_head
    from tests.core.tiny import random_adapter, save_encoder

    names = []
    for kind in ("MiniLM", "bert", "roberta"):
        for pooling, paper_head in (("cls", False), ("cls", True), ("mean", False)):
            names.append(f"{kind}-{pooling}-{'two' if paper_head else 'one'}-layer")
            case = folder / names[-1]
            if kind == "MiniLM":
                encoder = Encoder.load()
                sources = catalog.load(catalog.permissive(), encoder)
                as_transformers_has_it(encoder).save_pretrained(case / "encoder")
            else:
                save_encoder(case / "encoder", kind)
                encoder = Encoder.load(case / "encoder")
                sources = [random_adapter(f"a{i}", seed=i, rank=4 + i, model_type=kind) for i in range(3)]
                sources.append(random_adapter("short", seed=9, left_out=(1,), model_type=kind))
            encoder.pooling = pooling
            model = ScaLearnModel(encoder, sources, labels=["a", "b", "c"], variant="scalearn")
            generator = torch.Generator().manual_seed(0)
            if paper_head:
                model.head = two_layer_head(encoder.width, 3, generator=generator).eval()
            with torch.no_grad():
                model.scales.omega.normal_(0.2, 0.3, generator=generator)
                for parameter in model.head.parameters():
                    parameter.normal_(0.0, 0.2, generator=generator)
                batch = encoder.pad(encoder.tokenize(TEXTS), range(len(TEXTS)))
                hidden = model.hidden_states(*batch).numpy()
            model.export_adapter(case / "export")
            np.savez(
                case / "expected.npz", hidden=hidden, probabilities=model.predict_proba(TEXTS), pooling=pooling,
                unit=not paper_head, ids=batch.input_ids, mask=batch.attention_mask, kind=encoder.model_type,
            )  # fmt: skip
    return names


def check(case: Path) -> None:
    """In the other environment: load, run, compare."""
    import adapters
    import torch

    expected = np.load(case / "expected.npz")
    model = adapters.AutoAdapterModel.from_pretrained(case / "encoder").eval()
    name = model.load_adapter(str(case / "export"), set_active=True)
    batch = {"input_ids": torch.tensor(expected["ids"]), "attention_mask": torch.tensor(expected["mask"])}
    with torch.no_grad():
        hidden, mask = model.base_model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
        if expected["pooling"] == "cls" and not expected["unit"]:
            logits = model(**batch, head=name).logits
        else:  # as the README of the exported folder has it
            pooled = hidden[:, 0] if expected["pooling"] == "cls" else (hidden * mask).sum(1) / mask.sum(1)
            if expected["unit"]:
                pooled = torch.nn.functional.normalize(pooled, dim=1)
            logits = torch.nn.Sequential.forward(model.heads[name], pooled)
    found = [
        np.abs((hidden * mask).numpy() - expected["hidden"] * mask.numpy()).max(),
        np.abs(logits.softmax(-1).numpy() - expected["probabilities"]).max(),
    ]
    verdict = "equal" if max(found) <= LIMIT else "DIFFERENT"
    print(f"hidden states {found[0]:.1e}, probabilities {found[1]:.1e}: {verdict} (limit {LIMIT:.0e})")


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        check(Path(sys.argv[2]))
    else:
        main()
