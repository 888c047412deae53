"""The command line: usage, errors in one line, what is printed where."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from textmine import __version__
from textmine.cli import app

COLUMNS = ("--text", "comment", "--id", "id")


def commands(group=None, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command there is, as its words."""
    group = group or get_command(app)
    found = []
    for name, command in group.commands.items():
        below = hasattr(command, "commands")
        found += commands(command, (*path, name)) if below else [(*path, name)]
    return found


@pytest.fixture
def wave(write_csv, tmp_path: Path, secret: str) -> Path:
    """Three comments with a word in each that may not be shown."""
    rows = [["1", f"We train {secret}"], ["2", f"{secret} pooled money"], ["3", secret]]
    return write_csv(tmp_path / "wave.csv", ["id", "comment"], rows)


@pytest.fixture
def code(textmine, tiny_model: Path, tmp_path: Path):
    """Runs `textmine code` with the tiny model into a fresh folder."""

    def run(*arguments: object, model: object = tiny_model, out: object = tmp_path / "out"):
        return textmine("code", *arguments, "--model", model, "--out", out)

    return run


# --- usage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_says_what_it_does_and_what_each_option_means(textmine, words: tuple[str, ...]) -> None:
    ran = textmine(*words, "--help")
    assert ran.code == 0 and ran.err == ""
    command = get_command(app)
    for word in words:
        command = command.commands[word]
    assert command.help and command.help.split(".")[0].strip() in " ".join(ran.out.split())
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{' '.join(words)}: {parameter.name} has no help"


def test_help_lists_the_commands_in_the_order_of_the_work(textmine) -> None:
    shown = re.findall(r"^  (\w+) {2,}", textmine("--help").out, re.MULTILINE)
    order = "demo init read clean redact annotate agree train shrink evaluate certify code topics"
    rest = "prevalence waves release export import framework report trace card models forget"
    assert shown == [*order.split(), *rest.split(), "codebook", "labels", "record"]


def test_version_is_shown(textmine) -> None:
    assert textmine("--version").out == f"textmine {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["code"],
        ["code", "wave.csv", "--out", "x"],
        ["code", "wave.csv", "--model", "m"],
        ["code", "wave.csv", "--model", "m", "--out", "x", "--nonsense"],
        ["code", "wave.csv", "--model", "m", "--out", "x", "--format", "pdf"],
        ["train", "wave.csv", "--out", "x"],
        ["train", "wave.csv", "--labels", "l.csv"],
        ["train", "wave.csv", "--labels", "l.csv", "--out", "x", "--tier", "magic"],
        ["train", "wave.csv", "--labels", "l.csv", "--out", "x", "--seed", "many"],
        ["evaluate", "model", "wave.csv", "--out", "x"],
        ["codebook"],
        ["codebook", "check"],
        [],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_writes_nothing(
    textmine, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert textmine(*arguments).code == 2
    assert not list(tmp_path.iterdir())


def test_command_runs_as_a_program_too(tmp_path: Path) -> None:
    script = [
        sys.executable,
        "-c",
        "from textmine.cli import main; main()",
        "code",
        "gone.csv",
        "--model",
        "x",
    ]
    done = subprocess.run([*script, "--out", "out"], capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: No model 'x'") and done.stderr.count("\n") == 1


# --- a user's errors: one line with file, place and remedy, no respondent's word --------------------------


def test_missing_file_is_named(code, tmp_path: Path) -> None:
    assert (
        code(tmp_path / "gone.csv").error
        == f"No file {tmp_path / 'gone.csv'}. Check its name and its folder."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "wave.csv is empty: it has no header"),
        (b"\n\n", "wave.csv is empty: it has no header"),
        (b"id,comment\n", "wave.csv is empty: it has a header but no rows"),
        (b"id,comment,comment\n1,a,b\n", "Column names of wave.csv stand more than once: 'comment'"),
        (b"id,comment\n,We train\n", "No row of wave.csv has an id"),
        (b"id,comment\n1\n", "No row of wave.csv could be read"),
    ],
)
def test_file_that_is_no_table_is_refused(code, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "wave.csv").write_bytes(content)
    error = code(tmp_path / "wave.csv", *COLUMNS).error
    assert error.startswith(said) and error.count(". ") >= 1  # what was met, then what to do
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["wave.xlsx", "wave.parquet", "wave.jsonl"])
def test_damaged_file_is_named_without_its_content(code, tmp_path: Path, secret: str, name: str) -> None:
    (tmp_path / name).write_bytes(b'{"id": 1, "comment": "' + secret.encode())
    assert code(tmp_path / name, *COLUMNS).error.startswith(name)


