"""The walls of the architecture (`docs/architecture.md`), each kept by a test."""

from __future__ import annotations

import ast
import graphlib
import json
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scalearn_core.messages import MESSAGES

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
CORE = sorted((ROOT / "scalearn_core").rglob("*.py"))
INTERFACE = [ROOT / "app.py", ROOT / "studio.py", *PAGES, *sorted((ROOT / "scalearn_ui").rglob("*.py"))]
LOCALE = ROOT / "scalearn_ui" / "locale"
LONGEST, LONGEST_PAGE = 300, 149


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def imported(file: Path) -> set[str]:
    """First parts of all imported names, wherever in the file they are imported."""
    found: set[str] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_the_core_knows_no_interface() -> None:
    interface = {"streamlit", "plotly", "scalearn_ui", "pages"}
    assert {relative(file): found for file in CORE if (found := imported(file) & interface)} == {}


def test_the_interface_leaves_models_and_databases_to_the_core() -> None:
    work = {"torch", "transformers", "datasets", "sqlite3", "safetensors", "sklearn"}
    assert {relative(file): found for file in INTERFACE if (found := imported(file) & work)} == {}


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


def test_importing_leaves_the_environment_alone() -> None:
    code = "import os; before = dict(os.environ); import scalearn_core.runs; assert before == dict(os.environ)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_browsing_the_library_and_reading_tables_leaves_torch_unloaded() -> None:
    code = (
        "import sys; from scalearn_core.adapters import catalog; import scalearn_core.workspace.datasets;"
        "catalog.cards(); print(*sorted({'torch', 'transformers', 'sklearn'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


FLOORS = (
    "messages errors config devices targets",
    "storage",
    "audit",
    "runs",
    "tables",
    "data",
    "workspace",
    "evaluation",
    "records",
    "encoders",
    "heads",
    "adapters",
    "scaling",
    "checks",
    "training",
    "baselines",
    "explain",
    "onnx_graph",
    "prediction export",
    "evidence",
    "studies",
    "governance",
    "review",
    "watch",
    "report",
    "serving",
    "jobs",
    "cli",
)
"""The folders of the core from the ground up: a folder imports only those of lower floors, a file of the ground
floor only those that stand before it."""
FACADE = ("scaling/model.py", ("scalearn_core.scaling.saving", "scalearn_core.export"))
"""`ScaLearnModel.save`, `load` and `export_*` are public names that import what does the work when called."""


def core_imports(file: Path) -> Iterator[tuple[int, Path]]:
    """Line and file of everything a file of the core imports from the core, wherever in the file."""
    core = ROOT / "scalearn_core"
    within = file.relative_to(core).as_posix()
    for node in ast.walk(parsed(file)):
        if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scalearn_core")):
            continue
        if within == FACADE[0] and node.col_offset and str(node.module).startswith(FACADE[1]):
            continue
        package = core.joinpath(*str(node.module).split(".")[1:])
        for alias in node.names:
            places = (package / alias.name, package)
            files = (file for place in places for file in (place.with_suffix(".py"), place / "__init__.py"))
            yield node.lineno, next(file for file in files if file.is_file())


def test_every_folder_of_the_core_has_its_floor() -> None:
    rooms = {path.name for path in (ROOT / "scalearn_core").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    modules = {path.stem for path in (ROOT / "scalearn_core").glob("[a-z]*.py")}
    assert rooms | modules == set(" ".join(FLOORS).split())


def test_folders_import_only_lower_floors() -> None:
    floor = {
        room: (number, place) for number, names in enumerate(FLOORS) for place, room in enumerate(names.split())
    }
    upwards = []
    for file in CORE:
        room = file.relative_to(ROOT / "scalearn_core").parts[0].removesuffix(".py")
        for line, target in core_imports(file) if room in floor else ():
            other = target.relative_to(ROOT / "scalearn_core").parts[0].removesuffix(".py")
            below = floor[other] < floor[room] if floor[room][0] == 0 else floor[other][0] < floor[room][0]
            if other != room and not below:
                upwards.append(f"{relative(file)}:{line} imports {relative(target)}")
    assert not upwards, "\n".join(upwards)


def test_no_files_of_the_core_import_each_other_in_a_circle() -> None:
    sorter = graphlib.TopologicalSorter({file: {target for _, target in core_imports(file)} for file in CORE})
    sorter.prepare()  # raises CycleError, which names the files


def test_pages_share_parts_and_no_views() -> None:
    """`scalearn_ui/parts` knows no page, and what stands in `views/<page>` serves that page alone."""
    wrong = []
    for file in INTERFACE:
        folder = file.parent.name if file.parent.parent.name == "views" else file.stem
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scalearn_ui.views"):
                views = str(node.module).split(".")[2:3] or [alias.name for alias in node.names]
                wrong += [f"{relative(file)} imports the view of {page}" for page in views if page != folder]
    assert not wrong, "\n".join(wrong)


SQL = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|COMMIT|VACUUM)\s", re.M)


def strings(file: Path) -> Iterator[str]:
    """All string constants but docstrings."""
    tree = parsed(file)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def test_sql_stands_in_one_place() -> None:
    with_sql = [
        relative(file)
        for file in [*CORE, *INTERFACE]
        if "sqlite3" in imported(file) or any(SQL.search(text) for text in strings(file))
    ]
    allowed = re.compile(r"scalearn_core/(storage/\w+|\w+/store)\.py")
    assert [file for file in with_sql if not allowed.fullmatch(file)] == []
    assert "scalearn_core/runs/store.py" in with_sql


def first_statement(page: Path) -> str:
    """What a page does after its docstring and its imports."""
    return next(
        ast.unparse(statement)
        for statement in parsed(page).body
        if not isinstance(statement, ast.Import | ast.ImportFrom)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    )


def test_every_page_begins_at_the_gate() -> None:
    """Without it a deep link runs a page without `studio.py`, and so without what the router checks."""
    assert {page.stem: first_statement(page) for page in PAGES} == {
        page.stem: f"shell.enter('{page.stem}')" for page in PAGES
    }


def test_no_page_prints_a_note_to_programmers() -> None:
    """Streamlit shows every string that stands alone in a page, but for the page's own docstring."""
    alone = [
        f"{page.stem}: line {statement.lineno}"
        for page in PAGES
        for statement in parsed(page).body[1:]
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    ]
    assert alone == []


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


OTHERS = sorted(path.name for path in LOCALE.iterdir() if path.is_dir() and path.name != "en")


@pytest.mark.parametrize("language", OTHERS)
def test_all_languages_are_divided_alike(language: str) -> None:
    for file in (LOCALE / "en").glob("*.json"):
        other = LOCALE / language / file.name
        assert own_sentences(file).keys() == own_sentences(other).keys(), file.name


@pytest.mark.parametrize("language", OTHERS)
def test_all_languages_have_the_same_keys_and_values(language: str) -> None:
    def names(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    english, other = sentences("en"), sentences(language)
    assert english.keys() == other.keys()
    for key in english:
        assert names(english[key]) == names(other[key]), key
        assert english[key], key


def _used_keys() -> Iterator[str]:
    """What the interface can ask for, as regular expressions; a part filled in at run time is one word."""
    for file in INTERFACE:
        tree = parsed(file)
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
        for node in ast.walk(parsed(file)):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in known, f"{relative(file)}:{node.lineno}"


def test_modules_are_short() -> None:
    long = {}
    for file in [*CORE, *INTERFACE]:
        lines = file.read_text("utf-8").splitlines()
        if len(lines) > (LONGEST_PAGE if file in PAGES else LONGEST):
            long[relative(file)] = [line for line in lines if line.startswith("# Long because ")]
    unexplained = [file for file, reasons in long.items() if not reasons]
    assert unexplained == [], "split them, or say why: '# Long because ...'"


def test_functions_of_the_core_look_nothing_up_by_chance() -> None:
    """No `hasattr` and no `except` without a type: both hide what is wrong."""
    by_chance = [
        f"{relative(file)}:{node.lineno}"
        for file in CORE
        for node in ast.walk(parsed(file))
        if (isinstance(node, ast.Name) and node.id == "hasattr")
        or (isinstance(node, ast.ExceptHandler) and node.type is None)
    ]
    assert by_chance == []
