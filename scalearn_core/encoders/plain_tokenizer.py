"""The tokenizers of the studio's encoders, run by `tokenizers` alone: transformers takes seconds to load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Tokenizer


class Encoded(dict[str, Any]):
    """Token ids and what else was asked for, by transformers' names; of one text or of several."""

    encodings: list[Encoding]


class PlainTokenizer:
    """A tokenizer.json as it stands. Calls give what transformers' tokenizer gives; all else is asked of that.

    Attributes:
        whole: transformers' tokenizer, made when it is first needed (to write an encoder for other programs).
    """

    is_fast = True

    def __init__(self, file: Path, unknown: str, make_whole: Callable[[], Any]) -> None:
        """Raises what `tokenizers` raises of a file that is none."""
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._tokenizer.encode_special_tokens = False
        self._cutting = threading.Lock()  # where it cuts is a setting of the tokenizer, not of the call
        self._make_whole = make_whole
        self._whole: Any = None
        self.unk_token_id: int | None = self._tokenizer.token_to_id(unknown)

    def __call__(
        self,
        texts: str | Sequence[str],
        pairs: str | Sequence[str] | None = None,
        *,
        truncation: bool = False,
        max_length: int | None = None,
        add_special_tokens: bool = True,
        **_: bool,
    ) -> Encoded:
        """Ids, segments and special tokens of texts or of pairs; cut to `max_length` with `truncation`."""
        one = isinstance(texts, str)
        first = [texts] if isinstance(texts, str) else list(texts)
        second = [pairs] if isinstance(pairs, str) else pairs
        inputs = first if second is None else list(zip(first, second, strict=True))
        with self._cutting:
            if truncation and max_length is not None:
                self._tokenizer.enable_truncation(max_length)
            else:
                self._tokenizer.no_truncation()
            encodings = self._tokenizer.encode_batch(inputs, add_special_tokens=add_special_tokens)
        columns = {
            "input_ids": [encoding.ids for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
            "special_tokens_mask": [encoding.special_tokens_mask for encoding in encodings],
        }
        encoded = Encoded({name: values[0] for name, values in columns.items()} if one else columns)
        encoded.encodings = encodings
        return encoded

    @property
    def whole(self) -> Any:
        if self._whole is None:
            self._whole = self._make_whole()
        return self._whole

    def __deepcopy__(self, memo: dict[int, object]) -> PlainTokenizer:
        return self  # one serves any number of threads, and nothing changes it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # a copy asks before there is anything
            raise AttributeError(name)
        return getattr(self.whole, name)

    def __len__(self) -> int:
        return len(self.whole)
