"""What comes next: more labels, what it costs, and the decision with its risks."""

from __future__ import annotations

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.governance.recommend import Reason
from scalearn_core.records.training import TrainingRecord
from scalearn_core.report.material import Material
from scalearn_core.report.story import Columns, Curve, Slide, Tile
from scalearn_core.report.words import Words, points, shortened, whole

NAMED, MOST_REASONS, MOST_RISKS = 3, 3, 4
"""Names in a sentence, and sentences on a card."""
NAME = 30


def more_labels(record: TrainingRecord, say: Words) -> Slide | None:
    """The learning curve; None where it was not measured, which the last slide says."""
    measured = record.studies.learning_curve
    if measured is None:
        return None
    ours = measured.methods["scalearn"]
    values = {"documents": f"{measured.documents:,}", "score": points(ours.points[0].macro_f1)}
    for name, gain in (("more", ours.more), ("double", ours.double)):
        if gain:
            low, high = (f"{bound:.1f}" for bound in gain.interval)
            values |= {name: f"{gain.more:,}", f"{name}_gain": f"{gain.gain:.1f}", f"{name}_low": low,
                       f"{name}_high": high}  # fmt: skip
    carried = ours.curve
    dots = tuple((float(point.documents), round(100 * point.macro_f1, 1)) for point in ours.points)

    def line(scores: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
        if carried is None:
            return ()
        return tuple((float(n), round(100 * score, 1)) for n, score in zip(carried.documents, scores, strict=True))

    return Slide(
        title=say(f"labels.{ours.code}", **values),
        lead=say(f"labels.{ours.code}.lead", **values),
        picture=Curve(
            x_title=say("labels.axis"),
            y_title=say("axis.score"),
            measured_name=say("labels.measured"),
            measured=dots,
            carried_name=say("labels.carried"),
            carried=line(carried.macro_f1) if carried else (),
            low_name=say("labels.low"),
            low=line(carried.low) if carried else (),
            high_name=say("labels.high"),
            high=line(carried.high) if carried else (),
        ),
        picture_title=say("axis.score"),
        note=say("labels.note", n=f"{measured.test_documents:,}", trainings=len(ours.points)),
    )


def costs_and_time(material: Material, say: Words) -> Slide:
    """What it took to make, and what it saves; what nobody was asked is said to be open."""
    record, price, costs = material.record, material.price, material.costs
    made = Tile(_duration(record.seconds["total"], say), say("costs.made", device=record.device.name))
    if price is None or costs is None:
        learned = record.parameter_counts
        return Slide(
            title=say("costs.title.open"),
            lead=say("costs.lead.open" if price is None else "costs.lead.not_kept"),
            tiles=(
                made,
                Tile(
                    f"{learned.scales + learned.head + learned.own_adapter:,}",
                    say("costs.learned", frozen=f"{learned.encoder_frozen + learned.sources_frozen:,}"),
                ),
                *_checked_tile(material, say),
            ),
            note=say("costs.note.open"),
        )
    best, today = costs.best, costs.per * price.document
    saved = Interval(today - best.cost.value, today - best.cost.high, today - best.cost.low)
    minutes = costs.per * price.minutes * (1 - best.handed_over)
    code = "saves" if saved.low > 0 else "costs_more" if saved.high < 0 else "unsure"
    return Slide(
        title=say(f"costs.title.{code}", saved=_money(saved.value, price.currency, say),
                  cost=_money(-saved.value, price.currency, say)),
        lead=say("costs.lead", today=_money(today, price.currency, say), checked=whole(best.handed_over),
                 cost=_money(best.cost.value, price.currency, say)),
        tiles=(
            Tile(
                _money(saved.value, price.currency, say),
                say("costs.saved", low=_money(saved.low, price.currency, say),
                    high=_money(saved.high, price.currency, say)),
            ),
            Tile(say("costs.hours", hours=f"{minutes / 60:,.1f}"), say("costs.hours.text")),
            made,
        ),
        picture=Columns(
            name=say("costs.axis", currency=price.currency),
            labels=(say("costs.person"), say("costs.best", checked=whole(best.handed_over)),
                    say("costs.automatic")),
            values=tuple(round(amount, 2) for amount in (today, best.cost.value, costs.automatic.value)),
            best=1,
        ),
        picture_title=say("costs.axis", currency=price.currency),
        note=say("costs.note", minutes=f"{price.minutes:g}", hourly=_money(price.hourly, price.currency, say),
                 mistake=_money(price.mistake, price.currency, say), n=f"{record.scores['scalearn'].n:,}"),
    )  # fmt: skip


def decision(material: Material, say: Words) -> Slide:
    """What to decide, why, what may go wrong, and the next step."""
    record, decided = material.record, material.decision
    reasons = tuple(_reason(reason, say) for reason in decided.recommended.reasons[:MOST_REASONS])
    if decided.code == "approve_checked":
        reasons = (*reasons, say("reason.checked", **checked(material, say)))
    return Slide(
        title=say(f"decision.{decided.code}", **checked(material, say)),
        lead=say("decision.lead"),
        points=(
            (say("decision.why"), reasons),
            (say("decision.risks"), _risks(record, say)),
            (say("decision.next"), (say(f"next.{decided.code}", **checked(material, say)),)),
        ),
        note=say("decision.note"),
    )


def checked(material: Material, say: Words) -> dict[str, str]:
    """Share to be checked, and the target, where the decision names them."""
    referral = material.decision.referral
    if referral is None or referral.handed_over is None or referral.accuracy is None:
        return {"share": "", "target": "", "rest": "", "between": ""}
    return {
        "share": whole(referral.handed_over),
        "target": whole(referral.target),
        "rest": whole(referral.accuracy.value),
        "between": say.between(referral.accuracy),
    }


def _checked_tile(material: Material, say: Words) -> tuple[Tile, ...]:
    values = checked(material, say)
    if not values["share"]:
        return ()
    return (Tile(values["share"], say("costs.checked", rest=values["rest"], between=values["between"])),)


def _reason(reason: Reason, say: Words) -> str:
    """Of lists the first few names, numbers as they stand."""
    values = {
        name: say.listed([shortened(str(each), NAME) for each in value[:NAMED]])
        if isinstance(value, list)
        else value
        for name, value in reason.values.items()
    }
    return say(f"reason.{reason.code}", **values)


def _risks(record: TrainingRecord, say: Words) -> tuple[str, ...]:
    """What the evidence leaves open, most pressing first."""
    risks = []
    gap = record.confidence and record.confidence.stated_minus_right
    if gap and gap.low > 0:
        risks.append(say("risk.too_sure"))
    if record.dataset.counts.test < 200:
        risks.append(say("risk.few_documents", n=f"{record.dataset.counts.test:,}"))
    if record.studies.learning_curve is None:
        risks.append(say("risk.labels_open"))
    if record.studies.seeds is None:
        risks.append(say("risk.seeds_open"))
    risks.append(say("risk.other_documents"))
    return tuple(risks[:MOST_RISKS])


def _money(value: float, currency: str, say: Words) -> str:
    """An amount with its currency: whole where it is large."""
    amount = f"{abs(value):,.0f}" if abs(value) >= 10 else f"{abs(value):,.2f}"
    return say("money", sign="−" if value < 0 and float(amount.replace(",", "")) else "", currency=currency,
               amount=amount)  # fmt: skip


def _duration(seconds: float, say: Words) -> str:
    """As the studio says it."""
    rounded = max(1, round(seconds))
    minutes = round(rounded / 60)
    if rounded < 90:
        return say("time.seconds", n=rounded)
    if minutes < 60:
        return say("time.minutes", n=minutes)
    return say("time.hours", n=minutes // 60, m=minutes % 60)
