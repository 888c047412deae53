"""Waves too big to hold: the same folder as at one go, by any number of processes, cut off or not."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions
from textmine.jobs import code_stream
from textmine.jobs.code import code_files
from textmine.jobs.code_stream import code_wave
from textmine.jobs.labelled import ColumnNames
from textmine.scale import code_parts, folder_lock
from textmine.scale.parts import PARTS

COLUMNS = ColumnNames("comment", "id", "question", "person")
BOTH = WideOptions(bands=True, scores=True, formats=("csv", "parquet"))
HEADER = ["id", "person", "question", "comment", "note"]
OPENINGS = [
    "We train together",
    "It saves money",
    "The building is old, but we train",
    "n/a",
    " ",
    "Â£5 saved",
]
#: Files that hold the time at which they were written.
DATED = {"provenance.json"}


def rows_of(n: int) -> list[list[str]]:
    """Synthetic rows, some with the same text, some with none, with cells that csv must quote."""
    more = ["this year", 'as "they" say', "in our town,\nsince spring", "=1+1"]
    return [
        [
            f"r{i}",
            f"p{i % 7}" if i % 11 else "",
            f"q{i % 2}",
            f"{OPENINGS[i % 6]} {more[i % 4] if i % 6 != 4 else ''}",
            "",
        ]
        for i in range(n)
    ]


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([HEADER, *rows])
    return path


def read_folder(folder: Path) -> dict[str, bytes]:
    """The bytes of every table of a coded folder."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file() and p.name not in DATED}


