"""The frame around every page: gate, language, navigation, errors in words."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from scalearn_core.errors import DataError, ScaLearnError
from scalearn_ui import state, text
from scalearn_ui.palette import DARK, LIGHT, Palette
from scalearn_ui.text import t

ROOT = Path(__file__).resolve().parents[1]
MENU = {
    "start": {"home": ":material/home:", "path": ":material/stairs:"},
    "prepare": {
        "data": ":material/table:",
        "label": ":material/new_label:",
    },
    "learn": {
        "sources": ":material/extension:",
        "train": ":material/model_training:",
        "run": ":material/progress_activity:",
    },
    "understand": {
        "results": ":material/verified:",
        "transfer": ":material/hub:",
        "scales": ":material/tune:",
    },
    "use": {
        "classify": ":material/label:",
        "models": ":material/inventory_2:",
        "review": ":material/rate_review:",
        "watch": ":material/visibility:",
    },
    "help": {"glossary": ":material/menu_book:"},
}
"""Section -> page -> icon; a page's file, key in the locale and address share one name. A new page is one line
here, its file, and `page.NAME`, `NAME.title` and `NAME.lead` in the locale."""

VIEW = "view"
"""Name of the chosen part of a page, in the session and in the link."""

PRESENT = "present"
"""Name in the link of the mode that shows one picture alone."""

READING_WIDTH = 1040
"""Widest a page gets, in pixels; narrower windows get their own width."""


def enter(page: str) -> None:
    """First line of every page: the gate, then the heading.

    While `pages/` exists, Streamlit runs a deep-linked page without `studio.py`. Such a session is sent through
    the router, which brings it back with its query.
    """
    if "entered" not in st.session_state:
        query = st.query_params.to_dict()
        language = {text.LANGUAGE_KEY: query.pop(text.LANGUAGE_KEY)} if text.LANGUAGE_KEY in query else {}
        st.session_state.wanted_page = (page, query)
        st.switch_page("studio.py", query_params=language)
    if presenting():
        return
    st.title(t(f"{page}.title"), anchor=False)
    st.markdown(t(f"{page}.lead"))


def open_app() -> None:
    """All of `studio.py`: draw the frame and run the requested page."""
    st.session_state.entered = True
    st.set_page_config(page_icon=str(ROOT / "assets" / "icon.svg"), layout="wide")
    dark = st.context.theme.type == "dark"
    logo = ROOT / "assets" / ("logo_dark.svg" if dark else "logo.svg")
    st.logo(str(logo), icon_image=str(ROOT / "assets" / "icon.svg"), size="large")
    _readable_choices(DARK if dark else LIGHT)
    _one_row_of_choices()
    context = st.sidebar.container()
    _language_switch()
    page = st.navigation(_menu(), expanded=True)
    wanted, query = st.session_state.pop("wanted_page", (None, {}))
    if wanted:
        st.switch_page(_file(wanted), query_params=query)
    state.link_dataset()
    with st.container(width="stretch" if presenting() else READING_WIDTH), in_words():
        if presenting():
            _bare_frame()
        page.run()
    with context, in_words():
        _current_project()


def has(page: str) -> bool:
    """Whether the menu has it."""
    return any(page in pages for pages in MENU.values())


def _readable_choices(palette: Palette) -> None:
    """The chosen part of a row of choices in a colour that can be read on its ground; the theme's own cannot."""
    chosen = "[data-testid=stButtonGroup] :is([aria-checked=true], [aria-pressed=true], [data-selected=true])"
    where = f"{chosen}, {chosen} *"
    st.html(f"<style>{where} {{ color: {palette.accent} !important }}</style>")


def _one_row_of_choices() -> None:
    """On a phone, a row of choices stays one row and is pushed sideways; wrapped, it looks like several."""
    row = "[data-testid=stButtonGroup] [role=radiogroup]"
    st.html(
        f"<style>@media (max-width: 640px) {{ {row} {{ flex-wrap: nowrap; overflow-x: auto }}"
        f" {row} > * {{ flex-shrink: 0; white-space: nowrap }} }}</style>"
    )


