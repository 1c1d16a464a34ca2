"""Two models side by side: where one uses a source more than the other."""

from __future__ import annotations

import numpy as np
import streamlit as st

from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.errors import RunError
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes, state, text
from scalearn_ui.letters import letters
from scalearn_ui.parts import scale_map
from scalearn_ui.parts.figure_text import as_figure_text
from scalearn_ui.text import Markdown, plain, t

OTHER = "other"
"""Name of the second model in a link."""
KEY = "compared_model"
ALIKE = 0.5
"""Below this, in percent of a layer's signal, a source has no direction worth comparing."""


def draw(run: Run, record: TrainingRecord) -> None:
    """Choose another model of the same encoder; then words, the map of differences, and what only one has.

    Raises:
        RunError: the link names a model that is not there.
    """
    trained = state.trained_runs()
    encoder = run.config.get("encoder", DEFAULT)  # the first releases knew the default alone
    others = [other for other in trained if other.id != run.id and other.config.get("encoder", DEFAULT) == encoder]
    linked = st.query_params.get(OTHER)
    if linked is not None and linked not in [known.id for known in trained]:
        raise RunError("run.unknown", run=linked[:40])
    if not others:
        st.info(t("compare.none"), icon=":material/info:")
        return
    other = _choose(others, linked)
    second = outcomes.result(other.id)
    ours, theirs = (list(result.source_names) for result in (record, second))
    titles = dict(zip(ours, outcomes.source_titles(record), strict=True))
    titles |= dict(zip(theirs, outcomes.source_titles(second), strict=True))
    shared = [ours[row] for row in scale_map.order(record) if ours[row] in theirs]
    if shared:
        _difference(record, second, shared, titles)
    else:
        st.info(t("compare.nothing_shared"), icon=":material/info:")
    lines = _only(ours, theirs, titles) + _caveats(record, second)
    if lines:
        st.caption("\n".join(f"- {line}" for line in lines))


def _choose(others: list[Run], linked: str | None) -> Run:
    """The other model in the link, else (also where that is the page's own, or has another encoder) the newest."""
    ids = [other.id for other in others]
    st.session_state[KEY] = linked if linked in ids else ids[0]
    st.query_params[OTHER] = st.session_state[KEY]
    names = {other.id: f"{letters(other.title)} · {text.moment(other.created_at)}" for other in others}
    st.selectbox(t("compare.choose"), ids, format_func=names.__getitem__, key=KEY, on_change=_follow)
    return others[ids.index(st.session_state[KEY])]


def _follow() -> None:
    """Put the selected model into the link."""
    st.query_params[OTHER] = st.session_state[KEY]


def _difference(record: TrainingRecord, second: TrainingRecord, shared: list[str], titles: dict[str, str]) -> None:
    """Words and map of the contributions here minus those there, for the sources that both have."""
    here, there = (
        100 * np.array(result.scales.contribution)[:, [_place(result, name) for name in shared]]
        for result in (record, second)
    )
    shown = scale_map.ScaleMap(
        values=here - there,
        sources=shared,
        titles=[titles[name] for name in shared],
        column="difference_percent",
        unit=t("compare.unit"),
        decimals=1,
        starts=[0.0] * len(shared),
        title=as_figure_text(t("compare.map_title")),
        footer=scale_map.footer([record, second]),
    )
    layer, row = (int(n) for n in np.unravel_index(np.abs(shown.values).argmax(), shown.values.shape))
    used = (np.abs(here) >= ALIKE) & (np.abs(there) >= ALIKE)
    alike = used & (np.sign(here) == np.sign(there))
    message = t(
        "compare.most",
        name=shown.titles[row],
        layer=layer + 1,
        here=charts.signed(float(here[layer, row]), 1),
        there=charts.signed(float(there[layer, row]), 1),
    )
    same = t("compare.alike", alike=int(alike.sum()), used=int(used.sum()))
    st.info(f"{message} {same}", title=t("compare.title"), icon=":material/lightbulb:")
    st.markdown(t("compare.reading"))
    names = f"{record.dataset.name}_{second.dataset.name}"
    scale_map.draw(shown, filename=f"{names}_difference", alt=t("compare.alt"))


def _place(result: TrainingRecord, name: str) -> int:
    return result.source_names.index(name)


def _only(ours: list[str], theirs: list[str], titles: dict[str, str]) -> list[Markdown]:
    """The sources that only one of the two models has."""
    lines = []
    for key, names in (
        ("ours", [name for name in ours if name not in theirs]),
        ("theirs", [name for name in theirs if name not in ours]),
    ):
        if names:
            listed = text.listed([plain(t("list.name", name=titles[name])) for name in names])
            lines.append(t(f"compare.only_{key}", names=listed))
    return lines


def _caveats(record: TrainingRecord, second: TrainingRecord) -> list[Markdown]:
    """What makes the two less comparable than they look."""
    lines = []
    if record.dataset.fingerprint != second.dataset.fingerprint:
        lines.append(t("compare.other_documents"))
    own, others = (result.sources[-1].sha256 for result in (record, second))
    if record.own_adapter and second.own_adapter and own != others:
        lines.append(t("compare.own"))
    return lines
