"""What a respondent said is shown, logged, sent and left behind by no command, on input good or bad."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd
import pytest

HERE = Path(__file__).parent
WATCHING = HERE / "watching"
GIVEN = "--text comment --id id"
COLUMNS = f"{GIVEN} --question question --group person"
CODEBOOK_2 = """\
id: synthetic
version: 2.0.0
codes:
  - {id: training, name: Training, definition: Knowledge or skill is shared.}
  - {id: money, name: Money, definition: Money is saved or pooled.}
  - {id: time, name: Time, definition: Time is saved.}
"""
TALK = """\
WEBVTT

00:01.000 --> 00:04.000
<v Ann>What helped?

00:05.000 --> 00:09.000
<v P1>Ask SECRET.
"""


def read_steps(name: str) -> list[list[str]]:
    """The commands of a file, a line each, as lists of words."""
    lines = (WATCHING / name).read_text("utf-8").splitlines()
    filled = [Template(line).substitute(GIVEN=GIVEN, COLUMNS=COLUMNS) for line in lines if line[:1] != "#"]
    return [shlex.split(line) for line in filled]


GOOD, BAD = read_steps("good.txt"), read_steps("bad.txt")


def write_bad(folder: Path, secret: str) -> None:
    """Damaged files of every kind that is read, each with the word where something else was wanted."""
    folder.mkdir()
    said = f"ask {secret}, who knows"
    (folder / "table.csv").write_text(
        f'id,comment,person,question\n1,"{said}\n2,x,{secret},{secret},q,z\n', "utf-8"
    )
    (folder / "table.jsonl").write_text(
        f'{{"id": "000", "comment": "{said}", "label": ["{said}"]}}\n{{"{said}', "utf-8"
    )
    for name in (
        "table.xlsx",
        "table.sav",
        "table.parquet",
        "note.docx",
        "note.pdf",
        "table.qdpx",
        "note.qdc",
    ):
        (folder / name).write_text(said, "utf-8")
    (folder / "talk.vtt").write_text(
        f"WEBVTT\n\n{said} --> 00:00\n{said}\n\n00:99:00.000 --> {said}\n", "utf-8"
    )
    (folder / "wide.csv").write_text(f"id,training,money\n000,{said.split(',')[0]},1\n001,0,1\n", "utf-8")
    (folder / "weighed.csv").write_text(f"id,training,money,said\n000,1,1,{secret}\n001,0,1,1\n", "utf-8")
    quoted = f'id,code,quote,start,end\n000,training,"{said} {secret}",{secret},3\nzz,money,"{said}",0,9\n'
    (folder / "long.csv").write_text(quoted, "utf-8")
    (folder / "tasks.json").write_text(
        json.dumps([{"id": said, "data": {"text": said}, "annotations": said}]), "utf-8"
    )
    (folder / "codebook.yaml").write_text(
        f"id: x\nversion: 1.0.0\ncodes:\n  - {{id: a, name: [1], examples: ['{said}', {{{secret}: 3}}]}}\n",
        "utf-8",
    )
    with zipfile.ZipFile(folder / "project.qdpx", "w") as packed:
        packed.writestr("project.qde", f"<Project><{secret} a='{said}'></Project>")
    for name, file in (("model-of-others", "config.json"), ("coded-folder", "provenance.json")):
        (folder / name).mkdir()
        (folder / name / file).write_text(f'{{"format": "{said}", "kind": "{said}"', "utf-8")
    (folder / "coded-folder" / "coded_wide.csv").write_text(f"id,comment\n1,{secret}\n", "utf-8")


@pytest.fixture(scope="module")
def place(study, secret: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders ``work/in`` (the study), ``work/bad`` (damaged files), ``home`` and ``temp``."""
    place = tmp_path_factory.mktemp("watched")
    shutil.copytree(study.folder, place / "work" / "in")
    (place / "work" / "in" / "codebook-2.yaml").write_text(CODEBOOK_2, "utf-8")
    for name, next_wave in (("comments", " It was so this year too."), ("wide", "")):
        table = pd.read_csv(study.folder / f"{name}.csv", dtype=str)
        table["id"] = "n" + table["id"]
        table.iloc[:, -1] += next_wave
        table.to_csv(place / "work" / "in" / f"{name}-2.csv", index=False)
    talk = TALK.replace("SECRET", secret)
    (place / "work" / "in" / "talk.vtt").write_text(talk, "utf-8")
    write_bad(place / "work" / "bad", secret)
    for name in ("home", "temp"):
        (place / name).mkdir()
    return place


