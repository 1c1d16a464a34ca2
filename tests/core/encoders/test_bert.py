"""The studio's own encoders without transformers: the same numbers and the same tokens, bit for bit."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from scalearn_core.encoders.cards import CARDS, EncoderCard
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.tokenizers import telling_texts
from scalearn_core.export.encoder import as_transformers_has_it

pytestmark = pytest.mark.parametrize("key", list(CARDS))


@pytest.fixture
def encoder(key: str) -> Encoder:
    if not CARDS[key].installed():
        pytest.skip(f"the packages of {key} are not installed")
    return Encoder.load(key, network=False)


def transformers_tokenizer(card: EncoderCard) -> PreTrainedTokenizerBase:
    """Made by transformers from the same files."""
    assert card.weights is not None
    folder = card.weights.find()
    if card.tokenizer is None:
        assert folder is not None
        made: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder.parent)
        return made
    return PreTrainedTokenizerFast(
        tokenizer_file=str(card.tokenizer.find()), bos_token="<s>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
    )  # fmt: skip


@pytest.mark.parametrize("training", [False, True], ids=["prediction", "dropout"])
@pytest.mark.parametrize(
    "texts", [["my invoice", "the vpn drops again, 請求書"], ["one alone"]], ids=["two", "one"]
)
def test_states_are_those_of_transformers(encoder: Encoder, texts: list[str], training: bool) -> None:
    batch = encoder.pad(encoder.tokenize(texts), range(len(texts)))
    theirs = as_transformers_has_it(encoder).train(training)
    encoder.model.train(training)
    torch.manual_seed(3)
    ours = encoder.hidden_states(*batch)
    torch.manual_seed(3)
    expected = theirs(
        input_ids=batch.input_ids, attention_mask=batch.attention_mask, token_type_ids=batch.token_type_ids
    ).last_hidden_state
    # One channel is the difference of large numbers, and there the order of adding shows most.
    torch.testing.assert_close(ours, expected, rtol=1e-5, atol=5e-5)
    for module in encoder.model.modules():
        if isinstance(module, torch.nn.Linear):
            module.requires_grad_(True)  # what is not frozen is not packed
    torch.manual_seed(3)
    assert torch.equal(encoder.hidden_states(*batch), expected)


def test_tokens_are_those_of_transformers(encoder: Encoder) -> None:
    assert encoder.card is not None
    theirs = transformers_tokenizer(encoder.card)
    texts = list(telling_texts(theirs))
    for limit in (5, 64, encoder.max_length):
        ours = encoder.tokenizer(texts, truncation=True, max_length=limit)
        expected = theirs(texts, truncation=True, max_length=limit, return_token_type_ids=True)
        assert (ours["input_ids"], ours["token_type_ids"]) == (expected["input_ids"], expected["token_type_ids"])
        cut = [[bool(encoding.overflowing) for encoding in batch.encodings] for batch in (ours, expected)]
        assert cut[0] == cut[1]
    pairs = (texts, texts[::-1])
    assert encoder.tokenizer(*pairs)["input_ids"] == theirs(*pairs)["input_ids"]
    assert encoder.tokenizer("one", add_special_tokens=False)["input_ids"] == theirs(
        "one", add_special_tokens=False
    )["input_ids"]  # fmt: skip
    assert encoder.tokenizer.unk_token_id == theirs.unk_token_id


def test_the_card_knows_the_fingerprint(encoder: Encoder) -> None:
    assert encoder.card is not None
    assert encoder.fingerprint == encoder.card.fingerprint


def test_nothing_of_transformers_is_loaded(encoder: Encoder, key: str) -> None:
    code = (
        "import sys\nfrom scalearn_core.encoders.encoder import Encoder\n"
        f"encoder = Encoder.load({key!r}, network=False)\n"
        "batch = encoder.pad(encoder.tokenize(['one', 'another text']), range(2))\n"
        "encoder.hidden_states(*batch)\nassert 'transformers' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
