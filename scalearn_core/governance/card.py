"""README.md of a handed-over model: a model card as model hubs read it."""

from __future__ import annotations

import json

from scalearn_core.governance.passport_record import Passport
from scalearn_core.governance.words import Words


def card_text(passport: Passport) -> str:
    """The card; its first lines are the metadata a hub looks for. Names from outside are quoted."""
    words, model = Words("en"), passport.model
    languages = sorted(passport.data.languages) if passport.data else []
    metadata = [
        "library_name: onnx", "pipeline_tag: text-classification", "tags:", "- scalearn",
        *(["language:", *(f"- {code}" for code in languages)] if languages else []),
        f"base_model: {_quoted(passport.encoder.name)}",
        f"license: {_licence(passport)}",
    ]  # fmt: skip
    if passport.scores:
        metadata += [
            "model-index:", f"- name: {_quoted(model.name)}", "  results:",
            "  - task:", "      type: text-classification",
            "    dataset:", f"      name: {_quoted(passport.data.name if passport.data else '')}",
            "      type: own", "    metrics:", "    - type: f1", "      name: macro-F1",
            f"      value: {passport.scores.macro_f1.value:.4f}",
        ]  # fmt: skip
    stated = [
        words("sort_data" if "data" in each.values else each.code, **each.values) for each in passport.meant_for
    ]
    limits = [words(each.code, **each.values) for each in passport.not_meant_for]
    research = [source.name for source in passport.sources if source.research_use]
    return "\n".join(
        [
            "---", *metadata, "---", "",
            f"# {_escaped(model.name)}", "",
            "A text classifier made with ScaLearn Studio: a frozen language model with scaled source adapters,"
            " folded into one ONNX graph.", "",
            "```", "pip install -r requirements.txt",
            'python predict.py "a text" "another one"', "python predict.py --check   # answers as stored?",
            "```", "",
            f"Categories: {', '.join(map(_escaped, model.labels))}.", "",
            "A line of JSON for each text has `labels`, `confidence` (the probability that all of them are right)"
            " and `probabilities`.", "",
            "## Meant for", "", *(f"- {_escaped(line)}" for line in stated), "",
            "## Not meant for", "", *(f"- {_escaped(line)}" for line in limits), "",
            "## Results", "", *_results(passport), "",
            "## Licences", "", f"- {passport.encoder.name}: {passport.encoder.licence or 'not known'}",
            *(f"- {_escaped(s.name)}: {s.licence or 'not of the library'}" for s in passport.sources),
            *(["", f"**For research use only:** {', '.join(research)}."] if research else []), "",
            f"Identity `{model.model_id}`. All else, and what was not tested, stands in `passport.html`.", "",
        ]
    )  # fmt: skip


def _results(passport: Passport) -> list[str]:
    if (scores := passport.scores) is None:
        return ["Nothing was measured, or the results are not at hand."]
    rows = [("accuracy", scores.accuracy), ("macro-F1", scores.macro_f1)]
    return [
        f"On {scores.documents} documents it had not seen.", "", "| | value | 95% |", "|---|---|---|",
        *(f"| {name} | {100 * v.value:.1f} | {100 * v.low:.1f} to {100 * v.high:.1f} |" for name, v in rows),
    ]  # fmt: skip


def _licence(passport: Passport) -> str:
    """As hubs name it; "other" wherever more than the encoder's own licence is to be read."""
    licences = {source.licence for source in passport.sources if source.licence}
    known = {"Apache-2.0": "apache-2.0", "MIT": "mit"}
    return known.get(passport.encoder.licence or "", "other") if not licences else "other"


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """A text of YAML: JSON is one."""
    return json.dumps(_line(text), ensure_ascii=False)


def _escaped(text: str) -> str:
    """A name from outside as Markdown that shows it as it is."""
    line = _line(text)
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]<>#|!" else mark for mark in line)
