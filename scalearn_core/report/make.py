"""A report from the folder where a training left its evidence."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from scalearn_core.errors import ConfigError
from scalearn_core.report.content import story_of
from scalearn_core.report.material import gather
from scalearn_core.report.sheet import sheet_of
from scalearn_core.workspace.price import Price

FORMATS = (".pptx", ".html")


def can_write_slides() -> bool:
    """Whether the packages of `requirements-report.txt` are installed."""
    return all(map(find_spec, ("pptx", "xlsxwriter")))


def report_of(
    evidence: Path,
    form: str,
    language: str,
    *,
    price: Price | None = None,
    audit_head: str | None = None,
    examples: bool = True,
) -> bytes:
    """Slides (".pptx") or a sheet of paper (".html"); the same evidence gives the same bytes.

    Args:
        evidence: the folder with `result.json`.
        language: one of `words.LANGUAGES`.
        price: what a document costs today; without it nothing is said of savings.
        audit_head: of the audit trail, to be printed.
        examples: whether documents may be quoted.

    Raises:
        ConfigError: `report.missing_package`, if slides are asked for and what writes them is not installed.
        ModelError, RunError: as `gather`.
    """
    if form == ".pptx" and not can_write_slides():
        raise ConfigError("report.missing_package")
    story = story_of(gather(evidence, price=price, audit_head=audit_head, examples=examples), language)
    if form == ".html":
        return sheet_of(story).encode()
    from scalearn_core.report.slides import slides_of

    return slides_of(story)
