"""The sample tables that come with the studio. They are synthetic: written for it, about no real person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scalearn_core.data.mapping import Mapping
from scalearn_core.data.split_plan import AT_RANDOM, SplitPlan
from scalearn_core.errors import DataError

FOLDER = Path(__file__).parents[2] / "assets" / "samples"


def sample_bytes(key: str) -> bytes:
    """The content of a sample's file. Raises DataError `data.unknown_sample`."""
    if key not in SAMPLES:
        raise DataError("data.unknown_sample", sample=key, samples=", ".join(SAMPLES))
    return SAMPLES[key].path.read_bytes()


@dataclass(frozen=True)
class Sample:
    path: Path
    text: str
    """The column with the documents."""

    label: str
    """The column with their classes."""

    language: str
    """Of the documents: ISO 639-1 code."""

    plan: SplitPlan = AT_RANDOM
    """Which documents are tested on."""

    own_adapter: bool = True
    """Whether its ready result has a task adapter beside the sources."""

    @property
    def mapping(self) -> Mapping:
        """How its columns are read."""
        return Mapping(self.text, self.label, blanks="leave_out", keep=self.plan.columns)


def _tested_on(column: str, value: str) -> SplitPlan:
    """Those documents whose cell in `column` is `value`."""
    return SplitPlan(by="column", column=column, test_values=(value,))


SAMPLES = {
    "product_reviews": Sample(
        FOLDER / "product_reviews.csv", text="review", label="mood", language="en",
        plan=_tested_on("part", "test"), own_adapter=False,
    ),
    "service_desk": Sample(FOLDER / "service_desk.csv", text="message", label="team", language="en"),
    "quality_reports": Sample(FOLDER / "quality_reports.csv", text="report", label="category", language="en"),
    "office_requests": Sample(FOLDER / "office_requests_ja.csv", text="本文", label="担当部署", language="ja"),
}  # fmt: skip
"""In the order in which they are offered to readers of their language."""