def describe(folder: Path) -> dict[str, object]:
    said = json.loads((folder / "provenance.json").read_text("utf-8"))
    return {name: said[name] for name in said if name not in ("seconds", "record")}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every table is large, and a part has 50 rows."""
    monkeypatch.setattr(code_stream, "WHOLE", 0)
    monkeypatch.setattr(code_stream, "ROWS", 50)
    return


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    return write(tmp_path / "wave.csv", rows_of(330))


@pytest.fixture
def code(tiny_model: Path, tmp_path: Path):
    """Codes files into a folder of a name."""

    def run(*inputs: Path, name: str = "out", processes: int = 1, **more: object):
        out = tmp_path / name
        options = more.pop("options", BOTH)
        return code_wave(
            inputs, str(tiny_model), out, columns=COLUMNS, options=options, processes=processes, **more
        )

    return run


# --- the same tables --------------------------------------------------------------------------------------


def test_folder_is_that_of_a_wave_coded_at_one_go(code, wave: Path, tiny_model: Path, tmp_path: Path) -> None:
    report = code(wave)
    whole = code_files([wave], str(tiny_model), tmp_path / "whole", columns=COLUMNS, options=BOTH)
    one, other = read_folder(report.folder), read_folder(whole.folder)
    assert one.keys() == other.keys()
    for name in one:
        if name.endswith(".parquet"):  # the same rows, in other groups
            pd.testing.assert_frame_equal(
                pd.read_parquet(report.folder / name), pd.read_parquet(whole.folder / name)
            )
        else:
            assert one[name] == other[name], name
    assert describe(report.folder) == describe(whole.folder)
    assert (report.counts, report.notes) == (whole.counts, whole.notes)
    assert report.code_counts == whole.coded.counts()
    assert not (report.folder / PARTS).exists()


@pytest.mark.parametrize("processes", [2, 3])
def test_tables_are_the_same_whatever_the_number_of_processes(code, wave: Path, processes: int) -> None:
    one, more = code(wave, name="one"), code(wave, name="more", processes=processes)
    assert read_folder(one.folder) == read_folder(more.folder)


def test_several_files_of_several_kinds_are_one_wave_in_order(code, tmp_path: Path) -> None:
    rows = rows_of(200)
    first = write(tmp_path / "a.csv", rows[:120])
    second = tmp_path / "b.parquet"
    pd.DataFrame(rows[120:], columns=HEADER).to_parquet(second)
    report = code(first, second)
    wide = pd.read_csv(report.folder / "coded_wide.csv", dtype=str, keep_default_na=False)
    assert wide["id"].tolist() == [row[0] for row in rows]
    assert wide["comment"].tolist() == [row[3] for row in rows]
    assert [said["file"] for said in describe(report.folder)["inputs"]] == ["a.csv", "b.parquet"]


def test_id_met_in_an_earlier_part_is_set_aside(code, wave: Path, tmp_path: Path) -> None:
    rows = rows_of(120)
    rows[110][0], rows[111][0] = "r3", " "
    report = code(write(tmp_path / "twice.csv", rows))
    assert [(r.row, r.id) for r in report.rejected] == [(111, "r3"), (112, " ")]
    assert report.counts.read + len(report.rejected) == 120


def test_text_met_in_an_earlier_part_is_not_coded_again(code, wave: Path, monkeypatch) -> None:
    coded: list[str] = []
    plain = code_parts.code_part

    def watch(source, coder, plan, **more):
        before = len(more["recent"].found)
        part = plain(source, coder, plan, **more)
        coded.extend(range(before, len(more["recent"].found)))
        return part

    monkeypatch.setattr(code_parts, "code_part", watch)
    report = code(wave)
    frame = pd.read_csv(wave, dtype=str, keep_default_na=False)
    said = frame[frame["comment"].str.strip() != ""]
    assert len(coded) == len(said.drop_duplicates(["comment", "question"])) < report.counts.coded


def test_small_table_is_coded_at_one_go(code, wave: Path, monkeypatch) -> None:
    monkeypatch.setattr(code_stream, "WHOLE", wave.stat().st_size)
    assert hasattr(code(wave), "coded")


def test_workbook_is_written_at_one_go(code, wave: Path) -> None:
    report = code(wave, options=WideOptions(formats=("xlsx",)))
    assert (report.folder / "coded_wide.xlsx").is_file()


# --- cut off and taken up ---------------------------------------------------------------------------------


class Cut(Exception):
    """Something that ends the work."""


def cut_after(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    """The work of this process ends after so many parts."""
    done = []

    def work(task):
        if len(done) == parts:
            raise Cut
        done.append(task.number)
        return code_parts.do_part(task)

    monkeypatch.setattr(code_stream, "do_part", work)


def test_run_that_was_cut_off_is_taken_up_where_it_stopped(code, wave: Path, monkeypatch) -> None:
    whole = code(wave, name="whole")
    cut_after(monkeypatch, 4)
    with pytest.raises(Cut):
        code(wave, name="cut")
    again: list[int] = []
    monkeypatch.setattr(
        code_stream, "do_part", lambda task: again.append(task.number) or code_parts.do_part(task)
    )
    report = code(wave, name="cut", resume=True)
    assert again == [4, 5, 6]
    assert read_folder(report.folder) == read_folder(whole.folder)
    assert describe(report.folder) == describe(whole.folder)


def test_part_that_was_changed_is_coded_again(code, wave: Path, monkeypatch) -> None:
    whole = code(wave, name="whole")
    cut_after(monkeypatch, 4)
    with pytest.raises(Cut):
        code(wave, name="cut")
    parts = wave.parent / "cut" / PARTS
    (parts / "0000001.long.csv").write_bytes(b"cut short")
    (parts / "0000002.units.arrow").unlink()
    with (parts / "manifest.jsonl").open("a", encoding="utf-8") as handle:
        handle.write('{"number": 5, "rows_')  # as a kill leaves it
    monkeypatch.setattr(code_stream, "do_part", code_parts.do_part)
    assert read_folder(code(wave, name="cut", resume=True).folder) == read_folder(whole.folder)


def test_run_of_which_nothing_is_left_begins_anew(code, wave: Path) -> None:
    assert read_folder(code(wave, resume=True).folder) == read_folder(code(wave, name="whole").folder)


def test_other_options_are_told(code, wave: Path, monkeypatch) -> None:
    cut_after(monkeypatch, 2)
    with pytest.raises(Cut):
        code(wave)
    with pytest.raises(InputError, match="other options"):
        code(wave, resume=True, evidence="word")


def test_row_changed_since_is_coded_anew(code, wave: Path, monkeypatch, tmp_path: Path) -> None:
    cut_after(monkeypatch, 4)
    with pytest.raises(Cut):
        code(wave, name="cut")
    monkeypatch.setattr(code_stream, "do_part", code_parts.do_part)
    rows = rows_of(330)
    rows[60][3] = "Now we train"
    write(wave, rows)
    report = code(wave, name="cut", resume=True)
    assert read_folder(report.folder) == read_folder(code(wave, name="fresh").folder)


def test_disk_without_room_is_told_and_what_is_done_is_kept(code, wave: Path, monkeypatch) -> None:
    plain, done = code_parts.do_part, []

    def work(task):
        if len(done) == 3:
            raise OSError(28, "No space left on device", "secret-name")
        done.append(task)
        return plain(task)

    monkeypatch.setattr(code_stream, "do_part", work)
    with pytest.raises(InputError, match=r"No space left on device while coding.*--resume") as caught:
        code(wave)
    assert "secret-name" not in str(caught.value)
    monkeypatch.setattr(code_stream, "do_part", plain)
    assert code(wave, resume=True).counts.read == 330


def test_table_that_goes_while_others_are_written_is_told(code, wave: Path, monkeypatch) -> None:
    plain = code_stream.join_table

    def join(name):
        path = plain(name)
        path.with_name("review.csv").unlink(missing_ok=True)

    monkeypatch.setattr(code_stream, "join_table", join)
    with pytest.raises(InputError, match=r"review\.csv went from .*--resume"):
        code(wave)
    monkeypatch.setattr(code_stream, "join_table", plain)
    assert (code(wave, resume=True).folder / "review.csv").is_file()


def test_broken_file_among_many_is_named_before_any_is_coded(code, wave: Path, tmp_path: Path) -> None:
    broken = tmp_path / "b.parquet"
    broken.write_bytes(b"PAR1 but no more")
    with pytest.raises(InputError, match=r"b\.parquet"):
        code(wave, broken)
    assert not (tmp_path / "out").exists()


def test_file_of_another_form_is_named(code, wave: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,said\n1,We train\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.csv has other columns than wave\.csv"):
        code(wave, other)


# --- killed -----------------------------------------------------------------------------------------------

RUN = """
import sys
from pathlib import Path
from textmine.exchange.coded_folder import WideOptions
from textmine.jobs import code_stream
from textmine.jobs.labelled import ColumnNames
code_stream.WHOLE, code_stream.ROWS = 0, 50
source, model, out, resume = sys.argv[1:]
options = WideOptions(bands=True, scores=True, formats=("csv", "parquet"))
columns = ColumnNames("comment", "id", "question", "person")
code_stream.code_wave([Path(source)], model, Path(out), columns=columns, options=options, processes=2,
                      resume=resume == "1")
