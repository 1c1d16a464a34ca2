"""Does a single adapter give here what the `adapters` library gives, for every encoder type that library has?

The library needs another transformers than this project, so each side runs in an environment of its own:

    python -m venv library && library/bin/pip install torch==2.13.0 && library/bin/pip install adapters==1.3.0

    library/bin/python benchmarks/adapters_library.py record FOLDER    # their adapters and outputs
    python -m benchmarks.adapters_library compare FOLDER               # read them here, write ours
    library/bin/python benchmarks/adapters_library.py load FOLDER      # read ours there; prints the table

The same for adapter-transformers 3.2.1, on which the paper's code is built (its files have another version):

    python -m venv old && old/bin/pip install torch==2.13.0
    old/bin/pip install adapter-transformers==3.2.1 "numpy<2" "huggingface_hub<0.20" safetensors
    old/bin/python benchmarks/adapters_library.py record-old FOLDER2
    python -m benchmarks.adapters_library compare FOLDER2

Encoders are small and random (3 layers, width 64), norms and biases included; adapters are `seq_bn`, random. The
table shows the largest absolute difference of the last hidden states at real tokens: of the plain encoder, of
the library's adapter read here (saved from a model with a head, and from one without), and of our adapter read
by the library (into a model with a head, and into one without). "effect" is what the adapter changes at all.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

WIDTH, LAYERS, WORDS = 64, 3, 100
_DEBERTA = {"relative_attention": True, "position_biased_input": False, "pos_att_type": ["p2c", "c2p"]}
TYPES: dict[str, dict[str, Any]] = {
    "bert": {},
    "roberta": {},
    "xlm-roberta": {},
    "electra": {"embedding_size": 32},
    "distilbert": {"dim": WIDTH, "n_layers": LAYERS, "n_heads": 4, "hidden_dim": 96},
    "deberta": _DEBERTA,
    "deberta-v2": {**_DEBERTA, "position_buckets": 8, "norm_rel_ebd": "layer_norm", "share_att_key": True},
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2, "reference_compile": False},
}
"""CamemBERT and MPNet are not in the library."""
SHAPE = {"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": 96}


def randomize(parameters: Any, size: float) -> None:
    for parameter in parameters:
        parameter.data += size * torch.randn_like(parameter)


def save_tokenizer(folder: Path) -> None:
    """One that is never used, as an encoder's folder holds one."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    numbers = {word: i for i, word in enumerate([*special, *(f"word{i}" for i in range(WORDS - len(special)))])}
    backend = Tokenizer(models.WordLevel(numbers, unk_token="<unk>"))
    PreTrainedTokenizerFast(
        tokenizer_object=backend, cls_token="<s>", pad_token="<pad>", sep_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


def enable(model: Any) -> None:
    """Make it the library's, without the random bias it gives to projections that have none (adapters 1.3.0)."""
    import adapters

    known = set(model.state_dict())
    adapters.init(model)
    for key, parameter in model.named_parameters():
        if key not in known and key.endswith((".in_proj.bias", ".Wqkv.bias")):
            parameter.data.zero_()


def their_hidden(model: Any, inputs: dict[str, torch.Tensor], adapter: str | None) -> torch.Tensor:
    model.set_active_adapters(adapter)
    with torch.no_grad():
        hidden: torch.Tensor = model.eval().base_model(**inputs).last_hidden_state
    return hidden


def record(root: Path) -> None:
    import adapters

    for kind in TYPES:
        options = {"attn_implementation": attention(kind)}
        record_type(root / kind, kind, adapters.SeqBnConfig(reduction_factor=8), options)


def record_old(root: Path) -> None:
    from transformers.adapters import PfeifferConfig

    for kind in set(TYPES) - {"electra", "modernbert"}:  # it has no adapters for these
        record_type(root / kind, kind, PfeifferConfig(reduction_factor=8), {})


def record_type(folder: Path, kind: str, adapter: Any, options: dict[str, Any]) -> None:
    from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

    torch.manual_seed(0)
    config = AutoConfig.for_model(
        kind, vocab_size=WORDS, max_position_embeddings=64, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        cls_token_id=0, sep_token_id=2, num_labels=2, **({} if kind == "distilbert" else SHAPE), **TYPES[kind],
    )  # fmt: skip
    model = AutoModelForSequenceClassification.from_config(config, **options)
    randomize(model.parameters(), 0.05)
    model.base_model.save_pretrained(folder / "encoder")
    save_tokenizer(folder / "encoder")
    model.save_pretrained(folder / "with_head")
    bare = AutoModel.from_pretrained(folder / "encoder", **options)
    if options:  # the old library's models take adapters as they are
        enable(model)
        enable(bare)
    model.add_adapter("source", config=adapter)
    randomize((p for key, p in model.named_parameters() if ".adapters." in key), 0.3)
    model.save_adapter(str(folder / "theirs_prefixed"), "source", with_head=False)
    model.base_model.save_adapter(str(folder / "theirs_bare"), "source")
    inputs = {"input_ids": torch.randint(4, WORDS, (4, 20)), "attention_mask": torch.ones(4, 20).long()}
    for row, length in enumerate((20, 13, 7, 2)):
        inputs["attention_mask"][row, length:] = 0
        inputs["input_ids"][row, length:] = 1
    states = {"plain": their_hidden(bare, inputs, None), "adapted": their_hidden(model, inputs, "source")}
    save_file(inputs | states, str(folder / "theirs.safetensors"))


def attention(kind: str) -> str:
    """Not every type of the library has another than "eager"."""
    return "sdpa" if kind == "modernbert" else "eager"


def difference(hidden: torch.Tensor, other: torch.Tensor, mask: torch.Tensor) -> float:
    return float((hidden - other)[mask.bool()].abs().max())


def print_row(*cells: str) -> None:
    print("|", " | ".join(cells), "|")


def compare(root: Path) -> None:
    from scalearn_core.adapters.adapterhub import check_fits, read_adapter, write_adapter
    from scalearn_core.adapters.bottleneck import Adapter, new_adapter
    from scalearn_core.encoders.encoder import Encoder

    columns = ("plain", "theirs_prefixed", "theirs_bare", "effect")
    print_row("encoder type", *(column.replace("_", ", ") for column in columns))
    print_row(*["---"] * (1 + len(columns)))
    for kind in [kind for kind in TYPES if (root / kind).is_dir()]:
        folder = root / kind
        encoder = Encoder.load(folder / "encoder")
        theirs = load_file(folder / "theirs.safetensors")
        ids, mask = theirs["input_ids"], theirs["attention_mask"]

        def adapted(adapter: Adapter, encoder: Any = encoder, ids: Any = ids, mask: Any = mask) -> torch.Tensor:
            check_fits(adapter, encoder)
            hidden: torch.Tensor = encoder.hidden_states(ids, mask, adapt=lambda i, z, f: adapter.output(i, z))
            return hidden

        plain = encoder.hidden_states(ids, mask)
        found = {"plain": difference(plain, theirs["plain"], mask)}
        for name in ("theirs_prefixed", "theirs_bare"):
            hidden = adapted(read_adapter(folder / name))
            found[name] = difference(hidden, theirs["adapted"], mask)
        found["effect"] = difference(theirs["adapted"], theirs["plain"], mask)
        ours = new_adapter("ours", layers=LAYERS, width=WIDTH, model_type=kind, reduction_factor=8, seed=1)
        randomize(ours.layers.parameters(), 0.3)
        write_adapter(ours.frozen(), folder / "ours")
        save_file({"adapted": adapted(ours)}, folder / "ours.safetensors")
        (folder / "found.json").write_text(json.dumps(found), "utf-8")
        print_row(kind, *(f"{found[column]:.1e}" for column in columns))


def load(root: Path) -> None:
    from transformers import AutoModel, AutoModelForSequenceClassification

    columns = ("plain", "theirs_prefixed", "theirs_bare", "ours_prefixed", "ours_bare", "effect")
    print_row("encoder type", *(column.replace("_", ", ") for column in columns))
    print_row(*["---"] * (1 + len(columns)))
    for kind in TYPES:
        folder = root / kind
        ours, theirs = load_file(folder / "ours.safetensors"), load_file(folder / "theirs.safetensors")
        inputs = {key: theirs[key] for key in ("input_ids", "attention_mask")}
        found = json.loads((folder / "found.json").read_text("utf-8"))
        for name, maker, source in (
            ("ours_prefixed", AutoModelForSequenceClassification, "with_head"),
            ("ours_bare", AutoModel, "encoder"),
        ):
            model = maker.from_pretrained(folder / source, attn_implementation=attention(kind))
            enable(model)
            model.load_adapter(str(folder / "ours"), with_head=False, use_safetensors=True)
            found[name] = difference(
                their_hidden(model, inputs, "ours"), ours["adapted"], theirs["attention_mask"]
            )
        print_row(kind, *(f"{found[column]:.1e}" for column in columns))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=("record", "record-old", "compare", "load"))
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    {"record": record, "record-old": record_old, "compare": compare, "load": load}[arguments.side](
        arguments.folder
    )
