"""The documentation: navigation, public names with examples, the tutorial run, the site built and opened."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from typer.main import get_command

import textmine
from textmine.cli import app

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WIDTHS = (390, 1024, 1600)
#: Pages of each kind: prose, tables, code, figures, generated ones.
OPENED = ("index", "tutorial", "estimates", "annotating", "reference/commands", "reference/coded")
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, whose extensions may be Python names."""


def pages_in(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry, list):
        for below in entry:
            yield from pages_in(below)
    else:
        yield entry


# --- the pages ------------------------------------------------------------------------------------------


def test_every_page_stands_in_the_navigation_once() -> None:
    nav = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), _Loader)["nav"]
    listed = [page for page in pages_in(nav) if (DOCS / page).is_file()]
    assert sorted(listed) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_page_begins_with_its_one_title() -> None:
    for path in sorted(DOCS.rglob("*.md")):
        text = re.sub(r"^(`{3,}).*?^\1$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        titles = [line for line in text.splitlines() if line.startswith("# ")]
        assert text.startswith("# ") and len(titles) == 1, path.name


def test_command_that_a_page_shows_exists() -> None:
    known = get_command(app).commands
    for path in sorted(DOCS.rglob("*.md")):
        for found in re.finditer(r"^(?:\S*/)?textmine ([a-z]+)", path.read_text("utf-8"), re.MULTILINE):
            assert found[1] in known or found[1] in PROSE, f"{path.name}: textmine {found[1]}"


#: Words with which a line of prose goes on after the name of the program.
PROSE = {"makes", "computes", "reads", "says", "must", "needs", "fits", "has", "is", "keeps", "runs", "and"}


# --- public names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", textmine._PUBLIC)
def test_public_name_says_what_it_is_and_shows_an_example(name: str) -> None:
    said = inspect.getdoc(getattr(textmine, name)) or ""
    assert ">>> " in said, f"{name}: no example"
    assert len(said.split(">>>")[0].split()) >= 5, f"{name}: what is it?"


def public_functions() -> Iterator[tuple[str, Any]]:
    things = ((name, getattr(textmine, name)) for name in textmine._PUBLIC)
    return ((name, thing) for name, thing in things if inspect.isfunction(thing))


def test_public_function_says_which_errors_it_raises() -> None:
    silent = []
    for name, thing in public_functions():
        said = inspect.getdoc(thing) or ""
        silent += [f"{name}: {error}" for error in find_raised(thing) if error not in said]
    assert not silent


def test_public_function_says_what_its_options_are() -> None:
    """An option is known by its own name in the docstring, or by a name that says all."""
    silent = []
    for name, thing in public_functions():
        said = (inspect.getdoc(thing) or "").lower()
        options = [p.name for p in inspect.signature(thing).parameters.values() if p.kind is p.KEYWORD_ONLY]
        silent += [f"{name}: {o}" for o in options if o not in PLAIN and not re.search(rf"\b{o}", said)]
    assert not silent


def public_methods() -> Iterator[tuple[str, type, Any]]:
    """Methods and properties that public classes define themselves, with their class."""
    for name in textmine._PUBLIC:
        thing = getattr(textmine, name)
        for key, held in vars(thing).items() if inspect.isclass(thing) else ():
            plain = held.fget if isinstance(held, property) else getattr(held, "__func__", held)
            if not key.startswith("_") and inspect.isfunction(plain):
                yield f"{name}.{key}", thing, plain


def test_public_method_says_what_it_does_what_its_options_are_and_what_it_raises() -> None:
    silent = []
    for name, owner, method in public_methods():
        said = inspect.getdoc(method) or ""
        if len(said.split()) < 4:
            silent.append(f"{name}: what does it do?")
        silent += [f"{name}: {error}" for error in find_raised(method) if error not in said]
        both = f"{said} {inspect.getdoc(owner) or ''}".lower()
        options = [p.name for p in inspect.signature(method).parameters.values() if p.kind is p.KEYWORD_ONLY]
        silent += [f"{name}: {o}" for o in options if o not in PLAIN and not re.search(rf"\b{o}", both)]
    assert not silent


def test_docstring_names_every_argument_and_field_in_its_words() -> None:
    """In the words, not in the example: methods may leave it to their class."""
    silent = []
    for name, thing in public_callables():
        said = words_of(thing)
        owner = getattr(textmine, name.split(".")[0])
        both = f"{said}\n{words_of(owner)}" if "." in name else f"{said}\n{words_of_init(thing)}"
        silent += [f"{name}: {p}" for p in arguments_of(thing) if not is_named(p, both)]
    assert not silent


def public_callables() -> Iterator[tuple[str, Any]]:
    """Public functions, classes, and the methods that these define themselves."""
    for name in textmine._PUBLIC:
        thing = getattr(textmine, name)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            yield name, thing
    for name, _, method in public_methods():
        yield name, method


def arguments_of(thing: Any) -> list[str]:
    """What is given to a function or a class by name or place."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.kind not in kinds and p.name not in ("self", "cls")]


def words_of(thing: Any) -> str:
    """A docstring of its own without its examples."""
    said = inspect.cleandoc(thing.__doc__ or "")
    return re.sub(r"^[ \t]*>>>.*?(\n[ \t]*\n|\Z)", "\n", said, flags=re.MULTILINE | re.DOTALL)


def words_of_init(thing: Any) -> str:
    init = vars(thing).get("__init__") if inspect.isclass(thing) else None
    return "" if init is None else words_of(init)


def is_named(argument: str, said: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(argument)}(?!\w)", said, re.IGNORECASE) is not None


def find_raised(thing: Any) -> set[str]:
    """Public errors that a function raises itself."""
    source = inspect.getsource(thing)
    tree = ast.parse(f"class Held:\n{source}" if source[0].isspace() else source)
    calls = [n.exc.func for n in ast.walk(tree) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)} & set(textmine._PUBLIC)


#: Options that mean the same wherever they stand: the seed of random choices, columns, respondents' words.
PLAIN = {
    "seed",
    "progress",
    "texts",
    "text",
    "id",
    "question",
    "group",
    "wave",
    "weight",
    "encoding",
    "sheet",
}


# --- the tutorial -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_tutorial_runs_as_it_stands(textmine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in ("canteen.csv", "canteen-by-hand.csv"):
        shutil.copy(DOCS / "assets" / table, tmp_path)
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"(<!-- not run: set-up -->\n)?```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for unrun, block in blocks if not unrun for line in block.splitlines()]
    assert len(lines) >= 4
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "textmine"
        ran = textmine(*words)
        assert ran.code == 0, f"{line}\n{ran.err}"
    assert (tmp_path / "coded" / "coded_wide.csv").is_file() and (tmp_path / "report.html").is_file()


# --- the site -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built with warnings as errors."""
    pytest.importorskip("mkdocs", reason="mkdocs is not installed: pip install 'textmine[docs]'")
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    named = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=named, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


class Links(HTMLParser):
    """What a page points to, what it loads, and the places in it that can be pointed to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.places |= {held[name] for name in ("id", "name") if name in held}
        if tag == "a" and held.get("href"):
            self.links.append(held["href"])
        elif tag == "link" and held.get("href"):
            self.loaded.append(held["href"])
        elif held.get("src"):
            self.loaded.append(held["src"])


@pytest.mark.slow
def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {path: Links(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    assert len(pages) > 60
    wrong = []
    for path, page in pages.items():
        for target in page.loaded:
            if urlsplit(target).scheme not in ("", "data"):
                wrong.append(f"{path.name} loads {target}")
        for target in page.links if path.name != "404.html" else []:
            parts = urlsplit(target)
            if parts.scheme in ("http", "https"):
                wrong += [] if "." in parts.netloc else [f"{path.name}: {target}"]
                continue
            there = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            if not there.is_file():
                wrong.append(f"{path.relative_to(site)}: {target}")
            elif parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].places:
                wrong.append(f"{path.relative_to(site)}: no place {target}")
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.slow
def test_every_public_name_and_command_has_its_place(site: Path) -> None:
    places = set().union(*(Links(p.read_text("utf-8")).places for p in (site / "reference").glob("*.html")))
    assert not [name for name in textmine._PUBLIC if not any(p.endswith(f".{name}") for p in places)]
    assert not [
        name for name in get_command(app).commands if not any(f"textmine-{name}" in p for p in places)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_each_screen(site: Path, chromium, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    for width in WIDTHS:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        for name in OPENED:
            page.goto((site / f"{name}.html").as_uri())
            page.wait_for_selector("article")
            where = f"{name} at {width} px, {scheme}"
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, where
            found = axe.run(page, options={"runOnly": _WCAG}).response["violations"]
            assert not found, f"{where}: {[(v['id'], v['nodes'][0]['html'][:200]) for v in found]}"
        context.close()
        assert {urlsplit(url).scheme for url in asked} <= {"file", "data", "blob"}


@pytest.mark.slow
def test_search_works_from_a_folder(site: Path, chromium) -> None:
    page = chromium.new_page(viewport={"width": 1600, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.locator(".md-search__input").first.click()
    page.keyboard.type("certificate", delay=30)
    page.wait_for_selector(".md-search-result__item a[href*='certificates']", timeout=30_000)
    page.close()
