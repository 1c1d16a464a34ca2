#!/usr/bin/env bash
# transformers 5.23.0: a folder whose tokenizer_config.json names XLMRobertaTokenizer is not read as its tokenizer.json
# says: the normaliser in that file is replaced in silence, so other tokens come out. transformers 4.57.6 reads the file.
set -euo pipefail
export HF_HUB_OFFLINE=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/check.py" <<'PYTHON'
import json
import pathlib
import sys

import tokenizers
import transformers
from tokenizers import models, normalizers, pre_tokenizers

folder = pathlib.Path(sys.argv[1])
special = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>",
           "unk_token": "<unk>", "mask_token": "<mask>"}
words = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁my", "▁invoice", "<mask>"]
own = tokenizers.Tokenizer(models.Unigram([(word, -1.0) for word in words], unk_id=3))
own.normalizer = normalizers.Lowercase()
own.pre_tokenizer = pre_tokenizers.Metaspace()
own.save(str(folder / "tokenizer.json"))
config = {"tokenizer_class": "XLMRobertaTokenizer", **special}
(folder / "tokenizer_config.json").write_text(json.dumps(config))
(folder / "config.json").write_text(json.dumps({"model_type": "xlm-roberta"}))

text = "My INVOICE"
read = transformers.AutoTokenizer.from_pretrained(folder)
print("transformers", transformers.__version__, "tokenizers", tokenizers.__version__)
print("tokenizer.json says:", own.encode(text, add_special_tokens=False).tokens)
print("AutoTokenizer reads:", read.tokenize(text))
PYTHON

seen() {  # seen VERSION: what that version prints
    python3 -m venv --clear "$folder/venv"
    "$folder/venv/bin/python" -m pip install --quiet "transformers==$1"
    mkdir -p "$folder/model"
    "$folder/venv/bin/python" "$folder/check.py" "$folder/model" 2> /dev/null
}

older=$(seen 4.57.6)
newer=$(seen 5.23.0)
printf '%s\n%s\n' "$older" "$newer"
grep -qF "AutoTokenizer reads: ['▁my', '▁invoice']" <<< "$older"
grep -qF "tokenizer.json says: ['▁my', '▁invoice']" <<< "$newer"
! grep -qF "AutoTokenizer reads: ['▁my', '▁invoice']" <<< "$newer"