def test_kind_of_file_that_is_not_read_is_told_with_those_that_are(code, tmp_path: Path) -> None:
    (tmp_path / "wave.png").write_bytes(b"x")
    error = code(tmp_path / "wave.png").error
    assert "wave.png" in error and ".csv" in error and ".xlsx" in error
    assert "is a folder" in code(tmp_path).error


@pytest.mark.parametrize("option", ["text", "id", "question", "group"])
def test_column_that_is_not_there_is_told_with_those_that_are(code, wave: Path, option: str) -> None:
    others = [part for part in zip(COLUMNS[::2], COLUMNS[1::2], strict=True) if part[0] != f"--{option}"]
    ran = code(wave, *(word for pair in others for word in pair), f"--{option}", "q12")
    assert ran.error == f"No column 'q12' in wave.csv. Columns: id, comment. Choose one with --{option}."


def test_two_columns_that_could_be_the_text_are_named(code, write_csv, tmp_path: Path, secret: str) -> None:
    rows = [["1", f"{secret} was here", "We train"], ["2", "Money is pooled", secret]]
    ran = code(write_csv(tmp_path / "two.csv", ["id", "comment", "feedback"], rows))
    assert ran.error.startswith("Two columns of two.csv could be the text: comment, feedback.")
    assert ran.error.endswith("Choose one with --text.")


def test_no_column_that_could_be_the_text_or_the_id_is_told(code, write_csv, tmp_path: Path) -> None:
    ran = code(write_csv(tmp_path / "n.csv", ["id", "age"], [["1", "30"], ["2", "40"]]))
    assert "No column of n.csv looks like free text" in ran.error and "--text" in ran.error
    ran = code(write_csv(tmp_path / "n.csv", ["id", "comment"], [["1", "a b c"], ["1", "d e f"]]))
    assert "No column of n.csv tells its rows apart" in ran.error and "--id" in ran.error


def test_missing_model_is_told_with_those_there_are(code, wave: Path) -> None:
    error = code(wave, model="nonesuch").error
    assert error.startswith("No model 'nonesuch'") and "There is: " in error
    assert "school-collaboration" in error.split("There is: ")[1]


def damage(folder: Path, name: str, how: str) -> None:
    path = folder / name
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif how == "emptied":
        path.write_bytes(b"")
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x01
        path.write_bytes(bytes(content))


@pytest.mark.parametrize("how", ["gone", "cut", "emptied", "flipped"])
@pytest.mark.parametrize("name", ["weights.safetensors", "vocabulary.json", "codebook.yaml"])
def test_corrupt_model_folder_is_told_with_the_file(
    code, wave: Path, tiny_model: Path, tmp_path: Path, name: str, how: str
) -> None:
    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    damage(broken, name, how)
    error = code(wave, *COLUMNS, model=broken).error
    assert error.startswith("The model folder broken is damaged") and name in error
    assert "Copy it anew or train it again" in error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 1}', '{"format": "x"}'])
def test_corrupt_config_of_a_model_is_told(
    code, wave: Path, tiny_model: Path, tmp_path: Path, content: str
) -> None:
    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    (broken / "config.json").write_text(content, "utf-8")
    assert code(wave, *COLUMNS, model=broken).error.startswith("The model folder broken is damaged")


def test_model_of_a_later_form_asks_for_a_later_textmine(
    code, wave: Path, tiny_model: Path, tmp_path: Path
) -> None:
    newer = shutil.copytree(tiny_model, tmp_path / "newer")
    config = json.loads((newer / "config.json").read_text("utf-8"))
    (newer / "config.json").write_text(json.dumps({**config, "format": 99}), "utf-8")
    assert "Update textmine" in code(wave, *COLUMNS, model=newer).error


