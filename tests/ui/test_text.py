"""The words of the studio: complete, equal in both languages, and nowhere but in the locale files."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from string import Formatter

import pandas as pd
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from scalearn_core.adapters.source_tasks import source_tasks
from scalearn_core.data.language_names import NAMES
from scalearn_core.encoders.cards import CARDS
from scalearn_core.messages import MESSAGES
from scalearn_core.runs.kinds import KINDS
from scalearn_ui import text
from scalearn_ui.letters import JOINER as J
from scalearn_ui.letters import cells
from scalearn_ui.palette import DARK, LIGHT, Palette
from tests.ui.conftest import PAGES, ROOT

EN, JA = text.sentences("en"), text.sentences("ja")
SOURCES = [
    ROOT / "app.py",
    ROOT / "studio.py",
    *(ROOT / "pages").glob("*.py"),
    *(ROOT / "scalearn_ui").rglob("*.py"),
]
TEXT_FUNCTIONS = {"t", "count"}
SHOWING = {
    "alert", "badge", "button", "caption", "checkbox", "code", "download_button", "error", "expander",
    "file_uploader", "form_submit_button", "header", "info", "markdown", "metric", "multiselect", "number_input",
    "pills", "progress", "radio", "segmented_control", "selectbox", "spinner", "subheader", "success", "text",
    "text_area", "text_input", "title", "toggle", "warning", "write",
}  # fmt: skip
"""Functions of streamlit whose first argument is shown."""

OTHER_WORDS = {
    "en": r"\bclass(es)?\b|\blabels\b(?<!mistakes in the labels)(?<!without labels)|"
    r"\blabel\b(?! (more|some|them)\b)(?<!without label)|"
    r"\bown adapter|adapter of your own(?<!task adapter of your own)|\bpromise|\bhand(ed)?[ -]over\b|\blabeled\b",
    "ja": r"(?<!モデル)クラス(?!ター)|ラベル(?!付|を|の質|のある|のない文書|は数値)|95%区間|課題|乱数の種|"
    r"再標本化|自分のアダプター|次にすること|"
    r"メモリ(?!ー)|(ソース|順位|学習前)の予測",
}
"""What a reader might meet for a thing that has another name on every other page (the act of labelling apart)."""


def test_both_languages_have_the_same_sentences() -> None:
    assert EN.keys() == JA.keys()


def test_both_languages_have_the_same_gaps() -> None:
    assert {key: sentence for key, sentence in EN.items() if gaps(sentence) != gaps(JA[key])} == {}


def test_japanese_sentences_are_japanese() -> None:
    same_by_nature = {"home.title", "device.memory"}
    untranslated = {key for key in EN if not re.search(r"[ぁ-んァ-ヶ一-龠％〜、]", JA[key]) and EN[key] != "{n}"}
    assert {key for key in untranslated if re.search("[A-Za-z]{3}", gaps_removed(EN[key]))} <= same_by_nature


@pytest.mark.parametrize("language", OTHER_WORDS)
def test_one_word_stands_for_one_thing(language: str) -> None:
    """Category, task adapter, forecast; カテゴリー, タスク, シード: the same on every page and in errors."""
    avoided = re.compile(OTHER_WORDS[language], re.IGNORECASE)
    exempt = {"error.adapter.bad_score", "error.adapter.bad_table", "error.adapter.plugin"}  # of files and Python
    exempt |= {"page.label", "label.title", "part.label.work"}  # the act
    shown = {
        key: gaps_removed(sentence) for key, sentence in text.sentences(language).items() if key not in exempt
    }
    assert {key: sentence for key, sentence in shown.items() if avoided.search(sentence)} == {}


def test_english_errors_are_those_of_the_core() -> None:
    shown = {key.removeprefix("error."): sentence for key, sentence in EN.items() if key.startswith("error.")}
    assert shown == MESSAGES


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    exact, prefixes = used_keys()
    prefixes.add("error.")
    unused = {key for key in EN if key not in exact and not key.startswith(tuple(prefixes))}
    assert not unused
    assert exact <= EN.keys()
    assert all(any(key.startswith(prefix) for key in EN) for prefix in prefixes)


def test_no_sentence_stands_in_the_code() -> None:
    found = []
    for file in SOURCES:
        for call in calls(file):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in SHOWING and call.args and isinstance(call.args[0], ast.Constant):
                found.append(f"{file.name}:{call.lineno}")
            found += [
                f"{file.name}:{call.lineno}"
                for keyword in call.keywords
                if keyword.arg in {"help", "label", "alt", "placeholder", "title"}
                and isinstance(keyword.value, ast.Constant)
                and isinstance(keyword.value.value, str)
            ]
    assert not found


def test_choices_and_tables_show_names_as_letters() -> None:
    """Neither reads Markdown, so `plain` would show; but both would turn an order round."""
    found = []
    for file in SOURCES:
        for call in calls(file):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in ("selectbox", "multiselect") and "format_func" not in [word.arg for word in call.keywords]:
                found.append(f"{file.name}:{call.lineno}")
            if name == "dataframe" and not ast.unparse(call.args[0]).startswith("cells("):
                found.append(f"{file.name}:{call.lineno}")
    assert not found


def test_every_text_of_a_table_is_letters() -> None:
    table = cells(pd.DataFrame({"label": ["a\u202eb"], "labels": [["c\u2066d", "e"]], "n": [1.5]}))
    assert table.to_dict("list") == {"label": ["ab"], "labels": [["cd", "e"]], "n": [1.5]}


def test_every_stage_a_job_reports_has_words() -> None:
    reported = set(re.findall(r'(?:on_stage|\.stage|clock\.start)\("(\w+)"', core_text()))
    assert reported, "the search found nothing, so it would prove nothing"
    assert {f"stage.{stage}" for stage in reported} <= EN.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_has_words(kind: str) -> None:
    assert f"kind.{kind}" in EN


def test_groups_and_metrics_of_the_library_have_words() -> None:
    tasks = source_tasks().values()
    assert {f"group.{task.group}" for task in tasks} | {f"metric.{task.metric}" for task in tasks} <= EN.keys()


@pytest.mark.parametrize("palette, theme", [(LIGHT, "light"), (DARK, "dark")])
def test_charts_wear_the_colours_of_the_theme(palette: Palette, theme: str) -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][theme]
    names = {
        "ground": "backgroundColor",
        "panel": "secondaryBackgroundColor",
        "ink": "textColor",
        "accent": "greenColor",
        "opposite": "orangeColor",
        "quiet": "grayColor",
    }
    assert {name: asdict(palette)[name] for name in names} == {n: config[key] for n, key in names.items()}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "panel", "fill", "fill_opposite", "more", "less"])
def test_ink_is_readable_on_every_cell(palette: Palette, ground: str) -> None:
    """WCAG 2.1 asks for 4.5 to 1."""
    assert contrast(palette.ink, asdict(palette)[ground]) >= 4.5


@pytest.mark.parametrize(
    "words, escaped",
    [
        ("![px](http://127.0.0.1:9/x.png)", f"\\!\\[px\\]\\(http{J}\\://127.0.0.1\\:9/x.png\\)"),
        ("see HTTPS://x.example", f"see HTTPS{J}\\://x.example"),
        ("www.x.example", f"www{J}.x.example"),
        ("a.b@x.example", f"a.b{J}@x.example"),
        (":material/home:", f"\\:{J}material/home:"),
        (":streamlit:", f"\\:{J}streamlit:"),
        ("so :+1:", f"so \\:{J}+1:"),
        ("a -> b <-> c", f"a -{J}\\> b \\<{J}-\\> c"),
        ("well-known, a->b, >=", f"well-known, a-\\>b, \\>{J}="),
        ("tickets\u202egpj.exe", "ticketsgpj.exe"),
        ("a\x00b\x7fc\u200fd", "abcd"),
        ("\u05e9\u05dc\u05d5\u05dd 12", "\u2068\u05e9\u05dc\u05d5\u05dd 12\u2069"),
        ("$x^2$", r"\$x^2\$"),
        (":red[a]", r"\:red\[a\]"),
        ("a_b *c* `d` <e> #f ~g~ h|i \\", r"a\_b \*c\* \`d\` \<e\> \#f \~g\~ h\|i \\"),
        ("- item\n\n# heading", r"\- item \# heading"),
        ("12. Access", r"12\. Access"),
        ("-3.5", "-3.5"),
        ("+0.5", "+0.5"),
        ("83.1", "83.1"),
        ("2026-11-23 20:15", r"2026-11-23 20\:15"),
        ("請求：返金", "請求：返金"),
    ],
)
def test_words_from_outside_are_shown_letter_by_letter(words: str, escaped: str) -> None:
    assert text.plain(words) == escaped
    assert text.plain(text.plain(words)) == escaped, "once is enough"


def test_no_gap_stands_in_code() -> None:
    """In a code span, the backslashes of `plain` would show."""
    sentences = [*EN.items(), *JA.items()]
    assert [key for key, sentence in sentences for code in re.findall("`[^`]*`", sentence) if "{" in code] == []


@pytest.mark.parametrize(
    "language, expected",
    [
        ("en", ["Japanese", "Japanese and German", "Japanese, German and Basque"]),
        ("ja", ["日本語", "日本語、ドイツ語", "日本語、ドイツ語、バスク語"]),
    ],
)
def test_languages_are_named_in_the_readers_words(
    monkeypatch: pytest.MonkeyPatch, language: str, expected: list[str]
) -> None:
    monkeypatch.setattr(text, "language", lambda: language)
    names = [text.language_name(code) for code in ("ja", "de", "eu")]
    assert [text.listed(names[:n]) for n in (1, 2, 3)] == expected
    assert text.language_name("zxx") in ("another language", "その他の言語"), "older versions stored it"


def test_every_language_has_its_name_in_both_languages() -> None:
    possible = {*LanguageIdentifier.from_model_file(MODEL_FILE).labels} - {"zxx"}
    possible |= {language for card in CARDS.values() for language in card.languages}
    assert possible <= NAMES.keys()
    for code, name in NAMES.items():
        assert EN[f"language.{code}"] == name
        assert re.search("[ァ-ヶ一-龠]", JA[f"language.{code}"]), code


@pytest.mark.parametrize(("language", "expected"), [("en", "Parcels"), ("ja", "荷物"), ("de", "Parcels")])
def test_a_text_stored_in_two_languages_is_english_in_a_third(
    monkeypatch: pytest.MonkeyPatch, language: str, expected: str
) -> None:
    monkeypatch.setattr(text, "language", lambda: language)
    assert text.local({"en": "Parcels", "ja": "荷物"}) == expected


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb` (WCAG 2.1)."""

    def luminance(colour: str) -> float:
        shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def gaps_removed(sentence: str) -> str:
    return re.sub(r"\{[^}]*\}|`[^`]*`", "", sentence)


def core_text() -> str:
    """All of the core but the shell's own commands, whose stages no run reports."""
    files = (file for file in (ROOT / "scalearn_core").rglob("*.py") if "cli" not in file.parts)
    return "\n".join(file.read_text("utf-8") for file in files)


def calls(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text("utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def used_keys() -> tuple[set[str], set[str]]:
    """Keys named in full, and the fixed beginnings of those put together at run time."""
    exact, prefixes = set(), set()
    for call in (call for file in SOURCES for call in calls(file)):
        if not (isinstance(call.func, ast.Name | ast.Attribute) and call.args):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        if name not in TEXT_FUNCTIONS:
            continue
        for key in branches(call.args[0]):
            if isinstance(key, ast.Constant):
                full = str(key.value)
                (prefixes if name == "count" else exact).add(f"count.{full}." if name == "count" else full)
            elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
                prefixes.add(str(key.values[0].value))
            elif isinstance(key, ast.JoinedStr):
                ending = str(key.values[1].value)  # of `f"{page}.title"`
                exact |= {f"{page}{ending}" for page in PAGES}
    return exact, prefixes


def branches(key: ast.expr) -> list[ast.expr]:
    """Both sides of `a if b else c`, else the expression itself."""
    return [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