def presenting() -> bool:
    """Whether the page shows one picture alone, over the whole screen."""
    return PRESENT in st.query_params


def present() -> None:
    """Show the page's picture alone."""
    st.query_params[PRESENT] = "1"
    st.rerun()


def _bare_frame() -> None:
    """Hide what is around a page, and offer the way back."""
    st.html(
        "<style>[data-testid=stSidebar], [data-testid=stHeader], [data-testid=stExpandSidebarButton]"
        " { display: none } .stMainBlockContainer { padding: 1rem 2rem } </style>"
    )
    if st.button(t("shell.present_end"), key="present_end", icon=":material/close:", type="tertiary"):
        del st.query_params[PRESENT]
        st.rerun()


def go(page: str, **query: str) -> None:
    """Leave for another page."""
    st.switch_page(_file(page), query_params=query)


@contextmanager
def in_words() -> Iterator[None]:
    """Show an error as a sentence. Page bodies and fragments run inside it, so nobody meets a traceback."""
    try:
        yield
    except ScaLearnError as problem:
        st.error(text.error(problem), icon=":material/error:")
    except Exception:
        # The last boundary before the browser: the reader gets a sentence, the server log the details.
        logging.getLogger(__name__).exception("A page failed")
        st.error(t("shell.unexpected"), icon=":material/error:")


def choose_view(page: str, views: Sequence[str]) -> str:
    """Which part of a page is shown; it stands in the link, so that a colleague sees the same.

    By its name in the code: a widget bound to the link would write its words there, which another language lacks.
    """
    linked = st.query_params.get(VIEW)
    st.session_state[VIEW] = linked if linked in views else views[0]
    chosen = st.segmented_control(
        t("shell.view"),
        list(views),
        required=True,
        format_func=lambda view: t(f"part.{page}.{view}"),
        key=VIEW,
        label_visibility="collapsed",
        on_change=_follow_view,
    )
    return chosen or views[0]


def show_view(view: str) -> None:
    """Show another part of this page."""
    st.query_params[VIEW] = view
    st.rerun()


def _follow_view() -> None:
    """Put the chosen part into the link."""
    st.query_params[VIEW] = st.session_state[VIEW]


def nothing_yet(message: str, page: str, action: str) -> None:
    """An empty state: what is missing, and the one button that leads there."""
    with st.container(border=True):
        st.markdown(message)
        if st.button(action, type="primary", key=f"go_{page}"):
            go(page)


def _file(page: str) -> str:
    """Where a page's script lies."""
    return str(ROOT / "pages" / f"{page}.py")


def _menu() -> dict[str, list[st.Page]]:
    """Sections with their pages, titled in the reader's language."""
    return {
        t(f"menu.{section}"): [
            st.Page(_file(name), title=t(f"page.{name}"), icon=icon, default=name == "home")
            for name, icon in pages.items()
        ]
        for section, pages in MENU.items()
    }


def _language_switch() -> None:
    """English or Japanese; the choice stays in the link, so a refresh or a colleague sees the same."""
    st.sidebar.segmented_control(
        t("shell.language"),
        list(text.LANGUAGES),
        default=text.first_language(),
        required=True,
        format_func=text.LANGUAGES.__getitem__,
        key=text.LANGUAGE_KEY,
        label_visibility="collapsed",
        bind="query-params",
        persist_state="session",
    )


def _current_project() -> None:
    """The dataset in use, in the sidebar; one that another session has deleted is in use no more."""
    from scalearn_core.workspace import datasets

    chosen = state.dataset_id()
    if not chosen:
        return
    try:
        name = datasets.get_dataset_info(chosen).name
    except DataError as problem:
        if problem.code != "data.unknown_dataset":
            raise
        state.choose_dataset(None)
    else:
        st.caption(t("shell.current_dataset", name=name))
