"""`models`: the registry from a shell."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from shlex import quote
from typing import Any

from scalearn_core.audit import person
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import table
from scalearn_core.cli.usage import UsageError
from scalearn_core.evidence.places import place_of
from scalearn_core.governance import registry, steps
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.recommend import Recommendation, recommend
from scalearn_core.governance.records import Period, RegisteredModel, Version
from scalearn_core.runs.folders import is_run_id, run_folder
from scalearn_core.storage.codec import to_json

_STEPS = {"submit": steps.submit, "reject": steps.reject, "retire": steps.retire, "delete": steps.delete}


def models(args: argparse.Namespace) -> None:
    """Do one action; who acts is remembered for the next."""
    if (name := getattr(args, "by", None)) is not None:
        who = person.person(name)
        if person.kept() != who:
            person.keep(who)
    {"list": _list, "show": _show, "history": _history, "register": _register, "import": _import}.get(
        args.action, _take
    )(args)


def _list(args: argparse.Namespace) -> None:
    known = registry.models()
    if args.json:
        print(json.dumps([_model(model) for model in known], ensure_ascii=False))
    elif known:
        rows = [
            (m.name, str(len(m.versions)), str(m.in_use or "-"), _words(m.latest.state), m.latest.until or "-")
            for m in known
        ]
        print("\n".join(table(("model", "versions", "in use", "latest is", "approved until"), rows)))
    else:
        print("No model is registered yet: `models register DIR` keeps one.")


def _show(args: argparse.Namespace) -> None:
    ref = _ref(args)
    model = registry.get(registry.parts_of(ref)[0])
    version = registry.find(ref)
    recommended = None if version.state == "deleted" else recommend(place_of_version(version))
    if args.json:
        print(
            json.dumps(
                {**_model(model), "shown": _version(version), "recommendation": to_json(recommended)},
                ensure_ascii=False,
            )
        )
        return
    print(f"{model.name}: {len(model.versions)} versions, in use: {model.in_use or 'none'}")
    print("\n".join(_versions(model)))
    if recommended:
        print(f"\nFor {version.ref} the evidence recommends: {_words(recommended.decision)}")
        print("\n".join(f"  - {line}" for line in reasons(recommended)))
    print(f"\nHistory of {version.ref}:")
    for step in version.steps:
        what = [_words(step.action), f"until {step.until}" if step.until else "", step.reason or ""]
        print(f"  {step.time}  {step.who}: {', '.join(part for part in what if part)}")


def reasons(recommended: Recommendation) -> list[str]:
    """The reasons as the shell says them: code and figures."""
    return [
        f"{_words(reason.code)}" + "".join(f", {key} {_value(value)}" for key, value in reason.values.items())
        for reason in recommended.reasons
    ]


def _history(args: argparse.Namespace) -> None:
    model = registry.get(registry.parts_of(_ref(args))[0])
    periods = model.used_on(args.on.isoformat(), args.alias) if args.on else model.periods
    periods = tuple(period for period in periods if period.alias == args.alias)
    if args.json:
        every = [step for version in model.versions for step in version.steps]
        taken = sorted(
            (
                {"version": version.version, **to_json(step)}
                for version in model.versions
                for step in version.steps
            ),
            key=lambda step: step["n"],
        )
        assert len(taken) == len(every)
        found = {"model": model.name, "alias": args.alias, "periods": to_json(periods), "steps": taken}
        print(json.dumps(found | ({"on": args.on.isoformat()} if args.on else {}), ensure_ascii=False))
    elif periods:
        print("\n".join(table(("version", "from", "to", "decided by", "how"), [_period(p) for p in periods])))
    else:
        print(f"No version of {model.name} was in use{' on ' + args.on.isoformat() if args.on else ''}.")


def _period(period: Period) -> tuple[str, ...]:
    how = _words(period.action) + (f": {period.reason}" if period.reason else "")
    return str(period.version), period.since, period.until or "now", period.who, how


def _register(args: argparse.Namespace) -> None:
    source = args.source
    if not source.exists() and is_run_id(str(source)):
        source = run_folder(str(source))
    place = place_of(source)
    with Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.governance.register import register

        version = register(source, _name_of(source, place.evidence.name) if args.name is None else args.name)
    _say(version, args, f"{version.ref} is registered as a draft. Next: models submit {quote(version.model)}")


def _import(args: argparse.Namespace) -> None:
    with Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.governance.importing import import_zip

        version = import_zip(args.source, args.name)
    _say(version, args, f"{version.ref} is registered as a draft: it answers as stored.")


def _take(args: argparse.Namespace) -> None:
    ref = _ref(args)
    if args.action == "use":
        version = steps.use(ref, reason=args.reason, alias=registry.check_alias(args.alias))
    elif args.action == "roll-back":
        version = steps.roll_back(ref, reason=args.reason, alias=registry.check_alias(args.alias))
    elif args.action == "approve":
        version = steps.approve(ref, reason=args.reason, until=args.until)
    else:
        version = _STEPS[args.action](ref, reason=args.reason)
    until = f" until {version.until}" if version.state in registry.APPROVED else ""
    _say(version, args, f"{version.ref} is {_words(version.state)}{until}.")


def _say(version: Version, args: argparse.Namespace, sentence: str) -> None:
    print(json.dumps(_version(version), ensure_ascii=False) if args.json else sentence)


def _ref(args: argparse.Namespace) -> str:
    name = args.name or args.model
    if not name or (args.name and args.model and args.name != args.model):
        raise UsageError(
            "The name of one model was expected. Give it after the action, such as `models show tickets`."
        )
    if args.version and "@" in name:
        raise UsageError(f"{name} names a version already. Leave --version out.")
    return f"{name}@{args.version}" if args.version else str(name)


def _name_of(source: Any, run: str) -> str:
    """The folder's name; of a run's folder, which has none that means anything, the dataset's."""
    folder = source.resolve()
    if folder.name == "model" or (folder / "config.json").is_file():
        try:
            return str(
                json.loads((place_of(source).evidence / "result.json").read_text("utf-8"))["dataset"]["name"]
            )
        except (OSError, ValueError, KeyError, TypeError):
            return run
    return str(folder.name)


def _versions(model: RegisteredModel) -> list[str]:
    rows = [
        (str(v.version), _words(v.state), v.until or "-", v.registered, v.model_id[:12]) for v in model.versions
    ]
    return table(("version", "state", "approved until", "registered", "identity"), rows)


def _version(version: Version) -> dict[str, Any]:
    expired = version.expired(registry.today())
    return {"ref": version.ref, **to_json(replace(version, files={})), "expired": expired}


def _model(model: RegisteredModel) -> dict[str, Any]:
    return {
        "name": model.name, "in_use": model.in_use, "aliases": model.aliases,
        "versions": [_version(version) for version in model.versions], "periods": to_json(model.periods),
    }  # fmt: skip


def _words(code: str) -> str:
    return code.replace("_", " ")


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
