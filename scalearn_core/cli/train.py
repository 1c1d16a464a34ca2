"""`train`: from a table to a model folder with its evidence."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scalearn_core.adapters import catalog
from scalearn_core.cli.options import NO_SEPARATOR
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import training_summary
from scalearn_core.cli.telling import (
    tell_header,
    tell_notes,
    tell_placeholders,
    tell_rejected,
    tell_separator,
    tell_sums,
)
from scalearn_core.cli.unlabelled import further_of, tell_rejected_of, tell_unlabelled, tell_unread, tell_unused
from scalearn_core.cli.usage import UsageError, check_new_folder, writing_to
from scalearn_core.config import TrainingConfig
from scalearn_core.data.column_checks import shorten
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import AUTO
from scalearn_core.data.language_names import names_of
from scalearn_core.data.languages import shares_of
from scalearn_core.data.mapping import Mapping, columns_of
from scalearn_core.data.split_plan import By, SplitPlan, offered_test_values
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.errors import ConfigError
from scalearn_core.evidence.documents import documents_of, save_documents
from scalearn_core.storage.codec import to_json
from scalearn_core.storage.files import folder_written_whole
from scalearn_core.tables.reading import Reading

if TYPE_CHECKING:
    from scalearn_core.encoders.encoder import Encoder


def train(args: argparse.Namespace) -> None:
    """Train as the options say; what can be checked without torch is checked before it is loaded."""
    check_new_folder(args.out)
    config = TrainingConfig(
        recipe=args.recipe, seed=args.seed, own_adapter=args.own_adapter, long_texts=args.long_texts
    )
    dataset = read_divided(args)
    encoder = chosen_encoder(args.encoder, dataset)
    sources = chosen_sources(args.sources, encoder)
    with Progress(own_adapter=config.resolved(len(dataset.train)).own_adapter) as progress:
        progress.on_stage("loading")
        from scalearn_core.devices import find
        from scalearn_core.encoders.encoder import Encoder
        from scalearn_core.evidence.pipeline import train_with_evidence

        outcome = train_with_evidence(
            dataset,
            sources=sources,
            variant=args.variant,
            config=config,
            device=find(args.device),
            encoder=say_how_it_reads(Encoder.load(encoder)),
            on_stage=progress.on_stage,
            on_step=progress.on_step,
            on_score=progress.on_score,
        )
    columns = {"text_column": " + ".join(columns_of(args.text)), "label_column": args.label}
    outcome.result = replace(outcome.result, dataset=replace(outcome.result.dataset, **columns))
    with writing_to(args.out), folder_written_whole(args.out) as draft:
        outcome.save(draft, evidence=draft)
        save_documents(documents_of(dataset), draft)
    print(json.dumps(to_json(outcome.result)) if args.json else training_summary(outcome.result, args.out))


def chosen_encoder(option: str | None, dataset: TextDataset) -> str:
    """What `--encoder` names, or the key of the encoder that suits the documents, printed on stderr."""
    if option is not None:
        tell_unread(dataset, option)
        return option
    choice = choose_encoder(shares_of(dataset.frame["text"].tolist()))
    if choice.key != DEFAULT:
        print(f"Encoder: {choice.key}, as the documents are in: {names_of(choice.languages)}.", file=sys.stderr)
    tell_unread(dataset, choice.key)
    return choice.key


def say_how_it_reads(encoder: Encoder) -> Encoder:
    """Tell on stderr where texts are not read as transformers would read them; gives the encoder back."""
    if encoder.own_tokenizer_file:
        print(
            f"Texts are read as the tokenizer.json of {encoder.name} says;"
            " transformers would read some otherwise.",
            file=sys.stderr,
        )
    return encoder


def chosen_sources(option: str | None, encoder: str) -> list[str]:
    """Names and folders from `--sources`, each known to exist for the encoder; prints which were made for another.

    Raises:
        AdapterError: neither in the library nor an adapter folder that can be used, or two of one name.
        ConfigError: none is left.
    """
    library = encoder if encoder in CARDS else DEFAULT
    if option is None:
        names = catalog.permissive(library)
    elif option == "all":
        names = [card.name for card in catalog.cards(library)]
    else:
        names = [name.strip() for name in option.split(",") if name.strip()]
    if not names:
        raise ConfigError("config.no_sources")
    for sentence in catalog.made_for_others(catalog.find_folders(names, library), encoder):
        print(sentence, file=sys.stderr)
    warnings.simplefilter("ignore", catalog.OtherBaseWarning)  # told already
    return names


def read_divided(args: argparse.Namespace) -> TextDataset:
    """The table of the options, divided as they say; prints on stderr what is tested on if that was not requested.

    Raises:
        UsageError: `--test-values` without `--test-column`, or neither names what marks the test documents.
    """
    if args.test_values is not None and args.test_column is None:
        raise UsageError("--test-values needs --test-column, the column in which they stand.")
    columns = (args.test_column, args.newest_by, args.group_column)
    dataset = read_dataset(args, keep=tuple(dict.fromkeys(name for name in columns if name)))
    by: By = "column" if args.test_column else "newest" if args.newest_by else "random"
    values: tuple[str, ...] = ()
    if args.test_column and dataset.side is not None:
        cells = dataset.side[args.test_column].tolist()
        entries = (args.test_values or "").split(",")
        values = tuple(value.strip() for value in entries if value.strip()) or offered_test_values(cells)
        if not values:
            shown_cells = shorten(list(dict.fromkeys(cells)))
            raise UsageError(
                f"--test-values must say which cells of {args.test_column} mark the test documents: {shown_cells}."
            )
    plan = SplitPlan(
        seed=args.split_seed, by=by, column=args.test_column or args.newest_by, test_values=values,
        group_column=args.group_column, day_first=args.day_first, near_duplicates=args.near_duplicates,
    )  # fmt: skip
    dataset = dataset.split(plan=plan)
    if dataset.kept_out:
        rows = shorten(dataset.kept_out)
        print(
            f"Neither learned from nor tested on, as a test document has the same text or group: row {rows}.",
            file=sys.stderr,
        )
    if dataset.unscored:
        print(f"No score is possible for: {shorten(dataset.unscored)} (no test document).", file=sys.stderr)
    tell_unlabelled(dataset)
    return dataset


def read_dataset(
    args: argparse.Namespace, *, separator: str | None = AUTO, to_learn: bool = True, keep: Sequence[str] = ()
) -> TextDataset:
    """The table of the options; prints on stderr which rows were left out, and whether the table is multi-label.

    Args:
        separator: of the model that is to read the table, for commands without the option.
        to_learn, keep: see `TextDataset.from_table`.

    Raises:
        UsageError: the option is an empty text.
    """
    if getattr(args, "label_separator", None) == "":
        raise UsageError(f"--label-separator needs a text, or {NO_SEPARATOR} where each cell is one label.")
    if option := getattr(args, "label_separator", None):
        separator = None if option == NO_SEPARATOR else option
    dataset = TextDataset.from_table(
        args.table,
        Mapping(
            text=args.text,
            label=args.label,
            blanks="leave_out" if args.skip_blank else "keep",
            separator=separator,
            keep=keep,
        ),
        reading=Reading.of(vars(args)),
        further=further_of(args),
        to_learn=to_learn,
    )
    tell_header(dataset.header_row, given=getattr(args, "header", None))
    if separator == AUTO or option:
        tell_separator(dataset, asked=separator == AUTO)
    rejected = dataset.rejected
    tell_rejected(rejected[rejected["row"].isin(tell_rejected_of(dataset))])
    tell_notes(dataset.notes)
    if to_learn:
        tell_placeholders(dataset.labels)
        tell_sums(dataset)
    else:
        tell_unused(dataset, "scored")
    return dataset
