"""Findings in the reader's words: the finding, its remedies, and what each leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalearn_core.checks.finding import Finding, Remedy
from scalearn_core.encoders.cards import CARDS
from scalearn_ui import text
from scalearn_ui.text import Markdown, count, plain, t

NAMED = 6
"""Classes named in a sentence at most."""
COUNTED = {
    "documents": "documents",
    "looked_at": "documents",
    "tested": "test_documents",
    "unlabelled": "unlabelled",
}
"""Numbers of a finding that stand with their noun."""
COUNTED_OF_REMEDY = dict.fromkeys(("concerned", "gone", "left", "total", "unsettled"), "documents") | {
    "classes": "classes"
}


def found(finding: Finding) -> Markdown:
    """The sentence of a finding, and how many documents were checked where not all were."""
    sentence = t(f"finding.{finding.code}", **_shown(finding.values, COUNTED))
    looked_at, documents = (finding.values.get(name) for name in ("looked_at", "documents"))
    if not isinstance(looked_at, int) or not isinstance(documents, int) or looked_at == documents:
        return sentence
    seen = t("finding.looked_at", looked_at=f"{looked_at:,}", documents=count("documents", documents))
    return Markdown(f"{sentence} {seen}")


def button(remedy: Remedy) -> Markdown:
    """What a remedy does, in a few words."""
    return t(f"remedy.{remedy.code}", **_shown(remedy.values, COUNTED_OF_REMEDY))


def consequence(remedy: Remedy) -> Markdown:
    """What a remedy leads to."""
    return t(f"remedy.{remedy.code}.then", **_shown(remedy.values, COUNTED_OF_REMEDY))


def note(finding: Finding, words: str) -> str:
    """One of a finding's notes, for a table: it is shown as it is, not as Markdown."""
    sentences = text.sentences(text.language())
    if finding.code in ("exact_duplicates", "leakage"):
        return sentences["finding.note.row"].format(row=words)
    if finding.code == "near_duplicates":
        return sentences["finding.note.near"].format(row=words)
    if finding.code == "suspicious_labels":
        return sentences["finding.note.suggested"].format(label=words)
    if finding.code == "long_texts":
        return sentences["finding.note.cut"].format(share=words)
    if finding.code.startswith(("unread_language", "unlabelled_language")):
        return str(text.language_name(words))
    if finding.code == "personal_data":
        return ", ".join(_masked(mask, sentences) for mask in words.split(", "))
    return words


def _masked(mask: str, sentences: Mapping[str, str]) -> str:
    kind, _, number = mask.partition(" ")
    return sentences[f"finding.note.{kind}"].format(number=number) if number else mask


def _shown(values: Mapping[str, Any], counted: Mapping[str, str]) -> dict[str, Markdown]:
    """The values of a sentence in words."""
    shown = {}
    for name, value in values.items():
        if name in counted:
            shown[name] = count(counted[name], value)
        elif name == "labels":
            shown[name] = _labels(values)
        elif name == "languages":
            shown[name] = text.listed([text.language_name(code) for code in value])
        elif name == "kinds":
            shown[name] = text.listed([_counted(kind, number) for kind, number in value.items()])
        elif name in ("encoder", "better"):
            shown[name] = plain(text.local(CARDS[value].title))
        elif name == "readable":
            shown[name] = Markdown(f"{round(value, 2 - len(str(value))):,}")  # an estimate: two digits
        elif isinstance(value, float):
            shown[name] = _percent(value)
        elif isinstance(value, int):
            shown[name] = Markdown(f"{value:,}")
        elif isinstance(value, str):
            shown[name] = t("list.name", name=value)
    return shown


def _labels(values: Mapping[str, Any]) -> Markdown:
    """The first classes, with their documents or the spelling they get where that is told."""
    labels = values["labels"]
    into = values.get("into")
    if "counts" in values:
        named = [
            t("list.name_number", name=label, number=f"{number:,}")
            for label, number in zip(labels, values["counts"], strict=True)
        ]
    elif isinstance(into, tuple):
        pairs = zip(map(_seen, labels), map(_seen, into), strict=True)
        named = [t("finding.respelled", label=label, into=best) for label, best in pairs]
    else:
        named = [t("list.name", name=label) for label in labels]
    rest = len(named) - NAMED
    return text.listed(named if rest <= 0 else [*named[:NAMED], t("finding.more", n=rest)])


def _seen(label: str) -> str:
    """With outer whitespace that can be seen."""
    begin, end = len(label) - len(label.lstrip()), len(label) - len(label.rstrip())
    return "␣" * begin + label.strip() + "␣" * end


def _counted(kind: str, number: int) -> Markdown:
    """ "3 mail addresses"."""
    return t(f"finding.kind.{kind}.{'one' if number == 1 else 'other'}", n=f"{number:,}")


def _percent(share: float) -> Markdown:
    return t("finding.under_one_percent") if 0 < share < 0.01 else Markdown(f"{share:.0%}")
