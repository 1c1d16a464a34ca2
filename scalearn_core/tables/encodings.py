"""Detect the encoding of a text from all of its bytes: Japanese may begin after megabytes of ASCII.

A byte order mark decides; else the first that fits of UTF-8, UTF-16, cp932, EUC-JP and cp1252, in this order, and
only then a detector, which guesses wrong on short files. Almost any bytes fit cp932 or cp1252 somehow, so there a
look at the characters decides: Japanese stands in runs and has kana, accents stand alone between Latin letters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from scalearn_core.errors import DataError
from scalearn_core.tables.content import BLOCK, Content, OnProgress

ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc_jp", "iso2022_jp", "cp1252",
    "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "gb18030", "big5", "cp949",
)  # fmt: skip
"""Those a table can be read in, by their names in Python."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Those of UTF-32 before those of UTF-16, which are their beginnings."""
_ISO_2022 = (b"\x1b$B", b"\x1b$@")
_DETECTED = {"cp1250", "cp1251", "cp1253", "cp1254", "gb18030", "big5", "cp949"}
_SAMPLE = 400_000
"""Bytes of lines beyond ASCII that are looked at."""
MAX_FAULTS = 0.01
"""Faults per character beyond ASCII up to which a text is in an encoding all the same, with damaged rows."""
MAX_FAULTS_UTF8 = 0.1
"""The same of UTF-8, which texts in other encodings fit by chance less than any other."""
FAULT = re.compile("[\udc00-\udcff]")
"""What stands for a byte that does not fit the encoding; no decoder gives it otherwise."""
MARK_FAULTS = "scalearn.mark"
"""Name of the error handler that puts it there. Python's "surrogateescape" does not serve UTF-16."""
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_TOGETHER = re.compile("[^\x00-\x7f]{2,}")
_ALONE = re.compile("(?<![^\x00-\x7f])[^\x00-\x7f](?![^\x00-\x7f])")
_BETWEEN_LATIN = re.compile(
    "(?:(?<=[A-Za-z])[^\x00-\x7f](?![^\x00-\x7f])|(?<![^\x00-\x7f])[^\x00-\x7f](?=[A-Za-z]))"
)
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_KANA = re.compile("[\u3041-\u30fe]+|(?<![A-Za-z\uff61-\uff9f])[\uff61-\uff9f]{3,}(?![A-Za-z\uff61-\uff9f])")
LEAST_KANA = 0.1
"""Share of the characters beyond ASCII; even stiff Japanese has a third, Chinese and Korean have none."""
LEAST_TO_DETECT = 200
"""Bytes of lines beyond ASCII below which a detector guesses."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_USUAL = list(b"\t\n\r ,;|")
_CONTROLS = bytes(code for code in range(32) if chr(code) not in "\t\n\v\f\r\x1b")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(MARK_FAULTS, _mark)


def find_encoding(content: Content, on_progress: OnProgress | None = None) -> str:
    """The encoding of a text, by its name in Python.

    Args:
        on_progress: told the share of the bytes that were looked at, of the first look.

    Raises:
        DataError: `data.binary` or `data.encoding_unknown`.
    """
    start = content.start(BLOCK)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    if b"\0" in start:
        return _bare_utf16(start)
    utf8 = _ByteScan(content, on_progress)
    if utf8.binary:
        raise DataError("data.binary")
    if utf8.switches and not utf8.faults:
        return "iso2022_jp"
    if utf8.faults <= MAX_FAULTS_UTF8 * utf8.beyond_ascii:
        return "utf-8"
    legacy_encoding = _of_a_legacy_text(content, utf8.sample)
    if legacy_encoding is None:
        raise DataError("data.encoding_unknown")
    return legacy_encoding


def _of_a_legacy_text(content: Content, sample: bytes) -> str | None:
    readings = {name: sample.decode(name, MARK_FAULTS) for name in ("cp932", "euc_jp", "cp1252")}
    japanese = [name for name in _japanese_first(readings) if _looks_japanese(readings[name])]
    for name in japanese:
        if _kana_share(readings[name]) >= LEAST_KANA and fits(content, name, MAX_FAULTS):
            return name
    fitting = [name for name in (*japanese, "cp1252") if fits(content, name)]
    if "cp1252" in fitting and _looks_western(readings["cp1252"]):
        return "cp1252"
    detected = _detect(content, sample) if len(sample) >= LEAST_TO_DETECT else None
    if detected is not None:
        return detected
    for faults in (0.0, MAX_FAULTS):
        for name in (*japanese, *readings):
            if fits(content, name, faults):
                return name
    return None


def _japanese_first(readings: Mapping[str, str]) -> tuple[str, str]:
    """cp932 and EUC-JP, the likelier first. In cp932 nearly all of EUC-JP reads as half-width katakana."""
    beyond = len(_NOT_ASCII.findall(readings["cp932"]))
    half_width = len(_HALF_WIDTH.findall(readings["cp932"]))
    is_euc = 0.6 * beyond < half_width < beyond or _kana_share(readings["euc_jp"]) > 2 * LEAST_KANA
    return ("euc_jp", "cp932") if is_euc else ("cp932", "euc_jp")


def fits(content: Content, encoding: str, faults: float = 0.0) -> bool:
    """Whether all bytes can be decoded, but for so many faults per character beyond ASCII."""
    wrong = beyond = 0
    for text in decoded(content, encoding):
        wrong += len(FAULT.findall(text))
        beyond += 0 if not faults else len(_NOT_ASCII.findall(text))
        if wrong and not faults:
            return False
    return wrong <= faults * beyond


def decoded(content: Content, encoding: str, on_progress: OnProgress | None = None) -> Iterator[str]:
    """The text in blocks; a byte that does not fit is given as `FAULT`."""
    decoder = codecs.getincrementaldecoder(encoding)(MARK_FAULTS)
    with content.open(on_progress) as file:
        while block := file.read(BLOCK):
            yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


class _ByteScan:
    """What one pass over the bytes tells, read as UTF-8."""

    def __init__(self, content: Content, on_progress: OnProgress | None) -> None:
        self.faults = self.beyond_ascii = controls = length = 0
        self.binary = False
        self.switches = False
        """Whether it holds the marks by which ISO-2022-JP goes over to Japanese."""
        parts: list[bytes] = []
        kept = 0
        decoder = codecs.getincrementaldecoder("utf-8")(MARK_FAULTS)
        with content.open(on_progress) as file:
            while True:
                block = file.read(BLOCK)
                self.switches |= any(mark in block for mark in _ISO_2022)
                text = decoder.decode(block, final=not block)
                if not text.isascii():
                    faults = len(FAULT.findall(text))
                    self.faults += faults
                    self.beyond_ascii += len(_NOT_ASCII.findall(text)) - faults
                    if kept < _SAMPLE:
                        lines = [line for line in re.split(rb"[\r\n]+", block) if not line.isascii()]
                        parts += lines
                        kept += sum(map(len, lines))
                if not block:
                    break
                length += len(block)
                controls += len(block) - len(block.translate(None, _CONTROLS))
                self.binary |= b"\0" in block
        # NUL never belongs in a table; a few other control characters slip into real ones by copy and paste.
        self.binary |= controls > max(3, length // 100)
        self.sample = b"\n".join(parts)[:_SAMPLE]


def _bare_utf16(start: bytes) -> str:
    """UTF-16 without a byte order mark, by the bytes that its commas, blanks and line ends leave NUL.

    They stand in every second place alone, beside many of the bytes that mean such a character in ASCII; a stray
    NUL in another text does not. Raises DataError `data.binary`.
    """
    pairs = np.frombuffer(start[: len(start) // 2 * 2], np.uint8).reshape(-1, 2)
    usual = np.isin(pairs, _USUAL)
    partnered = (usual & (pairs[:, ::-1] == 0)).sum(0)
    low = int(partnered.argmax())
    if partnered[1 - low] > 0.1 * partnered[low] or partnered[low] < max(1, 0.1 * usual[:, low].sum()):
        raise DataError("data.binary")
    name = "utf-16-be" if low else "utf-16-le"
    if _senseless(start.decode(name, "replace")) > 0.02:
        raise DataError("data.binary")
    return name


def _senseless(text: str) -> float:
    """Share of the characters that are unassigned, private, lone surrogates or controls."""
    counts = Counter(text)
    wrong = sum(number for character, number in counts.items() if _makes_no_sense(character))
    return wrong / max(1, counts.total())


def _makes_no_sense(character: str) -> bool:
    if character in "\t\r\n\ufeff":
        return False
    category = unicodedata.category(character)
    return character == "\ufffd" or (
        category[0] == "C" and category != "Cf"
    )  # Cf joins emoji, turns writing round


def _looks_japanese(text: str) -> bool:
    beyond = len(_NOT_ASCII.findall(text))
    alone = len(_BETWEEN_LATIN.findall(text))
    return alone + len(_PRIVATE.findall(text)) + len(FAULT.findall(text)) <= 0.5 * beyond


def _kana_share(text: str) -> float:
    """Share of kana in the characters beyond ASCII; half-width ones count in runs
    without Latin letters beside them, in which Big5 reads."""
    return sum(map(len, _KANA.findall(text))) / max(1, len(_NOT_ASCII.findall(text)))


def _looks_western(text: str) -> bool:
    beyond = len(_NOT_ASCII.findall(text))
    in_runs = sum(map(len, _TOGETHER.findall(text)))
    return in_runs <= 0.5 * beyond or len(_ALONE.findall(text)) > 0.5 * beyond


def _detect(content: Content, sample: bytes) -> str | None:
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=sorted(_DETECTED)).best()
    return best.encoding if best is not None and fits(content, best.encoding) else None
