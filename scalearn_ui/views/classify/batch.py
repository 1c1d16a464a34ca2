"""A table in, the same table with classes out, processed by a run."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.config import BULK
from scalearn_core.data.documents import joined
from scalearn_core.data.languages import shares_of
from scalearn_core.errors import RunError
from scalearn_core.runs import Run
from scalearn_core.workspace import uploads
from scalearn_ui import charts, outcomes, shell, text
from scalearn_ui.parts import columns, figure, language_note, progress, table_input
from scalearn_ui.session_slot import remembered
from scalearn_ui.text import count, plain, t
from scalearn_ui.views.classify import answers, files

LARGE = 4_000
"""Tables of so many rows are worth the documents that speed "bulk" is checked on."""
LINK = "batch"
"""Name of the predict run in a link, so that a refresh finds it again."""


def linked() -> str | None:
    """The predict run in the link."""
    wanted: str | None = st.query_params.get(LINK)
    return wanted


def draw(model: Run) -> None:
    """Upload and start, then the run's progress and its table."""
    wanted = linked()
    if wanted:
        with shell.in_words():  # whatever is wrong with the link, the way back below stays
            _follow(_predict_run(wanted))
        if st.button(t("classify.another"), key="another_table", type="tertiary"):
            del st.query_params[LINK]
            st.rerun()
        return
    upload = table_input.ask_table("batch")
    if upload is None:
        st.caption(t("classify.table_shape"))
        return
    table = upload.table
    texts = columns.ask_texts(upload, "batch_column", columns.guessed(upload, "batch"))
    if not texts:
        st.info(t("data.choose_text"))
        return
    shares = remembered("batch_languages", (upload.key, texts), lambda: _languages(upload, texts))
    language_note.draw(outcomes.result(model.id), shares, outcomes.tested_languages(model.id), what="table")
    rows = count("rows", len(table.frame))
    speed = _ask_speed(len(table.frame))
    if st.button(t("classify.start", rows=rows), type="primary", key="start_batch"):
        config = {
            "model_run": model.id,
            "upload": uploads.save_upload(upload.content),
            "text": list(texts),
            **upload.chosen.to_dict(),
            "device": "cpu",
            "speed": speed,
        }
        st.query_params[LINK] = runs.submit("predict", config, title=upload.name)
        st.rerun()


def _ask_speed(rows: int) -> str:
    """How a table is classified: small ones as ever, large ones in bulk unless exact answers are asked for."""
    if rows < LARGE:
        return "auto"
    speed: str = st.segmented_control(
        t("classify.speed"),
        [BULK, "exact"],
        default=BULK,
        required=True,
        format_func=lambda choice: t(f"speed.{choice}"),
        key="batch_speed",
    )
    st.caption(t(f"speed.{speed}_text"))
    return speed


def _languages(upload: table_input.Given, texts: tuple[str, ...]) -> dict[str, float]:
    """The languages of the texts, with their shares."""
    return shares_of(joined(upload.table.frame, texts).tolist())


def _predict_run(run_id: str) -> Run:
    """The run that classified a table.

    Raises:
        RunError: `run.unknown`, also for a run of another kind.
    """
    run = runs.get(run_id)
    if run.kind != "predict":
        raise RunError("run.unknown", run=run_id)
    return run


def _follow(run: Run) -> None:
    """Progress, then the outcome."""
    st.subheader(plain(run.title), anchor=False)
    progress.follow(run)
    progress.outcome(run)
    if run.status != "succeeded":
        return
    result = outcomes.prediction(run.id)
    values = {"rows": count("rows", result.n), "time": text.duration(result.seconds)}
    st.markdown(t("classify.done", **values))
    answers.limit(run, result)
    if (same := result.same_answers) and same.documents:
        low, high = (f"{100 * share:.1f}" for share in (same.low, same.high))
        checked = count("documents", same.documents)
        share = f"{100 * same.value:.1f}"
        st.markdown(t("classify.same_answers", share=share, low=low, high=high, checked=checked))
    if without := result.without_label:
        st.markdown(t("multi_label.without_label", rows=count("rows", without)))
    left_out = result.without_text + result.rejected
    if left_out:
        st.warning(t("classify.left_out", rows=count("rows", left_out)))
    if beyond := result.beyond_spreadsheet:
        st.caption(t("classify.beyond_spreadsheet", rows=count("rows", beyond)))
    with st.container(horizontal=True):
        files.download(run)
        if st.button(t("review.send"), key="send_to_review", icon=":material/rate_review:"):
            shell.go("review", batch=run.id)
    answers.table(run, result)
    counts = {label: n for label, n in result.class_counts.items() if n}
    drawn = charts.class_counts(counts, x_title=t("axis.documents"), palette=figure.palette())
    figure.show(drawn, alt=t("classify.counts_alt"), key="predicted_counts")
