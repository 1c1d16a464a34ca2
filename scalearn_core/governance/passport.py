"""The passport of a model: what it is for, what it was made of, and what was and was not tested.

Its JSON is sealed: `seal` is the sha256 of the canonical JSON of all else. It prints the head of the audit trail,
so that every passport given away is a proof, kept elsewhere, of all that was recorded before it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from scalearn_core.adapters.catalog import cards
from scalearn_core.audit.trail import canonical, head
from scalearn_core.encoders.cards import CARDS
from scalearn_core.errors import GovernanceError
from scalearn_core.evidence.places import Place
from scalearn_core.evidence.upgrade import FILE, read_training
from scalearn_core.evidence.when import made_now
from scalearn_core.governance.passport_record import (
    FORMAT,
    Passport,
    PassportConfidence,
    PassportData,
    PassportEncoder,
    PassportModel,
    PassportScales,
    PassportScores,
    PassportSource,
    Statement,
)
from scalearn_core.governance.recommend import WEAK, recommend, research_sources
from scalearn_core.governance.records import Version
from scalearn_core.records.studies import Studies
from scalearn_core.records.training import FastModeCosts, TrainingRecord
from scalearn_core.scaling.seal import read_seal
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.storage.damage import DAMAGED_FILE, reason
from scalearn_core.storage.files import read_json


def passport_of(place: Place, version: Version | None = None, *, meant: str = "", not_meant: str = "") -> Passport:
    """The passport of a model as it is now.

    Args:
        version: Of the registry, if it is in it.
        meant, not_meant: What it is for and not for, in the user's own words; they come first.

    Raises:
        ModelError: the model was changed. AuditError: the trail cannot be read.
    """
    described = read_json(place.model / "model.json")
    model_id = read_seal(place.model).model_id
    try:
        result = read_training(place.evidence) if (place.evidence / FILE).is_file() else None
    except DAMAGED_FILE:
        result = None
    drafted = Passport(
        format=FORMAT,
        created=made_now(),
        model=_model(described, model_id, version, result, place),
        meant_for=(*_own_words(meant), *_meant_for(described, result)),
        not_meant_for=(*_own_words(not_meant), *_not_meant_for(place, described, result)),
        data=None if result is None else _data(result),
        encoder=_encoder(described),
        sources=_sources(described),
        scores=None if result is None else _scores(result),
        confidence=_confidence(result),
        scales=None if result is None else _scales(result),
        tested=() if result is None else tuple(_tested(result)),
        not_tested=tuple(_not_tested(result)),
        recommendation=recommend(place),
        steps=version.steps if version else (),
        audit_head=head(),
    )
    return replace(drafted, seal=seal_of(to_json(drafted)))


def seal_of(content: dict[str, Any]) -> str:
    """sha256 of the canonical JSON of a passport without its seal."""
    return hashlib.sha256(canonical({key: value for key, value in content.items() if key != "seal"})).hexdigest()


def json_text(passport: Passport) -> str:
    return json.dumps(to_json(passport), ensure_ascii=False, indent=1) + "\n"


def read_passport(file: Path) -> Passport:
    """A passport as it was written.

    Raises:
        GovernanceError: `passport.damaged`, `passport.changed`: a byte of what it says is another than was sealed.
    """
    try:
        content = read_json(file)
        passport = from_json(Passport, content)
        unchanged = passport.format == FORMAT and seal_of(content) == passport.seal
    except DAMAGED_FILE as error:
        raise GovernanceError("passport.damaged", file=file.name, reason=reason(error)) from error
    if not unchanged or json_text(passport) != file.read_text("utf-8"):
        raise GovernanceError("passport.changed", file=file.name)
    return passport


def _own_words(text: str) -> list[Statement]:
    words = " ".join(text.split())[:500]
    return [Statement("own_words", {"text": words})] if words else []


def _meant_for(described: dict[str, Any], result: TrainingRecord | None) -> list[Statement]:
    values = {"labels": len(described["labels"])}
    return [Statement("sort", values if result is None else {**values, "data": result.dataset.name})]


def _not_meant_for(place: Place, described: dict[str, Any], result: TrainingRecord | None) -> list[Statement]:
    said = [Statement("alone_about_people"), Statement("other_categories")]
    if result is not None:
        languages = [code for code, share in result.languages.items() if share >= 0.05]
        said += [Statement("other_languages", {"languages": languages})] * bool(languages)
        weak = [each.label for each in result.scores["scalearn"].per_class if each.support and each.f1 < WEAK]
        said += [Statement("weak_categories", {"labels": weak})] * bool(weak)
        cut = {"documents": result.dataset.cut, "tokens": described["encoder"]["max_length"]}
        said += [Statement("cut_texts", cut)] * bool(result.dataset.cut)
    if research := research_sources(place.model):
        said.append(Statement("research_only", {"sources": list(research)}))
    return said


def _model(
    described: dict[str, Any], model_id: str, version: Version | None, result: TrainingRecord | None, place: Place
) -> PassportModel:
    return PassportModel(
        name=version.model if version else result.dataset.name if result else place.model.name,
        version=version.version if version else None,
        state=version.state if version else None,
        until=version.until if version else None,
        model_id=model_id,
        made=result.created if result else None,
        labels=tuple(described["labels"]),
        multi_label=described.get("separator") is not None,
        recipe=result.recipe if result else None,
        variant=described["variant"],
        limits=described.get("thresholds"),
        reads=described["encoder"]["max_length"],
        long_texts=described["encoder"].get("long_texts", "head"),
    )


def _data(result: TrainingRecord) -> PassportData:
    facts, pile = result.dataset, result.unlabelled
    return PassportData(
        facts.name, facts.fingerprint, facts.counts.train, facts.counts.validation, facts.counts.test,
        pile.used if pile else 0, facts.kept_out, facts.class_counts, result.languages, facts.cut,
        result.split.by if result.split else "unknown",
    )  # fmt: skip


def _encoder(described: dict[str, Any]) -> PassportEncoder:
    stored = described["encoder"]
    licence = next((card.licence for card in CARDS.values() if card.name == stored["name"]), None)
    return PassportEncoder(stored["name"], stored["fingerprint"], licence)


def _sources(described: dict[str, Any]) -> tuple[PassportSource, ...]:
    key = next((key for key, card in CARDS.items() if card.name == described["encoder"]["name"]), None)
    known = {card.name: card for card in cards(key)} if key else {}
    sources = []
    for entry in described["sources"]:
        card = known.get(entry["name"])
        dataset, licence = (card.dataset, card.licence) if card else (None, None)
        research = card is not None and card.research_use
        sources.append(PassportSource(entry["name"], entry["sha256"], dataset, licence, research))
    return tuple(sources)


def _scores(result: TrainingRecord) -> PassportScores:
    own = result.scores["scalearn"]
    rivals = {name: report.macro_f1 for name, report in result.scores.items() if name != "scalearn"}
    categories = tuple((each.label, each.f1, each.support) for each in own.per_class)
    verdict = result.verdict
    return PassportScores(
        own.n, own.accuracy, own.macro_f1, rivals, verdict.gain, verdict.interval, verdict.helped, categories
    )


def _confidence(result: TrainingRecord | None) -> PassportConfidence | None:
    if result is None or result.confidence is None:
        return None
    told = result.confidence
    return PassportConfidence(told.mean_confidence, told.stated_minus_right, told.ece.value, told.ece.by_chance)


def _scales(result: TrainingRecord) -> PassportScales:
    return PassportScales(result.source_names, result.scales.contribution, result.scales.raw)


def _tested(result: TrainingRecord) -> list[Statement]:
    said = [Statement("test_documents", {"documents": result.scores["scalearn"].n})]
    said.append(Statement("rivals", {"methods": [name for name in result.scores if name != "scalearn"]}))
    said += [Statement("control")] * (result.comparison_control is not None)
    said += [Statement("confidence")] * (result.confidence is not None)
    said += [Statement("fast_mode")] * isinstance(result.fast_mode, FastModeCosts)
    return said + [Statement(f"study_{name}") for name in _studies(result.studies, there=True)]


def _not_tested(result: TrainingRecord | None) -> list[Statement]:
    said = [Statement("nothing_measured")] if result is None else []
    missing = [] if result is None else _studies(result.studies, there=False)
    said += [Statement("control")] * (result is not None and result.comparison_control is None)
    said += [Statement(f"study_{name}") for name in missing]
    return [*said, Statement("later_documents"), Statement("typing_errors"), Statement("fairness")]


def _studies(studies: Studies, *, there: bool) -> list[str]:
    return [name for name in vars(studies) if (getattr(studies, name) is not None) == there]
