"""Turn sources up and down and see immediately what changes; nothing is saved unless the user saves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from scalearn_core import runs
from scalearn_core.evaluation.report import EvaluationReport
from scalearn_core.evaluation.stored_probabilities import FILE
from scalearn_core.explain.lever_settings import Levers, group_of, hardly_used
from scalearn_core.jobs.warm import WarmBoard
from scalearn_core.records.levers import LeverLook
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes, shell, text
from scalearn_ui.parts import figure, label_sets, scale_map
from scalearn_ui.text import count, plain, t

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

FACTOR = (0, 200, 100)
"""Lowest, highest and resting place of a lever on what was learned, in percent."""
ADDED = (-100, 100, 0)
"""The same of a lever on a source that is hardly used, in percent of its full strength."""
GROUPS = ("lower", "middle", "upper")
FEW = 60
"""With fewer documents each of them moves the score so much that a caption says by how much."""


@st.cache_resource(max_entries=2, ttl="30m", show_spinner=False, on_release=WarmBoard.close)
def _board(run_id: str) -> WarmBoard:
    """A model with the documents that are watched, in a process of its own."""
    return WarmBoard(run_id)


@st.cache_data(max_entries=200, ttl="30m", show_spinner=False)
def _look(run_id: str, levers: dict[str, Any]) -> LeverLook:
    """What the watched documents get; where the levers stood before, nothing is computed again."""
    return _board(run_id).look(Levers.from_dict(levers))


def draw(run: Run, record: TrainingRecord) -> None:
    """Scores on top, levers on the left, the confusion matrix on the right; below, save."""
    with st.spinner(t("levers.loading")):
        board = _board(run.id)
    tested = record.dataset.counts.test - (0 if record.levers is not None else board.documents)
    st.markdown(t("levers.text", documents=count("test_documents", board.documents)))
    st.warning(t("levers.warning", documents=count("test_documents", tested)), icon=":material/visibility:")
    above = _staying_box()
    below = st.container()
    left, right = st.columns([5, 6], gap="large")
    with left:
        levers = _levers(run, record)
    look = _look(run.id, levers.to_dict())
    with above:
        _scores(look, at_rest=levers.at_rest)
    with below:
        _how_sure(look)
    with right:
        _mistakes(look.scores, record.dataset.labels)
    _save(run, levers)
    with st.expander(t("levers.method"), icon=":material/info:"):
        st.markdown(t("levers.method_text"))


def _mistakes(score: EvaluationReport, labels: Sequence[str]) -> None:
    """What is mistaken for what; of several labels per document, what became of each."""
    if not score.confusion:
        st.markdown(f"**{t('multi_label.labels')}**")
        label_sets.bars(score.per_class, key="lever_labels")
        return
    st.markdown(f"**{t('levers.confusion')}**")
    drawn = charts.confusion(
        score.confusion, labels, x_title=t("column.predicted"), y_title=t("axis.true"), palette=figure.palette()
    )
    figure.show(drawn, alt=t("levers.confusion_alt"), key="lever_confusion")


def _staying_box() -> DeltaGenerator:
    """A box that stays in sight while the levers below it are scrolled through."""
    st.html(
        "<style>[data-testid=stLayoutWrapper]:has(> .st-key-lever_scores)"
        " { position: sticky; top: 3.75rem; z-index: 5 }"
        f" .st-key-lever_scores {{ background: {figure.palette().ground} }}</style>"
    )
    return st.container(border=True, key="lever_scores")


def _levers(run: Run, record: TrainingRecord) -> Levers:
    """The sliders, strongest source first, and where they stand."""
    rows, titles, idle = scale_map.order(record), outcomes.source_titles(record), hardly_used(record)
    names = [record.source_names[row] for row in rows]
    titled = dict(zip(names, (titles[row] for row in rows), strict=True))
    used, spare = [name for name in names if not idle[name]], [name for name in names if idle[name]]
    # Changed only before the sliders are drawn, as a callback: the button stands above them.
    keys = {f"factor.{name}": FACTOR for name in used} | {f"added.{name}": ADDED for name in spare}
    keys |= {f"group.{group}": FACTOR for group in GROUPS}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{t('levers.sources')}**", width="content")
        st.button(
            t("levers.reset"),
            icon=":material/restart_alt:",
            key="reset_levers",
            type="tertiary",
            on_click=_reset,
            args=(run.id, keys),
        )
    st.caption(t("levers.factor"))
    factors = {name: _slider(run.id, f"factor.{name}", titled[name], FACTOR) for name in used}
    added: dict[str, float] = {}
    if spare:
        with st.expander(t("levers.spare", sources=count("sources", len(spare))), expanded=not used):
            st.caption(t("levers.added"))
            added = {name: _slider(run.id, f"added.{name}", titled[name], ADDED) for name in spare}
    return Levers(factors, added, _groups(run.id, record))


def _groups(run_id: str, record: TrainingRecord) -> tuple[float, ...]:
    """Factors on all sources in the lower, middle and upper layers; at rest where layers share their scales."""
    if record.scales.shared:
        return (1.0,) * len(GROUPS)
    layers = record.encoder.layers
    factors = []
    with st.expander(t("levers.layers")):
        st.caption(t("levers.layers_text"))
        for number, group in enumerate(GROUPS):
            inside = [layer + 1 for layer in range(layers) if group_of(layer, layers) == number]
            if not inside:  # an encoder of two layers
                factors.append(1.0)
                continue
            label = t(f"levers.group.{group}", first=inside[0], last=inside[-1])
            factors.append(_slider(run_id, f"group.{group}", label, FACTOR))
    return tuple(factors)


def _slider(run_id: str, key: str, label: str, scale: tuple[int, int, int]) -> float:
    """One lever; its place as a factor (100% is 1)."""
    low, high, rest = scale
    place = st.slider(
        plain(label), low, high, rest, step=5, format="%d%%", key=f"lever.{run_id}.{key}", persist_state="session"
    )
    return float(place) / 100


def _reset(run_id: str, keys: dict[str, tuple[int, int, int]]) -> None:
    """Every lever back to rest: the learned model, exactly."""
    for key, (_, _, rest) in keys.items():
        st.session_state[f"lever.{run_id}.{key}"] = rest


def _scores(look: LeverLook, *, at_rest: bool) -> None:
    """Both scores against those of the learned model, and which answers changed."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, width="content"):
            multi_label = not look.scores.confusion
            for metric in ("macro_f1", "accuracy"):
                now, learned = (getattr(report, metric).value for report in (look.scores, look.learned))
                change = round(100 * (now - learned), 1)
                st.metric(
                    t("multi_label.metric" if multi_label and metric == "accuracy" else f"levers.{metric}"),
                    text.points(now),
                    delta=f"{change:+.1f}" if change else t("levers.as_learned"),  # reads an ASCII minus
                    delta_color="normal" if change else "off",
                    delta_arrow="auto" if change else "off",
                    width="content",
                )
        if at_rest:
            st.badge(t("levers.at_rest"), icon=":material/lock:", color="gray")
        else:
            st.badge(t("levers.unsaved"), icon=":material/edit:", color="orange")
    documents = count("documents", look.documents)
    if at_rest:
        st.markdown(t("levers.say_rest", documents=documents))
    elif not look.changed:
        st.markdown(t("levers.say_same", documents=documents))
    else:
        values = {"changed": look.changed, "mended": look.mended, "broken": look.broken}
        verdict = t(f"levers.verdict.{look.comparison.verdict}")
        st.markdown(f"{t('levers.say_changed', documents=documents, **values)} {verdict}")