def run_watched(place: Path, steps: list[list[str]]) -> list[dict[str, Any]]:
    """Run commands in one Python that may reach nothing: each one's result, then what the whole run noted."""
    (place / "steps.json").write_text(json.dumps(steps), "utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    env = {
        **kept,
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "temp"),
        "PYTHONPATH": os.pathsep.join([str(WATCHING), str(HERE.parents[1])]),
        "WATCH_LOG": str(place / "notes.jsonl"),
        "PYTHONDONTWRITEBYTECODE": "1",
        **preload(place),
    }
    command = [sys.executable, str(WATCHING / "run_commands.py"), "steps.json", "results.jsonl"]
    command[2:] = [str(place / name) for name in command[2:]]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=place / "work", env=env)
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in (place / "results.jsonl").read_text("utf-8").splitlines()]
    notes = place / "notes.jsonl"
    results.append({"native": done.stdout + done.stderr, "notes": notes.read_text("utf-8").splitlines()})
    return results


def preload(place: Path) -> dict[str, str]:
    """The environment that watches native code as well, where a compiler for it is at hand."""
    library = place / "outward.so"
    compiler = shutil.which("cc") if sys.platform == "linux" else None
    if compiler and not library.exists():
        command = [
            compiler,
            "-shared",
            "-fPIC",
            "-O1",
            "-o",
            str(library),
            str(WATCHING / "outward.c"),
        ]
        subprocess.run([*command, "-ldl"], check=True, capture_output=True)
    return {"LD_PRELOAD": str(library)} if library.exists() else {}


def files_with(folder: Path, word: str) -> list[str]:
    """The files under a folder that hold a word, packed or not, in whatever case, in UTF-8 or UTF-16."""
    low = word.lower()
    forms = [low.encode(), low.encode("utf-16-le")]
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        held = [path.read_bytes()]
        if path.suffix == ".parquet":
            held.append(str(pd.read_parquet(path).to_dict()).encode())
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                held += [packed.read(name) for name in packed.namelist()]
        if any(form in part.lower() for form in forms for part in held):
            found.append(path.relative_to(folder).as_posix())
    return found


@pytest.fixture(scope="module")
def watched(place: Path) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
    """Every command with its result, and what the whole run reached for."""
    *results, whole = run_watched(place, [*GOOD, *BAD])
    return list(zip(map(shlex.join, [*GOOD, *BAD]), results, strict=True)), whole


def holds(shown: str, secret: str) -> bool:
    return secret.casefold() in shown.casefold()


@pytest.mark.slow
def test_every_command_works_on_good_input(watched) -> None:
    assert not [(step, ran["shown"][-300:]) for step, ran in watched[0][: len(GOOD)] if ran["code"]]


@pytest.mark.slow
def test_every_command_of_the_program_was_run(textmine) -> None:
    listed = textmine("--help").out.split("Commands:")[1].splitlines()
    commands = {line.split()[0] for line in listed if line.startswith("  ") and line[2:3].strip()}
    assert commands == {step[0] for step in [*GOOD, *BAD]}, "add each new command to watching/good.txt"


@pytest.mark.slow
def test_bad_input_is_told_as_an_error_of_the_user(watched) -> None:
    """An error that nobody foresaw would be told by its kind alone: there is none."""
    for step, ran in watched[0][len(GOOD) :]:
        assert ran["code"] in (0, 1, 2) and "Unexpected" not in ran["shown"], (step, ran["trace"][-900:])


