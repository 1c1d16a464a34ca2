"""Placeholder labels: those that mean "none", or "as in the row above".

None of them is decided here: "None" may be a category and -1 an answer, so the user is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.checks.scan import Scan
from scalearn_core.data.recipe import Step

_WORDS = frozenset(
    {
        *("n/a", "na", "n.a.", "n.a", "nan", "<na>", "nat", "none", "null", "nil", "undefined", "missing"),
        *("(none)", "(null)", "(blank)", "(empty)", "blank", "empty", "no label", "unlabeled", "unlabelled"),
        *("k.a.", "keine angabe", "n/d", "n.d.", "s/o", "sin datos"),
        *("not labeled", "not labelled", "tbd", "todo", "to do", "\\n", "[]", "{}", "()", '""', "''"),
        *(
            "なし",
            "無し",
            "該当なし",
            "空白",
            "空欄",
            "未入力",
            "未記入",
            "未設定",
            "未定",
            "未分類",
            "ラベルなし",
            "該当無し",
            "ナシ",
            "無",
            "(なし)",
            "(無し)",
            "(空白)",
        ),
    }
)
_ERRORS = re.compile(r"#(?:n/a|ref!|value!|name\?|div/0!|null!|num!|spill!|calc!|nv|wert!|bezug!|zahl!|#+)")
"""Formulas that failed, as a spreadsheet shows them."""
_MARKS = re.compile(r"[-‐‑‒–—―ー〜~_.・…*?]+")
_DITTO = frozenset(
    {
        *(
            "〃",
            "々",
            "仝",
            "同",
            "同上",
            "同前",
            "上に同じ",
            "上と同じ",
            "上記と同じ",
            "上記に同じ",
            "上記同様",
            '"',
            "''",
            "\u2032\u2032",
            "”",
            "“",
            "„",
            "↑",
            "^",
        ),
        *("dito", "ibid", "ibid.", "same as previous", "siehe oben"),
        *("ditto", "do.", "idem", "same as above", "as above", "see above", "s.o.", "wie oben"),
    }
)
_MINUS_ONE = frozenset({"-1", "-1.0"})
_NUMBER = re.compile(r"[+-]?\d+(?:\.0+)?")
_ONE = frozenset({"1", "+1", "1.0"})
_THERE_IS = frozenset({"有", "有り", "あり", "アリ"})
_ANSWERS = {"-1": _ONE, "-1.0": _ONE, "-": frozenset({"+"})} | dict.fromkeys(
    ("無", "無し", "なし", "ナシ"), _THERE_IS
)
"""What may be an answer where its opposite is a label too."""


def placeholder_labels(scan: Scan) -> list[Finding]:
    """Labels that mean "none", with steps that leave them out.

    `placeholder_labels`: blanks under a name, and -1 among numbers. `maybe_placeholder_labels`: -1 where 1 is a
    label and - where + is one, which may be answers.
    """
    sure, maybe = placeholders_among(list(scan.counts))
    findings = [Finding("placeholder_labels", "warning", **_about(scan, sure))] if sure else []
    return [*findings, *([Finding("maybe_placeholder_labels", "hint", **_about(scan, maybe))] if maybe else [])]


def placeholders_among(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those of the labels of a table that stand for nothing, and those that may."""
    forms = {label: _form(label) for label in labels}
    answers = {form for form, opposites in _ANSWERS.items() if opposites & set(forms.values())}
    numbers = all(_NUMBER.fullmatch(form) for form in forms.values() if not _is_placeholder(form))
    named = {form for form in forms.values() if _is_placeholder(form) or (numbers and form in _MINUS_ONE)}
    sure = [label for label, form in forms.items() if form in named - answers]
    return sure, [label for label, form in forms.items() if form in named & answers]


def ditto_labels(scan: Scan) -> list[Finding]:
    """`ditto_labels`: marks for "as in the row above", with steps that write it out where that row was read."""
    labels = ditto_among(list(scan.counts))
    if not labels:
        return []
    marked = scan.having_only(labels).tolist()
    rows, cells = scan.rows.tolist(), scan.cell.tolist()
    into: dict[str, list[int]] = defaultdict(list)
    above: tuple[int, str] | None = None  # the last row, and what its labels are
    for row, cell, mark in zip(rows, cells, marked, strict=True):
        if not mark:
            above = (row, scan.cells[cell])
        elif above is not None and above[0] == row - 1:
            above = (row, above[1])
            into[above[1]].append(row)
        else:
            above = None
    about = _about(scan, labels)
    written = sum(map(len, into.values()))
    if written:
        steps = tuple(Step("relabel", "ditto_labels", into=cell, rows=tuple(into[cell])) for cell in sorted(into))
        values = {"concerned": written, "unsettled": sum(marked) - written}
        about["remedies"] = (Remedy("write_out_ditto", steps, values), *about["remedies"])
    return [Finding("ditto_labels", "warning", **about)]


def ditto_among(labels: Sequence[str]) -> list[str]:
    """Those of the labels of a table that mean "as in the row above"."""
    return [label for label in labels if _form(label) in _DITTO]


def _about(scan: Scan, labels: list[str]) -> dict[str, Any]:
    """All of a finding but its code."""
    concerned = scan.having(labels)
    values = {
        "labels": tuple(labels),
        "counts": tuple(scan.counts[label] for label in labels),
        "concerned": int(concerned.sum()),
        "documents": len(scan),
    }
    rows = tuple(scan.rows[concerned].tolist())
    notes = tuple(scan.cells[cell] for cell in scan.cell[concerned].tolist())
    return {"values": values, "rows": rows, "notes": notes, "remedies": _remedies(scan, labels)}


def _remedies(scan: Scan, labels: list[str]) -> tuple[Remedy, ...]:
    """Without them, or as rows that nobody has labelled yet, where at least two labels are left."""
    if len(scan.counts) - len(labels) < 2:
        return ()
    gone = int(scan.having_only(labels).sum())
    names = tuple(sorted(labels))
    values = {"labels": names, "gone": gone, "left": len(scan) - gone}
    leave_out = Step("leave_out_labels", "placeholder_labels", labels=names)
    not_yet = Step("leave_out_labels", "blank_label", labels=names)
    return (
        Remedy("leave_out_placeholders", (leave_out,), values),
        Remedy("not_labelled_yet", (not_yet,), values),
    )


def _form(label: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", label).replace("−", "-").casefold().split()).removesuffix("。")


def _is_placeholder(form: str) -> bool:
    return form in _WORDS or bool(_ERRORS.fullmatch(form) or _MARKS.fullmatch(form))
