"""`report`: a model's evidence for a meeting, as slides or as one sheet of paper."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalearn_core.audit import trail
from scalearn_core.cli.usage import UsageError, check_new_file, writing_to
from scalearn_core.cli.which_model import which_model
from scalearn_core.report.make import FORMATS, report_of
from scalearn_core.storage.files import write_atomically
from scalearn_core.workspace.price import Price, keep_price, load_price

PRICE = ("minutes", "hourly", "mistake", "currency")


def report(args: argparse.Namespace) -> None:
    """Write it; what a document costs today is kept once it was said."""
    check_new_file(args.out, formats=FORMATS)
    place = which_model(args.model)
    if place.model.resolve() in args.out.resolve().parents:
        raise UsageError(f"{args.out} lies in the model's folder, which must stay as it is. Choose another place.")
    price = _price(args)
    content = report_of(
        place.evidence,
        args.out.suffix.lower(),
        args.language,
        price=price,
        audit_head=trail.head().hash if trail.head().n else None,
        examples=not args.without_examples,
    )
    with writing_to(args.out):
        write_atomically(args.out, content)
    print(f"Written to {args.out}.")
    if price is None:
        print("It names no savings: --minutes, --hourly, --mistake and --currency say once what a document costs.")


def _price(args: argparse.Namespace) -> Price | None:
    given = {name: value for name in PRICE if (value := getattr(args, name)) is not None}
    if not given:
        return load_price()
    kept = load_price()
    known = {} if kept is None else vars(kept)
    missing = [f"--{name}" for name in PRICE if name not in known | given]
    if missing:
        raise UsageError(f"What a document costs needs {', '.join(missing)} as well.")
    price = Price(**(known | given))
    with writing_to(Path("price.json")):
        keep_price(price)
    return price