def test_error_inside_tells_its_kind_and_no_word(code, wave: Path, monkeypatch, secret: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError(f"met {secret} in a text")

    monkeypatch.delenv("TEXTMINE_DEBUG", raising=False)
    monkeypatch.setattr("textmine.jobs.code.code_corpus", fail)
    assert "Unexpected KeyError inside textmine" in code(wave, *COLUMNS).error


def test_full_disk_is_told_in_one_line(code, wave: Path, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "coded_wide.csv")

    monkeypatch.setattr("textmine.exchange.coded_folder.write_frame", fail)
    assert code(wave, *COLUMNS).error.startswith("No space left on device: coded_wide.csv.")


# --- what is printed --------------------------------------------------------------------------------------


def test_code_says_what_became_of_the_texts_and_where_the_tables_are(
    code, wave: Path, tmp_path: Path
) -> None:
    ran = code(wave, *COLUMNS)
    assert ran.out.startswith("3 texts read, 3 coded, 0 blank, 0 non-responses, 0 rows set aside.\n")
    told = {line.strip() for line in ran.out.splitlines() if line.startswith("  ")}
    assert told == {str(path) for path in (tmp_path / "out").iterdir()}
    assert ran.err == ""


def test_folder_with_brackets_in_its_name_is_told_as_it_is(code, wave: Path, tmp_path: Path) -> None:
    out = tmp_path / "wave [final] [bold]"
    assert str(out / "coded_wide.csv") in code(wave, *COLUMNS, out=out).out


def test_quiet_prints_nothing(code, textmine, study, wave: Path, tmp_path: Path) -> None:
    assert code(wave, *COLUMNS, "--quiet") == code(wave, *COLUMNS, "--quiet")
    ran = code(wave, *COLUMNS, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    options = ("--labels", study.wide, "--out", tmp_path / "m", "--quiet")
    ran = textmine("train", study.comments, *COLUMNS, *options)
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_quiet_still_tells_errors(code, tmp_path: Path) -> None:
    assert "No file" in code(tmp_path / "gone.csv", "--quiet").error


def test_code_as_json(code, wave: Path, tmp_path: Path) -> None:
    told = json.loads(code(wave, *COLUMNS, "--json").out)
    assert told["out"] == str(tmp_path / "out")
    assert set(told["counts"]) == {"training", "money"}
    assert (told["read"], told["coded"], told["rejected"]) == (3, 3, 0)
    assert isinstance(told["notes"], list)


def test_train_as_json(textmine, study, tmp_path: Path) -> None:
    options = ("--labels", study.wide, "--out", tmp_path / "m", "--json")
    told = json.loads(textmine("train", study.comments, *COLUMNS, *options).out)
    assert told["model"] == str(tmp_path / "m")
    assert {row["measure"] for row in told["overall"]} >= {"micro_f1", "macro_f1", "samples_f1"}
    assert all(0 <= row["low"] <= row["value"] <= row["high"] <= 1 for row in told["overall"])


# --- codebook check ---------------------------------------------------------------------------------------

BROKEN = """\
version: 1.0.0
codes:
  - {id: a, name: A}
  - {id: a, name: B, definition: Twice.}
  - {id: none, name: C, definition: Kept back.}
  - {id: d, name: D, definition: Odd., parent: gone, colours: red}
"""


def test_sound_codebook_has_no_problems(textmine, study) -> None:
    ran = textmine("codebook", "check", study.codebook)
    assert ran.code == 0
    assert "codebook.yaml: 2 codes, 0 problems" in ran.out and "problem:" not in ran.out


def test_all_problems_of_a_codebook_are_told_at_once(textmine, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN, "utf-8")
    ran = textmine("codebook", "check", tmp_path / "broken.yaml")
    assert ran.code == 1
    problems = [line for line in ran.out.splitlines() if line.startswith("problem: ")]
    for word in ("no definition", "stands twice", "'none' is kept", "'gone' does not exist", "'colours'"):
        assert any(word in line for line in problems), word
    assert all(re.search(r"line \d+", line) for line in problems)
    assert f"broken.yaml: 4 codes, {len(problems)} problems" in ran.out


def test_problems_of_a_codebook_as_json(textmine, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN, "utf-8")
    ran = textmine("codebook", "check", tmp_path / "broken.yaml", "--json")
    told = json.loads(ran.out)
    assert ran.code == 1 and len(told["problems"]) >= 5 and told["version"] == "1.0.0"


def test_training_with_a_broken_codebook_tells_the_problems_in_one_line(
    textmine, study, tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN, "utf-8")
    options = ("--labels", study.wide, "--codebook", tmp_path / "broken.yaml", "--out", tmp_path / "m")
    error = textmine("train", study.comments, *COLUMNS, *options).error
    assert (
        error.startswith("broken.yaml: ") and "'none' is kept" in error and "'gone' does not exist" in error
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"codes: [", "line"), (b"", "holds no codebook"), (b"\xff\xfe\x00", "is not UTF-8")],
)
def test_file_that_is_no_codebook_is_refused(textmine, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "book.yaml").write_bytes(content)
    error = textmine("codebook", "check", tmp_path / "book.yaml").error
    assert error.startswith("book.yaml") and said in error


def test_missing_codebook_is_named(textmine, tmp_path: Path) -> None:
    assert "No codebook file" in textmine("codebook", "check", tmp_path / "gone.yaml").error