"""


def start(source: Path, model: Path, out: Path, resume: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", RUN, source, model, out, str(int(resume))])


def wait_for_parts(out: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    """Until so many parts are done, or the process is."""
    manifest = out / PARTS / "manifest.jsonl"
    while process.poll() is None and (not manifest.exists() or manifest.read_bytes().count(b"\n") <= count):
        time.sleep(0.002)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 5, 12, 20, 33])
def test_killed_command_is_taken_up_to_the_same_bytes(
    code, tiny_model: Path, tmp_path: Path, after: int
) -> None:
    wave = write(tmp_path / "wave.csv", rows_of(2_000))
    whole, out = code(wave, name="whole"), tmp_path / "killed"
    process = start(wave, tiny_model, out, resume=False)
    wait_for_parts(out, after, process)
    workers = children_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "provenance.json").exists()
    for worker in workers:  # none outlives the command
        for _ in range(500):
            if not Path(f"/proc/{worker}").exists():
                break
            time.sleep(0.02)
        else:
            os.kill(worker, signal.SIGKILL)
            pytest.fail("a process went on after the command was killed")
    assert start(wave, tiny_model, out, resume=True).wait() == 0
    assert read_folder(out) == read_folder(whole.folder)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 3, 11, 19, 30])
def test_killed_worker_is_replaced(code, tiny_model: Path, tmp_path: Path, after: int) -> None:
    wave = write(tmp_path / "wave.csv", rows_of(2_000))
    whole, out = code(wave, name="whole"), tmp_path / "killed"
    process = start(wave, tiny_model, out, resume=False)
    wait_for_parts(out, after, process)
    workers = children_of(process.pid)
    if workers:
        os.kill(workers[-1], signal.SIGKILL)
    assert process.wait() == 0
    assert read_folder(out) == read_folder(whole.folder)


# --- cut off anywhere -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.slow
def test_run_killed_before_any_step_is_taken_up_to_the_same_bytes(code, kill_at, tmp_path: Path) -> None:
    wave = write(tmp_path / "small.csv", rows_of(120))
    wanted = read_folder(code(wave, name="whole").folder)
    step, kinds = 0, set()
    while True:
        step += 2
        out = tmp_path / f"cut{step}"
        if not kill_at(step, out, lambda name=out.name: code(wave, name=name)):
            break
        kinds.add(((out / PARTS).is_dir(), (out / "provenance.json").is_file()))
        code(wave, name=out.name, resume=True)
        assert read_folder(out) == wanted, step
        assert {path.name for path in out.iterdir() if path.is_dir()} == {"record"}, step
        shutil.rmtree(out)
    assert step > 40
    assert kinds == {(False, False), (True, False), (True, True), (False, True)}


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
@pytest.mark.slow
def test_run_over_an_earlier_one_killed_before_any_step_is_taken_up(code, kill_at, tmp_path: Path) -> None:
    wave, other = write(tmp_path / "small.csv", rows_of(60)), write(tmp_path / "other.csv", rows_of(90))
    wanted = read_folder(code(wave, name="whole").folder)
    step = 0
    while True:
        step += 3
        out = tmp_path / f"cut{step}"
        code(other, name=out.name)
        if not kill_at(step, out, lambda name=out.name: code(wave, name=name)):
            break
        code(wave, name=out.name, resume=True)
        assert read_folder(out) == wanted, step
        shutil.rmtree(out)
    assert step > 30


# --- one run at a time ------------------------------------------------------------------------------------


def test_second_run_on_a_folder_is_told(code, wave: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(folder_lock, "PATIENCE", 0.2)
    with folder_lock.hold_folder(tmp_path / "out"):
        with pytest.raises(InputError, match=r"Another run writes to .*choose another with --out"):
            code(wave)
        monkeypatch.setattr(code_stream, "WHOLE", wave.stat().st_size)
        with pytest.raises(InputError, match="Another run writes to"):
            code(wave)
    assert code(wave).counts.read == 330
    assert not (tmp_path / "out" / folder_lock.LOCK).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="sends a signal")
@pytest.mark.slow
def test_folder_of_a_killed_run_is_free_again(code, tiny_model: Path, tmp_path: Path) -> None:
    wave, out = write(tmp_path / "wave.csv", rows_of(2_000)), tmp_path / "killed"
    whole = code(wave, name="whole")
    process = start(wave, tiny_model, out, resume=False)
    wait_for_parts(out, 3, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert start(wave, tiny_model, out, resume=True).wait() == 0  # at once: its workers may still be ending
    assert read_folder(out) == read_folder(whole.folder)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
@pytest.mark.slow
@pytest.mark.parametrize("limit", [3_000, 40_000])
def test_disk_that_is_full_stops_the_command_in_one_line(
    code, tiny_model: Path, tmp_path: Path, limit: int
) -> None:
    wave, out = write(tmp_path / "wave.csv", rows_of(600)), tmp_path / "full"
    limited = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    )
    told = (
        "from textmine.errors import InputError\ntry:\n{}\nexcept InputError as error: sys.exit(str(error))"
    )
    head, tail = RUN.split("code_stream.code_wave(")
    body = "    code_stream.code_wave(" + tail.strip().replace("\n", " ")
    script = limited + head + told.format(body)
    done = subprocess.run(
        [sys.executable, "-c", script, wave, tiny_model, out, "0"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.strip().count("\n") == 0 and "File too large while coding" in done.stderr
    assert "--resume" in done.stderr and "train" not in done.stderr
    assert not (out / "provenance.json").exists()
    assert start(wave, tiny_model, out, resume=True).wait() == 0
    assert read_folder(out) == read_folder(code(wave, name="whole").folder)