@pytest.mark.slow
def test_no_word_of_a_respondent_is_shown_logged_or_traced(watched, secret: str) -> None:
    """The trace is what a notebook would print: the error, what caused it, and what was met on the way."""
    ran_all = [(step, where, ran[where]) for step, ran in watched[0] for where in ("shown", "trace")]
    assert not [(step, where) for step, where, told in ran_all if holds(told, secret)]
    assert not holds(watched[1]["native"], secret)


@pytest.mark.slow
def test_nothing_is_left_in_the_folder_for_temporary_files(watched) -> None:
    assert not [(step, ran["left"]) for step, ran in watched[0] if ran["left"]]


@pytest.mark.slow
def test_temporary_files_are_for_their_owners_eyes(watched) -> None:
    """In whatever folder, from when a file is made until it takes its name."""
    kept = [json.loads(line) for line in watched[1]["notes"]]
    ends = [what for kind, what in kept if kind == "temp" and what[0] in ("os.chmod", "os.remove")]
    modes = [what for what in ends if what[1] != ".textmine-lock"]  # which is always empty
    assert len(modes) > 50
    assert not [what for what in modes if what[2] & 0o077]


@pytest.mark.slow
def test_nothing_reaches_out_and_no_browser_is_opened(watched) -> None:
    assert {json.loads(line)[0] for line in watched[1]["notes"]} == {"temp"}


@pytest.mark.slow
def test_models_and_topics_hold_no_name_that_one_person_said(watched, place: Path, secret: str) -> None:
    work = place / "work"
    assert files_with(work / "in", secret)  # the search finds it where it stands
    for folder in (
        work / "models",
        work / "out" / "topics",
        work / "out" / "eval",
        place / "home",
        place / "temp",
    ):
        assert folder.is_dir() and not files_with(folder, secret), folder.name
    assert not holds((work / "out" / "card.html").read_text("utf-8"), secret)


@pytest.mark.slow
def test_respondent_who_withdraws_is_in_no_file_that_a_command_wrote(
    watched, place: Path, secret: str
) -> None:
    work = place / "work"
    assert len(files_with(work / "out", secret)) > 10
    step = shlex.split("forget p00 --in in --in out --in models --delete-unedited")
    forgot, _ = run_watched(place, [step])
    assert forgot["code"] in (0, 1) and not holds(forgot["shown"] + forgot["trace"], secret)
    # What somebody else said in the interview is not theirs, and stays.
    assert files_with(work / "in", secret) + files_with(work / "out", secret) == ["talk.vtt", "turns.csv"]


def test_error_inside_shows_lines_of_code_and_no_word_where_asked(textmine, monkeypatch, secret: str) -> None:
    """Neither its message nor that of what caused it: either may quote a cell."""

    def fail(*_: object, **__: object) -> None:
        try:
            float(f"ask {secret}")
        except ValueError as error:
            raise KeyError(f"met {secret}") from error

    monkeypatch.setenv("TEXTMINE_DEBUG", "1")
    monkeypatch.setattr("textmine.jobs.models.list_models", fail)
    ran = textmine("models")
    assert ran.code == 1 and not holds(ran.out + ran.err, secret)
    shown = ran.err.splitlines()
    assert "KeyError" in shown and "ValueError" in shown and any("in fail" in line for line in shown)


def test_watch_sees_what_reaches_out(place: Path, tmp_path: Path) -> None:
    """The watch itself: the way out of Python, and of native code where a compiler is there, is refused."""
    from_python = (
        "import socket\ntry: socket.create_connection(('192.0.2.1', 9), 1)\nexcept OSError: print('no')"
    )
    from_native = "import ctypes; print(ctypes.CDLL(None).getaddrinfo(b'example.invalid', None, None, None))"
    env = {**os.environ, "PYTHONPATH": str(WATCHING), "WATCH_LOG": str(tmp_path / "notes"), **preload(place)}
    for program in (from_python, *([from_native] if "LD_PRELOAD" in env else [])):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", env=env)
        assert done.returncode == 0, done.stderr
    notes = (tmp_path / "notes").read_text("utf-8")
    assert "192.0.2.1" in notes
    assert "LD_PRELOAD" not in env or '"native"' in notes
