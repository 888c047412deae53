"""Pages that are made when the documentation is built: the reference, measured tables, cards, datasheets.

``mkdocs.yml`` names this file as a hook. What stands in the code (docstrings, help texts) and in the folders
``benchmarks/results``, ``models`` and ``corpora`` is shown from there, so that no page can be out of date.
"""

from __future__ import annotations

import html
import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import textmine

ROOT = Path(__file__).resolve().parents[1]

#: Entries of the navigation that are filled here: page to begin with -> the pages made for it.
_COMMANDS, _PYTHON = "reference/commands.md", "reference/python.md"
_BENCHMARKS, _CARDS = "benchmarks/index.md", "models/index.md"

#: Folders of the repository whose pages are shown under the same path; links into them keep working.
_SHOWN = {
    "benchmarks/results": "*.md",
    "models": "*/card.md",
    "corpora": "*/datasheet.md",
    "annotations": "*/README.md",
}

_FENCE = re.compile(r"^(`{3,})")
_INDENT = "    "


# --- what mkdocs calls ------------------------------------------------------------------------------------


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the parts of the navigation that are made here."""
    made = {
        _PYTHON: [_PYTHON, *(f"reference/{room}.md" for room in public_rooms())],
        _BENCHMARKS: [_BENCHMARKS, *result_pages()],
    }
    config.nav = [_fill(entry, made) for entry in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made here, and the figures that they show."""
    pages = {
        _COMMANDS: write_commands(),
        _PYTHON: write_python_index(),
        _BENCHMARKS: write_benchmark_index(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text("utf-8"),
    }
    pages |= {f"reference/{room}.md": write_room(room) for room in public_rooms()}
    for folder, pattern in _SHOWN.items():
        for path in sorted((ROOT / folder).glob(pattern)):
            pages[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
    for where, content in pages.items():
        files.append(File.generated(config, where, content=content))
    for figure in sorted((ROOT / "benchmarks/results").glob("*.svg")):
        files.append(
            File.generated(config, figure.relative_to(ROOT).as_posix(), abs_src_path=os.fspath(figure))
        )
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn paths of the repository into links between pages, wherever a page stands for the file."""
    del config
    here = page.file.src_uri

    def link(target: str) -> str | None:
        path = target.removeprefix("../").removeprefix("docs/")
        found = files.get_file_from_path(path)
        return None if found is None else posixpath.relpath(path, posixpath.dirname(here) or ".")

    def name(match: re.Match[str]) -> str:
        target = link(match[1])
        same = match[1].removeprefix("docs/") == here
        return match[0] if target is None or same else f"[{match[0]}]({target})"

    def point(match: re.Match[str]) -> str:
        target = link(match[1])
        return match[0] if target is None else f"]({target}{match[2] or ''})"

    lines, fence = [], ""
    for line in markdown.splitlines():
        mark = _FENCE.match(line.strip())
        if mark and (not fence or line.strip() == fence):
            fence = "" if fence else mark[1]
        elif not fence:
            line = re.sub(r"\]\(((?:\.\./|docs/)[\w./-]+)(#[\w-]+)?\)", point, line)
            line = re.sub(
                r"(?<!\[)`((?:docs|benchmarks/results|models|corpora|annotations)/[\w./-]+\.md)`", name, line
            )
        lines.append(line)
    return "\n".join(lines) + "\n"


class FenceExamples(griffe.Extension):
    """Shows the examples of docstrings as code; for they stand there as plain text."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples of one docstring."""
        if obj.docstring and not getattr(obj, "_fenced", False):
            obj.docstring.value = fence_examples(obj.docstring.value)
            obj._fenced = True  # type: ignore[attr-defined]


# --- what is shown from the code --------------------------------------------------------------------------


def fence_examples(text: str) -> str:
    """The docstring with each example between fences.

    >>> fence_examples("Adds.\\n\\n>>> 1 + 1\\n2\\n").splitlines()[2:]
    ['```pycon', '>>> 1 + 1', '2', '```']
    """
    lines, open_ = [], False
    for line in text.splitlines():
        if line.lstrip().startswith(">>>") and not open_:
            lines += ([""] if lines and lines[-1] else []) + ["```pycon"]
            open_ = True
        elif open_ and not line.strip():
            lines.append("```")
            open_ = False
        lines.append(re.sub(r"\s*# doctest:.*$", "", line))
    return "\n".join([*lines, "```"] if open_ else lines)


def public_rooms() -> list[str]:
    """The modules that have public names, in the order of the work."""
    rooms = {module.split(".")[0] for module in textmine._PUBLIC.values()}
    return [room for room in textmine.MODULES if room in rooms]


def names_of(room: str) -> dict[str, str]:
    """Public names of a module with the path that they are documented under."""
    places = {name: place for name, place in textmine._PUBLIC.items() if place.split(".")[0] == room}
    return {name: f"textmine.{place}.{name}" for name, place in places.items()}


def purpose_of(room: str) -> str:
    """The first line of a module's docstring."""
    file = ROOT / "textmine" / room / "__init__.py"
    file = file if file.is_file() else ROOT / "textmine" / f"{room}.py"
    return file.read_text("utf-8").split('"""')[1].strip().splitlines()[0]


def write_room(room: str) -> str:
    """The page of the public names of a module."""
    blocks = [f"# textmine.{room}", purpose_of(room)]
    blocks += [f"::: {path}" for path in names_of(room).values()]
    return "\n\n".join(blocks) + "\n"


def write_python_index() -> str:
    """The page that lists all public names, by module, in the order of the work."""
    lines = [
        "# Python",
        "",
        "All public names, in the order of the work; `import textmine as tm` and say `tm.NAME`. A name is"
        " loaded when it is first used. Every example on these pages is run by the tests.",
    ]
    for room in public_rooms():
        lines += ["", f"## [{room}]({room}.md)", "", purpose_of(room), ""]
        lines += [f"- [`{name}`][{path}]" for name, path in names_of(room).items()]
    return "\n".join(lines) + "\n"


def write_commands() -> str:
    """The page of the command line, from the help texts."""
    from typer.main import get_command

    from textmine.cli import app

    lines = [
        "# Command line",
        "",
        "In the order of the work, from the help texts: `textmine COMMAND --help` says the same. Exit status:"
        " 0 done, 1 an error told in one line, 2 wrong usage.",
    ]
    for words, command in walk_commands(get_command(app)):
        lines += write_command(words, command)
    return "\n".join(lines) + "\n"


def walk_commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words, those of a group after it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from walk_commands(command, (*words, name))
        else:
            yield (*words, name), command


def write_command(words: tuple[str, ...], command: Any) -> list[str]:
    """The part of the page about one command."""
    import typer

    context = typer.Context(command, info_name="textmine " + " ".join(words))
    usage = " ".join(command.get_usage(context).split()).removeprefix("Usage: ")
    lines = ["", f"## textmine {' '.join(words)}"]
    for paragraph in (command.help or "").split("\n\n"):
        lines += ["", escape(paragraph)]
    lines += ["", "```text", usage, "```", "", "| option | meaning |", "| --- | --- |"]
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record and parameter.name != "help":
            lines.append(f"| <code>{html.escape(record[0])}</code> | {escape(record[1])} |")
    return lines


def escape(text: str) -> str:
    """Plain text that Markdown leaves as it is."""
    text = re.sub(r"\s+", " ", text).replace("|", "&#124;")
    return re.sub(r"([*_<\[\]])", r"\\\1", text)


# --- what is shown from the folders -----------------------------------------------------------------------


def result_pages() -> list[str]:
    """Pages of measured tables."""
    return [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "benchmarks/results").glob("*.md"))]


def write_benchmark_index() -> str:
    """The page that lists the measured tables, after what ``benchmarks/README.md`` says of them."""
    said = (ROOT / "benchmarks/README.md").read_text("utf-8")
    lines = [said.rstrip(), "", "## All tables", ""]
    for page in result_pages():
        title = (ROOT / page).read_text("utf-8").splitlines()[0].lstrip("# ")
        lines.append(f"- [{title}]({page.removeprefix('benchmarks/')})")
    return "\n".join(lines) + "\n"


def _fill(entry: Any, made: dict[str, list[str]]) -> Any:
    """An entry of the navigation with the pages made for it in the place of the first of them."""
    if isinstance(entry, dict):
        return {title: _fill(below, made) for title, below in entry.items()}
    if isinstance(entry, list):
        return [_fill(below, made) for below in entry]
    return made.get(entry, entry)
