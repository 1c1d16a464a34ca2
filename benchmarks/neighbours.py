"""Do other libraries compute what we do, from the folders we write, and do we from theirs?

    python -m benchmarks.neighbours FOLDER

makes an environment in FOLDER for each neighbour (`ENVIRONMENTS`; made once, then kept), writes there what we
export, runs it in these environments as its README.md says, and reads what they wrote. It prints the largest
differences; `docs/neighbours.md` keeps what it printed. Encoders are small and random, one of each type, and the
studio's own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
TORCH = "torch==2.13.0"
ENVIRONMENTS = {
    "adapters": [TORCH, "transformers==4.57.6", "adapters==1.3.0", "sentence-transformers==5.1.2"],
    "sentence-transformers": [TORCH, "transformers==5.23.0", "sentence-transformers==6.2.0"],
    "onnxruntime": ["onnxruntime==1.32.0", "tokenizers==0.23.3"],
}
HEADS = ("mean-one", "cls-one", "cls-two")
PREFIX, LENGTH = "query: ", 17
# Without blanks at the ends, which sentence-transformers 5 takes off a text.
TEXTS = [
    "my invoice is wrong", "The VPN drops again since Monday & the Wi-Fi is gone too", "請求書 ﾊﾝｶｸ ㍿", "lamp",
    "<s> a </s> b <mask> c", "[CLS] a [SEP] b [MASK] c", "</s>", "two  blanks",
    "please look at my invoice " * 30 + "now",
]  # fmt: skip


def interpreter(root: Path, name: str) -> Path:
    """The Python of a neighbour's environment, which is made if it is not there."""
    home = root / "environments" / name
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        for package in ENVIRONMENTS[name]:  # torch first, so that no other decides which one comes
            subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
        (home / "complete").touch()
    return python


def run(python: Path | str, *arguments: str) -> str:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
    ran = subprocess.run(
        [python, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise SystemExit(f"{arguments}: {ran.stderr[-2000:]}")
    return ran.stdout


# What we write


def write_cases(root: Path) -> None:
    """Encoders, exported and as they are, with what they give here."""
    from scalearn_core import Encoder
    from scalearn_core.export.encoder import export_encoder
    from tests.core.tiny import KINDS, save_encoder

    for kind in [*KINDS, "english", "multilingual"]:
        own = kind in KINDS
        if own:
            save_encoder(root / "plain" / kind, kind)
        encoder = Encoder.load(root / "plain" / kind if own else kind)
        for head in HEADS if own else HEADS[:1]:
            if own:
                encoder.pooling = head.split("-")[0]
                encoder.prefix = PREFIX if head == "cls-two" else ""
            write_model(root / "models" / f"{kind}-{head}", encoder, two=head.endswith("two"), adapter=own)
        if own:
            encoder.pooling, encoder.prefix = "mean", PREFIX
        out = root / "encoders" / kind
        export_encoder(encoder, out)
        np.save(root / "encoders" / f"{kind}.npy", embeddings(encoder, TEXTS))
        write_json(
            root / "encoders" / f"{kind}.json", {"ids": encoder.tokenize(TEXTS).ids, "prefix": encoder.prefix}
        )


def write_model(folder: Path, encoder: Any, *, two: bool, adapter: bool) -> None:
    import torch

    from scalearn_core import ScaLearnModel
    from scalearn_core.heads.modules import two_layer_head
    from tests.core.tiny import random_adapter

    shape = {"width": encoder.width, "layers": len(encoder.layers), "model_type": encoder.model_type}
    sources = [random_adapter(f"a{seed}", seed=seed, rank=3, left_out=(seed,), **shape) for seed in (0, 1)]
    for source in sources:
        for parameter in source.layers.parameters():
            parameter.data *= (32 / encoder.width) ** 0.5  # as large an effect on a wider encoder
    model = ScaLearnModel(encoder, sources, labels=["a", "b", "c"], variant="scalearn")
    generator = torch.Generator().manual_seed(0)
    if two:
        model.head = two_layer_head(encoder.width, 3, generator=generator).eval()
    with torch.no_grad():
        model.scales.omega.normal_(0.2, 0.3, generator=generator)
        for parameter in model.head.parameters():
            parameter.normal_(0.0, 0.5, generator=generator)
    if adapter:
        model.export_adapter(folder / "adapter")
    model.export_onnx(folder / "onnx")
    np.save(folder / "expected.npy", model.predict_proba(TEXTS))


def embeddings(encoder: Any, texts: list[str]) -> np.ndarray:
    batch = encoder.pad(encoder.tokenize(texts), range(len(texts)))
    found: np.ndarray = encoder.pool(encoder.hidden_states(*batch), batch.attention_mask).numpy()
    return found


def write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content), "utf-8")


# In the other environments


