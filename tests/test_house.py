"""The rules of the house, held against the code itself: order, imports, docstrings, size, safety, speed."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import textmine

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "textmine"
SOURCES = sorted(PACKAGE.rglob("*.py"))

HEAVY = ("pandas", "numpy", "torch", "sklearn", "scipy", "spacy", "model2vec", "pydantic", "rich")
UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "shelve", "marshal"}
UNSAFE_CALLS = {("joblib", "load"), ("joblib", "dump"), ("torch", "load"), ("torch", "save")}
UNSAFE_METHODS = {"read_pickle", "to_pickle"}

# An absolute path of somebody's home, work or scratch folder; written so that this file has none.
FOLDERS = "|".join(("home", "root", "work", "tmp", "Users", "private", "mnt"))
MACHINE_PLACE = re.compile(rf"(?<![\w.~-])/(?:{FOLDERS})/\w|\b[A-Za-z]:\\+Users\\+\w".encode())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """The top module that a file belongs to: coding for textmine/coding/coder.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def rooms_imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and top module of each import of textmine's own, wherever in the file it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "textmine":
            targets = [f"textmine.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            targets = [node.module]
        else:
            continue
        for parts in (target.split(".") for target in targets):
            if parts[0] == "textmine" and len(parts) > 1 and parts[1] != "__version__":
                yield node.lineno, textmine._PUBLIC.get(parts[1], parts[1]).split(".")[0]


def unsafe_uses(tree: ast.Module) -> Iterator[int]:
    """Lines that load or save by pickle, plainly or through another package."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                unsafe = any(alias.name.split(".")[0] in UNSAFE_MODULES for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                unsafe = module.split(".")[0] in UNSAFE_MODULES
                unsafe |= any((module, alias.name) in UNSAFE_CALLS for alias in names)
            case ast.Attribute(value=ast.Name(id=owner), attr=attr):
                unsafe = (owner, attr) in UNSAFE_CALLS or attr in UNSAFE_METHODS
            case ast.Attribute(attr=attr):
                unsafe = attr in UNSAFE_METHODS
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                unsafe = True
            case _:
                unsafe = False
        if unsafe:
            yield node.lineno


def run_python(code: str) -> str:
    """What a fresh Python prints for some code."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_module_list_and_disk_agree() -> None:
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert files | rooms == set(textmine.MODULES)
    assert not files & rooms
    assert len(textmine.MODULES) == len(set(textmine.MODULES))


def test_module_imports_only_from_above() -> None:
    place = {name: number for number, name in enumerate(textmine.MODULES)}
    place |= {"__init__": -1, "__main__": len(place)}
    wrong = []
    for path in SOURCES:
        if path == PACKAGE / "__init__.py":  # it names every module, but loads none
            continue
        here = room_of(path)
        for line, room in rooms_imported(tree_of(path)):
            if room != here and place.get(room, len(place)) >= place.get(here, -1):
                wrong.append(f"{name_of(path)}:{line} imports textmine.{room}, which is not above {here}")
    assert not wrong, "\n".join(wrong)


def test_imports_are_absolute() -> None:
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not wrong


@pytest.mark.parametrize("name", sorted(set(textmine.__all__) - {"MODULES", "__version__"}))
def test_public_name_resolves_and_is_documented(name: str) -> None:
    thing = getattr(textmine, name)
    assert thing.__name__ == name
    words = (thing.__doc__ or "").strip()
    assert words and not words.startswith(f"{name}("), f"textmine.{name} has no docstring of its own"


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = textmine.no_such_name


def test_names_for_type_checkers_are_the_public_names() -> None:
    shown = {
        alias.name: node.module
        for node in ast.walk(tree_of(PACKAGE / "__init__.py"))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("textmine.")
        for alias in node.names
    }
    assert shown == {name: f"textmine.{module}" for name, module in textmine._PUBLIC.items()}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_file_is_documented_and_of_readable_size(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), "begin the file with a docstring that says what it is for"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, "probably two nouns: split it"


def test_no_pickle() -> None:
    assert not [f"{name_of(path)}:{line}" for path in SOURCES for line in unsafe_uses(tree_of(path))]


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from dill import load",
        "from joblib import load",
        "joblib.load(p)",
        "torch.load(p)",
        "pd.read_pickle(p)",
        "frame.copy().to_pickle(p)",
        "np.load(p, allow_pickle=True)",
    ],
)
def test_check_for_pickle_sees_it(code: str) -> None:
    assert list(unsafe_uses(ast.parse(code)))


def columns_read_again(tree: ast.AST) -> Iterator[int]:
    """Lines that take one row of a corpus's column inside a loop, which builds the whole column each time."""
    loops = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for loop in (node for node in ast.walk(tree) if isinstance(node, loops)):
        for node in ast.walk(loop):
            if isinstance(node, ast.Subscript) and re.search(
                r"\bcorpus\.(ids|texts|questions|groups)$", ast.unparse(node.value)
            ):
                yield node.lineno


def test_no_loop_builds_a_column_for_each_row() -> None:
    again = [f"{name_of(path)}:{line}" for path in SOURCES for line in columns_read_again(tree_of(path))]
    assert not again, "take the column before the loop: ids = corpus.ids"


@pytest.mark.parametrize("code", ["[corpus.ids[i] for i in rows]", "for i in rows: x(self.corpus.texts[i])"])
def test_check_for_columns_sees_them(code: str) -> None:
    assert list(columns_read_again(ast.parse(code))) == [1]
    assert not list(columns_read_again(ast.parse("ids = corpus.ids\n[ids[i] for i in rows]")))


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        if room_of(path) not in {"cli", "commands"}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not wrong


def test_import_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import json, sys, time; start = time.perf_counter(); import textmine; "
        "print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))"
    )
    runs = [json.loads(run_python(code)) for _ in range(5)]
    assert not set(HEAVY) & set(runs[0][1])
    assert min(seconds for seconds, _ in runs) < 0.2


def test_no_project_file_names_a_place_on_one_machine() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout.decode("utf-8")
    wrong = []
    for path in (ROOT / name for name in listed.split("\0") if name):
        if path.is_file() and (found := MACHINE_PLACE.search(path.read_bytes())):
            wrong.append(f"{name_of(path)}: byte {found.start()}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", [("", "home", "someone"), ("", "tmp", "x"), ("file://", "Users", "me")])
def test_check_for_places_sees_them(path: tuple[str, ...]) -> None:
    assert MACHINE_PLACE.search("/".join(path).encode())
    assert MACHINE_PLACE.search("\\".join(("C:", "Users", "me")).encode())
    assert not MACHINE_PLACE.search(b"see docs/home/index and ~/study/survey")
