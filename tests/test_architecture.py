"""The walls of the architecture (`docs/architecture.md`), each kept by a test."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalearn_core.messages import MESSAGES

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
CORE = sorted((ROOT / "scalearn_core").rglob("*.py"))
INTERFACE = [ROOT / "app.py", *PAGES, *sorted((ROOT / "scalearn_ui").rglob("*.py"))]
LOCALE = ROOT / "scalearn_ui" / "locale"
LONGEST = 300


def imported(file: Path) -> set[str]:
    """First parts of all imported names, wherever in the file they are imported."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", CORE, ids=relative)
def test_the_core_knows_no_interface(file: Path) -> None:
    assert not imported(file) & {"streamlit", "plotly", "scalearn_ui", "pages"}


@pytest.mark.parametrize("file", INTERFACE, ids=relative)
def test_the_interface_leaves_models_and_databases_to_the_core(file: Path) -> None:
    assert not imported(file) & {"torch", "transformers", "datasets", "sqlite3", "safetensors", "sklearn"}


@pytest.mark.parametrize("module", ["scalearn_core", "scalearn_core.runs"])
def test_importing_is_quick_and_leaves_torch_unloaded(module: str) -> None:
    code = (
        f"import sys, time; began = time.process_time(); import {module}; took = time.process_time() - began;"
        "print(took, *sorted({'torch', 'transformers', 'sklearn', 'streamlit'} & sys.modules.keys()))"
    )
    times = []
    for _ in range(3):  # the best of three, in processor time: other processes may be busy
        ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        took, *heavy = ran.stdout.split()
        assert heavy == []
        times.append(float(took))
    assert min(times) < 0.5


def test_browsing_the_library_and_reading_tables_leaves_torch_unloaded() -> None:
    code = (
        "import sys; from scalearn_core.adapters import catalog; import scalearn_core.workspace.datasets;"
        "catalog.cards(); print(*sorted({'torch', 'transformers', 'sklearn'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT|VACUUM)\s", re.M)


def strings(file: Path) -> Iterator[str]:
    """All string constants but docstrings."""
    tree = ast.parse(file.read_text("utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


@pytest.mark.parametrize("file", [*CORE, *INTERFACE], ids=relative)
def test_sql_stands_in_one_place(file: Path) -> None:
    has_sql = "sqlite3" in imported(file) or any(SQL.search(text) for text in strings(file))
    assert has_sql == (relative(file) == "scalearn_core/runs/store.py")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_begins_at_the_gate(page: Path) -> None:
    """Without it a deep link runs a page without `app.py`, and so without what the router checks."""
    statements = ast.parse(page.read_text("utf-8")).body
    first = next(
        statement
        for statement in statements
        if not isinstance(statement, ast.Import | ast.ImportFrom)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    )
    assert ast.unparse(first) == f"shell.enter('{page.stem}')"


def test_there_are_pages() -> None:
    assert {page.stem for page in PAGES} >= {
        "home",
        "data",
        "sources",
        "train",
        "run",
        "results",
        "scales",
        "classify",
    }


def own_sentences(file: Path) -> dict[str, str]:
    """What a file of the locale says but for errors, whose English stands in the core (`test_messages.py`)."""
    found: dict[str, str] = json.loads(file.read_text("utf-8"))
    return {key: sentence for key, sentence in found.items() if not key.startswith("error.")}


def sentences(language: str) -> dict[str, str]:
    loaded: dict[str, str] = {}
    for file in sorted((LOCALE / language).glob("*.json")):
        found = own_sentences(file)
        assert not loaded.keys() & found.keys(), f"{file.name} repeats a key"
        loaded |= found
    return loaded


def test_both_languages_are_divided_alike() -> None:
    for file in (LOCALE / "en").glob("*.json"):
        other = LOCALE / "ja" / file.name
        assert own_sentences(file).keys() == own_sentences(other).keys(), file.name


def test_both_languages_have_the_same_keys_and_values() -> None:
    def names(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    english, japanese = sentences("en"), sentences("ja")
    assert english.keys() == japanese.keys()
    for key in english:
        assert names(english[key]) == names(japanese[key]), key
        assert english[key], key


def _used_keys() -> Iterator[str]:
    """What the interface can ask for, as regular expressions; a part filled in at run time is one word."""
    for file in INTERFACE:
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.]+"
                    for part in node.values
                ]
                if any("." in part and part != r"[\w.]+" for part in parts):  # "{a}{b}" would allow everything
                    yield "".join(parts)


def test_no_sentence_is_unused() -> None:
    used = re.compile("|".join(sorted(set(_used_keys()))))
    assert [key for key in sentences("en") if not used.fullmatch(key)] == []


def test_every_sentence_asked_for_is_there() -> None:
    known = sentences("en").keys() | {f"error.{code}" for code in MESSAGES}
    for file in INTERFACE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in known, f"{relative(file)}:{node.lineno}"


@pytest.mark.parametrize("file", [*CORE, *INTERFACE], ids=relative)
def test_modules_are_short(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    reason = any(line.startswith("# Long because ") for line in lines)
    assert len(lines) <= LONGEST or reason, f"{len(lines)} lines; split it, or say why: '# Long because ...'"


@pytest.mark.parametrize("file", CORE, ids=relative)
def test_functions_of_the_core_look_nothing_up_by_chance(file: Path) -> None:
    """No `hasattr` and no `except` without a type: both hide what is wrong."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        assert not (isinstance(node, ast.Name) and node.id == "hasattr"), node.lineno
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None), node.lineno
