"""`watch`: is a model in use still as good as usual?"""

from __future__ import annotations

import argparse
import json

from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import table
from scalearn_core.cli.usage import writing_to
from scalearn_core.cli.which_model import which_model
from scalearn_core.records.watch import DriftTest, WatchReport
from scalearn_core.scaling.seal import read_seal
from scalearn_core.storage.codec import to_json
from scalearn_core.watch import log
from scalearn_core.watch.figures import Embed, watch

STATUS = {
    "nothing": "No answers are kept yet. `watch --model M --log hashed` (or full) keeps those to come.",
    "too_few": "Too few documents to tell: {documents} from {since} to {until}; 30 are needed.",
    "calm": "Nothing unusual from {since} to {until} ({documents} documents).",
    "look": "Look at this: from {since} to {until} ({documents} documents) something is not as usual.",
}
ALARMS = {
    "inputs": "The documents are of another kind than before, so the estimate below may be too good.",
    "categories": "The shares of the categories have changed.",
    "score": "Fewer answers seem to be right than usual.",
}


def watch_model(args: argparse.Namespace) -> None:
    """Choose how answers are kept, or print what they tell."""
    place = which_model(args.model)
    model_id = read_seal(place.model).model_id
    if args.log:
        with writing_to(log.folder_of(model_id)):
            log.set_mode(model_id, args.log)
    if args.forget:
        with writing_to(log.folder_of(model_id)):
            days = log.forget(model_id)
        print(f"Deleted: the answers of {days} days.")
        return
    embed: Embed | None = None
    with Progress() as progress:
        if any(answer.text for answer in log.answers(model_id)):
            progress.on_stage("loading")
            from scalearn_core.watch.embedding import plain_embeddings

            embed = plain_embeddings(place.model)
            progress.on_stage("embedding")
        found = watch(model_id, place.evidence, embed, window=args.days)
    print(json.dumps(to_json(found), ensure_ascii=False) if args.json else summary(found))


def summary(found: WatchReport) -> str:
    """The answer in a sentence, what it rests on, and what to look at."""
    dates = {"since": found.since, "until": found.until, "documents": found.documents}
    lines = [f"Answers are kept: {found.log}.", STATUS[found.status].format(**dates)]
    lines += [ALARMS[alarm] for alarm in found.alarms]
    if found.estimated:
        lines.append(
            f"About {_percent(found.estimated.value)} are estimated right ({_percent(found.estimated.low)} to "
            f"{_percent(found.estimated.high)}), from how sure the model is; nobody has looked."
        )
    if found.usual:
        lines.append(f"Usual: {_percent(found.usual.low)} to {_percent(found.usual.high)} (the test).")
    if found.referred_now is not None:
        before = "" if found.referred_before is None else f", before {_percent(found.referred_before)}"
        lines.append(f"Unsure, for a person: {_percent(found.referred_now)}{before}.")
    lines += [line for line in (_test("Texts", found.inputs), _test("Categories", found.categories)) if line]
    if found.shares:
        rows = [
            (
                share.label,
                _percent(share.now),
                "-" if share.before is None else _percent(share.before),
                "-" if share.low is None else f"{_percent(share.low)} to {_percent(share.high or 0)}",
            )
            for share in found.shares
        ]
        lines += ["", *table(("label", "now", "before", "usual"), rows)]
    if found.alarms and found.look_at:
        lines += ["", f"Look at these {len(found.look_at)}, the least sure ones:"]
        lines += [
            f"  {_percent(each.confidence)}  {each.label}  {(each.text or each.time)[:80]}"
            for each in found.look_at
        ]
    return "\n".join(lines)


def _test(what: str, found: DriftTest | None) -> str | None:
    if found is None:
        return None
    if found.p is None:
        return f"{what}: too few days to compare."
    unit = "days" if found.permuted == "days" else "single documents (test documents have no days)"
    return f"{what}: distance {found.distance:.3f}, p = {found.p:.3f} by permuting {unit}."


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
