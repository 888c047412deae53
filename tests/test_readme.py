"""Every block of README.md, and of the page that goes on from it, is run in a copy of a fresh clone."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from typer.main import get_command

from textmine.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
#: Goes on from the README: its blocks are run after those, with the same names.
IN_PYTHON = ROOT / "docs" / "in-python.md"
FOLDERS = ("corpora", "annotations", "models", "docs/assets")

_BLOCK = re.compile(r"(?:^<!-- not run: ([^\n]*?) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Reasons that let a block stand unrun, and commands that are looked up rather than run.
SET_UP = re.compile(r"\b(set-?up|sets? up|install|fresh clone)", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its first line in the file and why it is not run."""

    language: str
    line: int
    code: str
    unrun: str
    file: str = "README.md"

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command of a sh block, comments left out."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := shlex.split(line, comments=True))]

    @property
    def trains(self) -> bool:
        """Whether it trains a coder, which on the shipped corpus takes a minute."""
        if self.language == "python":
            return ".fit(" in self.code or "cross_validate(" in self.code
        return any(words[:2] == ["textmine", "train"] for words in self.commands)


def find_blocks(text: str, file: str = "README.md") -> list[Block]:
    return [
        Block(found[2], text.count("\n", 0, found.start(3)) + 1, found[3], found[1] or "", file)
        for found in _BLOCK.finditer(text)
    ]


BLOCKS = find_blocks(README.read_text("utf-8"))
SHOWN = [block for block in BLOCKS if block.language in ("sh", "python") and not block.unrun]
RUN = [*SHOWN, *find_blocks(IN_PYTHON.read_text("utf-8"), IN_PYTHON.name)]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the corpora, the annotations and the models, to work in."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_shell(block: Block, textmine, *, stand_in: bool) -> None:
    for words in block.commands:
        where = f"{block.file}, line {block.line}: {shlex.join(words)}"
        if words[0] == "make":
            assert_targets_exist(words[1:], where)
            continue
        assert words[0] == "textmine", f"{where}\nnot run here; mark the block <!-- not run: set-up -->"
        assert not {"|", ">", "<", "&&", ";"} & set(words), f"{where}\none plain command a line, please"
        if stand_in and words[1] == "train":
            shutil.copytree(ROOT / "models" / "school-collaboration", words[words.index("--out") + 1])
            continue
        if stand_in and words[1] == "shrink":  # takes accurate models alone, and the stand-in is a fast one
            continue
        if words[1] == "annotate":
            assert_serves(words[1:], where)
            continue
        ran = textmine(*words[1:])
        assert ran.code == 0, f"{where}\n{ran.err or ran.out}"


def assert_serves(words: list[str], where: str) -> None:
    """The pages are served until the command is interrupted, as a user does with Ctrl+C."""
    own = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}
    command = [sys.executable, "-c", "from textmine.cli import main; main()", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", **own) as serving:
        try:
            said = []
            for line in serving.stdout:
                said.append(line)
                if line.startswith("Stop with"):
                    break
            link = re.search(r"(http://127\.0\.0\.1:\d+)/#", "".join(said))
            assert link, f"{where}\n{''.join(said)}"
            with urlopen(link[1], timeout=30) as page:
                assert page.status == 200 and b"enter.js" in page.read(), where
            serving.send_signal(signal.CTRL_C_EVENT if sys.platform == "win32" else signal.SIGINT)
            serving.stdout.read()
            assert serving.wait(30) == 0, where
        finally:
            serving.kill()


def run_python(block: Block, names: dict[str, object]) -> None:
    padded = "\n" * (block.line - 1) + block.code  # so that a traceback names the line of the README
    exec(compile(padded, block.file, "exec"), names)


def assert_targets_exist(targets: list[str], where: str) -> None:
    made = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert made and targets, where
    assert set(targets) <= set(made[1].split()), f"{where}\nno such target"


def test_readme_has_blocks_of_both_kinds() -> None:
    assert {block.language for block in SHOWN} == {"sh", "python"}
    assert README.read_text("utf-8").count("\n```") == 2 * len(BLOCKS)


def test_readme_is_short_enough_to_be_read() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 300


def test_block_that_is_not_run_is_one_of_set_up() -> None:
    for block in BLOCKS:
        assert not block.unrun or SET_UP.search(block.unrun), f"README.md, line {block.line}: {block.unrun}"


@pytest.mark.parametrize("command", get_command(app).commands, ids=str)
def test_readme_shows_every_command(command: str) -> None:
    shown = {
        words[1] for block in SHOWN if block.language == "sh" for words in block.commands if len(words) > 1
    }
    assert command in shown


def test_blocks_run_with_the_shipped_model_for_one_that_takes_a_minute(clone: Path, textmine) -> None:
    names: dict[str, object] = {}
    for block in RUN:
        if block.language == "sh":
            run_shell(block, textmine, stand_in=True)
        elif not block.trains:
            run_python(block, names)


@pytest.mark.slow
def test_blocks_run_as_they_stand(clone: Path, textmine) -> None:
    names: dict[str, object] = {}
    for block in RUN:
        if block.language == "sh":
            run_shell(block, textmine, stand_in=False)
        else:
            run_python(block, names)


def test_files_that_the_readme_names_exist() -> None:
    named = set(
        re.findall(
            r"`((?:corpora|annotations|models|docs|benchmarks|tests)/[\w./-]*)`", README.read_text("utf-8")
        )
    )
    gone = sorted(name for name in named if not (ROOT / name).exists())
    assert not gone


def test_blocks_are_found_with_their_reasons() -> None:
    text = "a\n\n<!-- not run: set-up -->\n```sh\nmake x \\\n  y  # z\n```\n\n```python\n1\n```\n"
    first, second = find_blocks(text)
    assert (first.language, first.unrun, first.line, first.commands) == (
        "sh",
        "set-up",
        5,
        [["make", "x", "y"]],
    )
    assert (second.language, second.unrun, second.line, second.code) == ("python", "", 10, "1\n")