def _how_sure(look: LeverLook) -> None:
    """What so few documents can tell."""
    interval = text.interval(look.scores.macro_f1)
    lines = [t("levers.interval", score=interval)]
    if look.documents < FEW:
        lines.append(t("levers.few", points=f"{100 / look.documents:.1f}"))
    st.caption(" ".join(lines))


def _save(run: Run, levers: Levers) -> None:
    """A name and a button; the new model is a run of its own, the learned one stays as it is."""
    kept = (runs.folder(run.id) / FILE).is_file()
    with st.form("save_levers", border=True):
        st.markdown(t("levers.save_text"))
        title = st.text_input(t("levers.name"), value=f"{run.title} · {t('levers.by_hand')}", max_chars=120)
        idle = levers.at_rest or not kept
        pressed = st.form_submit_button(
            t("levers.save"), icon=":material/save:", disabled=idle, key="save_levers_button"
        )  # fmt: skip
    if not kept:
        st.caption(t("levers.earlier"))
    elif levers.at_rest:
        st.caption(t("levers.nothing_to_save"))
    if pressed and not idle:
        runs.get(run.id)  # it may have been deleted while the page was open
        config = run.config | {"levers": levers.to_dict(), "from_run": run.id, "from_title": run.title}
        shell.go("run", run=runs.submit("train", config, title=title.strip() or run.title))
