"""A stored dataset: as a row of the list, and in full with what was done to it, its checks and its versions."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.checks.finding import Finding
from scalearn_core.checks.quick import quick
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.recipe import Step
from scalearn_core.data.versions import Changes, changes
from scalearn_core.errors import DataError
from scalearn_core.jobs.check import read_findings
from scalearn_core.runs import Run
from scalearn_core.tables.export import csv_text
from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import DatasetInfo
from scalearn_ui import kinds, shell, state, text
from scalearn_ui.letters import cells
from scalearn_ui.parts import dataset_view, progress
from scalearn_ui.parts.busy import working
from scalearn_ui.session_slot import remembered
from scalearn_ui.text import Markdown, count, plain, t
from scalearn_ui.views.data import findings_view, split_choice
from scalearn_ui.views.data.findings_view import Done

LINK = "dataset"
"""Name of the dataset that is looked at, in the link."""
CHANGED_SHOWN = 500


def named(info: DatasetInfo) -> Markdown:
    """Its name, with the version where there is more than one."""
    return t("data.version", name=info.name, n=info.version) if info.version > 1 else plain(info.name)


def row(info: DatasetInfo) -> None:
    """One stored dataset, with the ways on from it."""
    with st.container(border=True):
        name, ways_on = st.columns([6, 5], vertical_alignment="center")
        in_use = f" · {t('data.in_use')}" if info.id == state.dataset_id() else ""
        name.markdown(f"**{named(info)}**{in_use}")
        name.caption(facts(info))
        with ways_on.container(horizontal=True):
            if st.button(t("action.train"), key=f"use_{info.id}"):
                state.choose_dataset(info.id)
                shell.go("train")
            if st.button(t("data.look"), key=f"look_{info.id}", type="tertiary"):
                st.query_params[LINK] = info.id
                st.rerun()
            if st.button(t("action.delete"), key=f"delete_{info.id}", type="tertiary"):
                _confirm_delete(info.id, named(info))


def unreadable_row(dataset_id: str, problem: DataError) -> None:
    """One that is damaged or of a newer version: why, and a way to be rid of it."""
    with st.container(border=True):
        why, ways_on = st.columns([6, 5], vertical_alignment="center")
        why.markdown(text.error(problem))
        if ways_on.button(t("action.delete"), key=f"delete_{dataset_id}", type="tertiary"):
            _confirm_delete(dataset_id, plain(dataset_id))


def facts(info: DatasetInfo) -> Markdown:
    """Size, languages and age in a line."""
    details = [count("documents", info.documents), count("classes", len(info.labels))]
    if info.unlabelled:
        details.append(count("unlabelled", info.unlabelled))
    if info.separator is not None:
        details.append(t("multi_label.fact"))
    if languages := dataset_view.languages(info):
        details.append(dataset_view.named(languages))
    return Markdown(" · ".join([*details, text.moment(info.created)]))


def detail(dataset_id: str) -> None:
    """All that is known of a dataset; raises DataError where it is missing."""
    if st.button(t("data.back"), type="tertiary", icon=":material/arrow_back:", key="back_to_data"):
        del st.query_params[LINK]
        st.rerun()
    info = datasets.get_dataset_info(dataset_id)
    st.subheader(named(info), anchor=False)
    st.caption(facts(info))
    done = Done("stored_remedies", dataset_id)
    unsaved = bool(done.remedies)
    if st.button(
        t("action.train"), type="primary", key="train_on_it", disabled=unsaved,
        help=t("data.save_first") if unsaved else None,
    ):  # fmt: skip
        state.choose_dataset(info.id)
        shell.go("train")
    with st.spinner(t("table.reading")):
        dataset = remembered("stored", dataset_id, lambda: datasets.load_dataset(dataset_id))
    _recipe(info, dataset, done)
    _checks(info, dataset, done)
    _versions(info, dataset)


def _recipe(info: DatasetInfo, dataset: TextDataset, done: Done) -> None:
    """Where it came from and what was done to it."""
    st.markdown(f"**{t('made.title')}**")
    columns = t("made.columns", file=info.filename, texts=info.text_column, label=info.label_column)
    lines = [columns]
    if info.further is not None:
        beside = " + ".join(info.further.text_columns)
        lines.append(t("unlabelled.made", file=info.further.filename, texts=beside))
    lines += map(_step, info.steps)
    if info.rejected:
        lines.append(t("made.rejected", rows=count("rows", info.rejected)))
    lines.append(t(f"made.split_{info.plan.by}", column=info.plan.column or ""))
    if info.plan.group_column:
        lines.append(t("results.split.groups", column=info.plan.group_column))
    st.markdown("\n".join(f"- {line}" for line in lines))
    if info.unlabelled:
        st.caption(dataset_view.without_label(info.unlabelled, _quick_findings(info, dataset)))
    split_choice.outcome(dataset, info.plan, info.id, done, "stored")


def _step(step: Step) -> Markdown:
    """A step of the recipe in words."""
    labels = text.listed([t("list.name", name=label) for label in step.labels[:10]]) if step.labels else ""
    return t(f"made.{step.do}", labels=labels, into=step.into, rows=count("rows", len(step.rows)))


def _checks(info: DatasetInfo, dataset: TextDataset, done: Done) -> None:
    """The quick checks, those that take longer as a run, and what can be done about either."""
    st.markdown(f"**{t('findings.title')}**")
    quick_findings = _quick_findings(info, dataset)
    checks = [run for run in runs.recent(200, "check") if run.config.get("dataset") == info.id]
    thorough = next((_findings_of(run) for run in checks if run.status == "succeeded"), None)
    done.draw("stored")
    left, closer = (
        [finding for finding in some if not any(remedy in done.remedies for remedy in finding.remedies)]
        for some in (quick_findings, thorough or [])
    )
    findings_view.draw(left, dataset, done, "stored")
    findings_view.draw(closer, dataset, done, "stored", fold=False)
    if left and thorough == []:
        st.caption(t("findings.no_more"))
    if not left and not closer:
        st.caption(t("findings.none" if thorough is None else "findings.none_at_all"))
    if done.remedies and st.button(t("data.save_version"), type="primary", key="save_version"):
        _save_version(info, done)
    if checks and checks[0].active:
        progress.follow(checks[0])
    elif thorough is None:
        st.caption(t("findings.thorough"))
        if st.button(t("findings.check"), key="check_thoroughly", icon=":material/search:"):
            runs.submit("check", {"dataset": info.id, "seed": 13}, title=info.name)
            st.rerun()
        if checks:
            progress.outcome(checks[0])


def _quick_findings(info: DatasetInfo, dataset: TextDataset) -> list[Finding]:
    return remembered("stored_quick", info.id, lambda: _looked_through(dataset))


def _looked_through(dataset: TextDataset) -> list[Finding]:
    with working(t("data.checking"), shown=len(dataset.frame) > dataset_view.LARGE) as on_progress:
        return quick(dataset, other=t("findings.other"), on_progress=on_progress)


def _findings_of(run: Run) -> list[Finding] | None:
    """None where its folder was damaged, so that a new check is offered."""
    try:
        return read_findings(run.id)
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _save_version(info: DatasetInfo, done: Done) -> None:
    with working(t("data.saving"), shown=info.documents > dataset_view.LARGE) as on_progress:
        saved = datasets.save_dataset(
            datasets.dataset_content(info.id),
            replace(info.mapping, steps=[*info.steps, *done.steps]),
            info.reading,
            filename=info.filename,
            name=info.name,
            plan=info.plan,
            further=datasets.further_file(info.id),
            on_progress=on_progress,
        )
    done.remedies.clear()
    state.choose_dataset(saved)
    st.query_params[LINK] = saved
    st.rerun()


def _versions(info: DatasetInfo, dataset: TextDataset) -> None:
    """What changed since the version before, where that is still there."""
    if info.previous is None:
        return
    st.markdown(f"**{t('versions.title', n=info.version - 1)}**")
    previous = info.previous
    try:
        changed = remembered("changes", info.id, lambda: changes(datasets.load_dataset(previous), dataset))
    except DataError:
        st.caption(t("versions.gone"))
        return
    counts = {"added": len(changed.added), "gone": len(changed.gone), "relabelled": len(changed.relabelled)}
    st.markdown(t("versions.counts", same=changed.same, **counts))
    listed = _listed(changed)
    if listed.empty:
        return
    st.dataframe(cells(listed.head(CHANGED_SHOWN)), hide_index=True, alt=t("versions.alt"), key="changes_table")
    st.download_button(
        t("versions.download"),
        lambda: csv_text(listed).encode("utf-8-sig"),
        file_name="changes.csv",
        mime="text/csv",
        on_click="ignore",
        key="changes_download",
    )


def _listed(changed: Changes) -> pd.DataFrame:
    """All changes in one table, in words."""
    relabelled = changed.relabelled.rename(columns={"label": "after"})
    parts = {
        t("versions.added"): changed.added.rename(columns={"label": "after"}),
        t("versions.removed"): changed.gone.rename(columns={"label": "before"}),
        t("versions.relabelled"): relabelled,
    }
    both = pd.concat([part.assign(change=words) for words, part in parts.items()], ignore_index=True)
    both = both.reindex(columns=["change", "row", "text", "before", "after"]).fillna("")
    return both.set_axis(
        [t("versions.change"), t("data.row"), t("findings.text"), t("versions.before"), t("versions.after")],
        axis=1,
    )


def _confirm_delete(dataset_id: str, name: Markdown) -> None:
    """Ask before a dataset is gone, and say what was made from it."""
    made = [run for run in runs.recent(state.MANY_RUNS) if run.config.get("dataset") == dataset_id]
    ended = [run for run in made if not run.active]

    @st.dialog(t("data.delete_title"))
    def ask() -> None:
        st.markdown(t("data.delete_text", name=name))
        also = False
        if made:
            named_runs = text.listed([kinds.called(kind) for kind in dict.fromkeys(run.kind for run in made)])
            st.markdown(t("data.delete_runs", runs=count("runs", len(made)), names=named_runs))
        if ended:
            also = st.checkbox(t("data.delete_also", runs=count("runs", len(ended))), key="delete_runs")
        with st.container(horizontal=True):
            if st.button(t("action.delete"), type="primary", key="confirm_delete"):
                _delete(dataset_id, ended if also else [])
                st.rerun()
            if st.button(t("action.keep"), key="keep_dataset"):
                st.rerun()

    ask()


def _delete(chosen: str, made: list[Run]) -> None:
    """Remove a dataset and what was made from it, and forget them where they are in use."""
    for run in made:
        runs.delete(run.id)
        if state.run_id() == run.id:
            state.choose_run(None)
    datasets.delete_dataset(chosen)
    if state.dataset_id() == chosen:
        state.choose_dataset(None)
    if st.query_params.get(LINK) == chosen:
        del st.query_params[LINK]