def read_exports(root: Path, kind: str) -> dict[str, str]:
    """Largest differences of what this environment makes of our folders."""
    if kind == "onnxruntime":
        return {folder.name: by_onnx_readme(folder) for folder in models(root)}
    found = {}
    for folder in models(root):
        text = folder / "adapter" / "README.md"
        if text.exists() and (kind == "adapters" or "import adapters" not in text.read_text("utf-8")):
            found[folder.name] = by_adapter_readme(folder, root)
    for file in sorted((root / "encoders").glob("*.json")):
        found[f"encoder {file.stem}"] = by_sentence_transformers(file.with_suffix(""))
    write_theirs(root, kind)
    return found


def models(root: Path) -> list[Path]:
    return sorted((root / "models").iterdir())


def lines_of(folder: Path) -> str:
    return (folder / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]


def by_onnx_readme(folder: Path) -> str:
    lines = lines_of(folder / "onnx").replace('texts = ["Where is my parcel?"]', f"texts = {TEXTS}")
    there: dict[str, Any] = {"print": lambda *given: None}
    os.chdir(folder / "onnx")
    exec(lines, there)
    return difference(there["probabilities"], np.load(folder / "expected.npy"))


def by_adapter_readme(folder: Path, root: Path) -> str:
    encoder = root / "plain" / folder.name.removesuffix("-" + "-".join(folder.name.split("-")[-2:]))
    there: dict[str, Any] = {"ENCODER": str(encoder), "THIS_FOLDER": str(folder / "adapter"), "texts": TEXTS}
    exec(lines_of(folder / "adapter"), there)
    return difference(there["probabilities"].detach().numpy(), np.load(folder / "expected.npy"))


def by_sentence_transformers(folder: Path) -> str:
    """`encode`, `encode_query` and `encode_document`, and the tokens of transformers' own tokenizer."""
    from sentence_transformers import SentenceTransformer
    from transformers import AutoTokenizer

    said = json.loads(folder.with_suffix(".json").read_text("utf-8"))
    tokenizer, model = AutoTokenizer.from_pretrained(folder), SentenceTransformer(str(folder), device="cpu")
    begun = [said["prefix"] + text for text in TEXTS]
    ids = tokenizer(begun, truncation=True)["input_ids"]
    if ids != said["ids"]:
        return "OTHER TOKENS"
    expected = np.load(folder.with_suffix(".npy"))
    ways = (model.encode, model.encode_query, model.encode_document)
    return ", ".join(difference(way(TEXTS, convert_to_numpy=True), expected) for way in ways)


def write_theirs(root: Path, kind: str) -> None:
    """A folder of sentence-transformers with a length, a default prompt and the mean, and its `encode`.

    Where the library knows options of the tokenizer's call, also one whose length is such an option.
    """
    from sentence_transformers import SentenceTransformer

    for name in ("bert", "xlm-roberta", "modernbert"):
        for option in (False, True):
            model = SentenceTransformer(str(root / "encoders" / name), device="cpu")
            if option and not hasattr(model[0], "processing_kwargs"):
                continue
            if option:
                model[0].processing_kwargs = {"text": {"max_length": LENGTH}}
            else:
                model.max_seq_length = LENGTH
            model.prompts, model.default_prompt_name = {"classify": "please: ", "query": "vpn: "}, "classify"
            folder = root / "theirs" / kind / f"{name}{'-option' if option else ''}"
            model.save(str(folder))
            np.save(folder.with_suffix(".npy"), model.encode(TEXTS))


# Here again


def read_theirs(root: Path) -> dict[str, str]:
    from scalearn_core import Encoder

    found = {}
    for file in sorted((root / "theirs").glob("*/*.npy")):
        encoder = Encoder.load(file.with_suffix(""))
        told = f"length {encoder.max_length}, prompt {encoder.prefix!r}, {encoder.pooling}"
        found[f"{file.parent.name}: {file.stem}"] = (
            f"{difference(embeddings(encoder, TEXTS), np.load(file))} ({told})"
        )
    return found


def difference(found: Any, expected: np.ndarray) -> str:
    return f"{np.abs(np.array(found) - expected).max():.1e}"


def show(title: str, found: dict[str, str]) -> None:
    print(f"\n{title}\n\n| folder | largest difference |\n|---|---|")
    for name, value in found.items():
        print(f"| {name} | {value} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--inside", choices=ENVIRONMENTS, help="used by the script itself")
    arguments = parser.parse_args()
    root: Path = arguments.folder.resolve()
    if arguments.inside:
        print(json.dumps(read_exports(root, arguments.inside)))
        return
    write_cases(root)
    for name, packages in ENVIRONMENTS.items():
        python = interpreter(root, name)
        told = run(python, "benchmarks/neighbours.py", str(root), "--inside", name).splitlines()[-1]
        show(f"Ours, read with {', '.join(packages)}", json.loads(told))
    show("Theirs, read here", read_theirs(root))
    python, library = interpreter(root, "adapters"), str(root / "library")
    run(python, "benchmarks/adapters_library.py", "record", library)
    run(sys.executable, "-m", "benchmarks.adapters_library", "compare", library)
    print("\nSingle adapters, both ways\n")
    print(run(python, "benchmarks/adapters_library.py", "load", library))


if __name__ == "__main__":
    main()
