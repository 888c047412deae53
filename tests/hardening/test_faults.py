"""Faults while files are written or read: nothing half-written is taken for whole, nothing confirmed is lost."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from textmine.annotations import AnnotationStore
from textmine.codebook import Codebook
from textmine.coding.artefact import load_coder
from textmine.errors import InputError, ModelError

CODES = Codebook.from_labels(["money", "time"])
MAIN = "from textmine.cli import main; main()"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and kills of Linux")


@pytest.fixture
def coded(study, coded_with, tmp_path: Path) -> Path:
    return coded_with(study.comments, tmp_path / "coded")


def train_words(study, out: Path) -> list[object]:
    given = ["--text", "comment", "--id", "id", "--question", "question", "--group", "person"]
    return [
        "train",
        study.comments,
        *given,
        "--labels",
        study.wide,
        "--codebook",
        study.codebook,
        "--out",
        out,
    ]


def run_limited(words: list[object], before: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, some lines of Python before it."""
    command = [sys.executable, "-c", f"{before}\n{MAIN}", *map(str, words)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, (done.returncode, done.stderr[-900:])
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Note:")]
    assert len(lines) == 1 and lines[0].startswith("Error: "), done.stderr[-900:]
    assert "Unexpected" not in lines[0], lines[0]
    return lines[0]


def unfinished(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".textmine-*")]


# --- a disk that is full, a folder that takes nothing ------------------------------------------------------

FULL = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"
)
#: A root that may not pass over the rights of a folder (CAP_DAC_OVERRIDE is dropped, before a new start).
HUMBLE = "import ctypes, os; ctypes.CDLL(None).prctl(24, 1); os.setuid(os.getuid())"


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("limit", [100, 5_000])
def test_full_disk_stops_training_in_one_line(study, tmp_path: Path, limit: int) -> None:
    one_line(run_limited(train_words(study, tmp_path / "model"), FULL.format(limit)))
    assert not (tmp_path / "model" / "config.json").exists() and not unfinished(tmp_path)
    with pytest.raises(ModelError):
        load_coder(tmp_path / "model")


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("name", ["x.xlsx", "x.qdpx", "x.sav", "x.csv", "x.parquet"])
def test_full_disk_stops_an_export_in_one_line(coded: Path, tmp_path: Path, name: str) -> None:
    one_line(run_limited(["export", coded, "--to", tmp_path / "out" / name], FULL.format(500)))
    assert not (tmp_path / "out" / name).exists() and not unfinished(tmp_path)


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("name", ["r.html", "r.md", "r.docx"])
def test_full_disk_stops_a_report_in_one_line(coded: Path, tmp_path: Path, name: str) -> None:
    one_line(run_limited(["report", coded, "--out", tmp_path / "out" / name], FULL.format(500)))
    assert not (tmp_path / "out" / name).exists() and not unfinished(tmp_path)


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("step", ["train", "export", "report"])
def test_folder_that_is_read_only_is_told_in_one_line(study, coded: Path, tmp_path: Path, step: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    words = {
        "train": train_words(study, closed / "model"),
        "export": ["export", coded, "--to", closed / "x.csv"],
        "report": ["report", coded, "--out", closed / "r.html"],
    }
    again = f"{HUMBLE}; os.execv({sys.executable!r}, [{sys.executable!r}, '-c', {MAIN!r}, *__import__('sys').argv[1:]])"
    command = [sys.executable, "-c", again, *map(str, words[step])]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    assert "closed" in one_line(done)
    assert not list(closed.iterdir())


@on_linux
@pytest.mark.slow
def test_memory_that_is_used_up_is_told_in_one_line(study, tmp_path: Path, tiny_model: Path) -> None:
    """Asked for by Python; what a library in native code cannot get, it may end the process for."""
    before = (
        "import resource, textmine.jobs.code_stream as job\n"
        ""
        "def code_wave(*given, **more):\n"
        "    size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize() + 2**28\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (size, size))\n"
        "    held = bytearray(2**29)\n"
        "job.code_wave = code_wave\n"
    )
    words = ["code", study.comments, "--text", "comment", "--id", "id", "--model", tiny_model]
    told = one_line(run_limited([*words, "--out", tmp_path / "out"], before))
    assert "memory" in told and not unfinished(tmp_path)


@on_linux
def test_library_that_finds_no_memory_to_be_loaded_into_is_told_as_such(
    study, tmp_path: Path, tiny_model: Path
) -> None:
    before = (
        "import textmine.jobs.code_stream as job\n"
        "def code_wave(*given, **more):\n"
        "    raise ImportError('libx.so: failed to map segment from shared object')\n"
        "job.code_wave = code_wave\n"
    )
    words = ["code", study.comments, "--text", "comment", "--id", "id", "--model", tiny_model]
    told = one_line(run_limited([*words, "--out", tmp_path / "out"], before))
    assert "The memory is used up" in told


@on_linux
def test_limit_on_memory_is_told_of_before_the_work() -> None:
    before = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))"
    done = run_limited(["models"], before)
    assert done.returncode == 0 and done.stderr.startswith("Note: this process may take 2.1 GB of memory")


# --- kill -9 ---------------------------------------------------------------------------------------------


@on_linux
@pytest.mark.slow
def test_save_killed_before_any_step_is_whole_or_refused(
    study, kill_at, tiny_model: Path, tmp_path: Path
) -> None:
    """In a folder that held another model before: what loads is wholly the one or wholly the other."""
    from textmine.coding.artefact import save_coder
    from textmine.coding.coder import Coder

    new = load_coder(tiny_model)
    texts = ["We share training", "Joint training days", "It saves money", "Money saved"] * 3
    y = [[1, 0], [1, 0], [0, 1], [0, 1]] * 3
    old = Coder(folds=3).fit(texts, y, codes=["training", "money"])
    whole = {load_coder(save_coder(coder, tmp_path / str(n))).sha256_ for n, coder in enumerate((old, new))}
    out, step, ends = tmp_path / "model", 1, []
    while True:
        shutil.rmtree(out, ignore_errors=True)
        save_coder(old, out)
        killed = kill_at(step, out, lambda: save_coder(new, out), "open")
        try:
            ends.append(load_coder(out).sha256_ in whole)
        except ModelError:
            ends.append(True)
        if not killed:
            break
        step += 1
    assert step > 10 and all(ends)
    assert load_coder(out).sha256_ == load_coder(tiny_model).sha256_


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("name", ["x.xlsx", "x.qdpx", "x.sav", "x.csv"])
def test_export_killed_at_a_random_moment_leaves_the_file_before_or_the_whole_one(
    coded: Path, tmp_path: Path, name: str
) -> None:
    words = [sys.executable, "-c", MAIN, "export", str(coded), "--to"]
    started = time.monotonic()
    subprocess.run([*words, str(tmp_path / "whole" / name)], check=True, capture_output=True)
    seconds = time.monotonic() - started
    whole, rng = (tmp_path / "whole" / name).read_bytes(), random.Random(7)
    for n in range(5):
        target = tmp_path / str(n) / name
        target.parent.mkdir()
        target.write_bytes(b"as it was before")
        process = subprocess.Popen(
            [*words, str(target)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds * rng.uniform(0.6, 1.05))
        process.kill()
        process.wait()
        left = target.read_bytes()
        assert left == b"as it was before" or len(left) == len(whole), (n, len(left), len(whole))


WRITER = """
import sys
from textmine.annotations import AnnotationStore
from textmine.codebook import Codebook
store = AnnotationStore(sys.argv[1], "study", Codebook.from_labels(["money", "time"]))
for n in range(100_000):
    store.decide(f"u{n}", sys.argv[2], ["money"], id=f"{sys.argv[2]}{n}")
    print(f"{sys.argv[2]}{n}", flush=True)
"""


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 3, 17, 60, 150])
def test_two_processes_on_one_store_and_one_killed_lose_nothing(tmp_path: Path, after: int) -> None:
    path = tmp_path / "store.sqlite"
    AnnotationStore(path, "study", CODES).close()
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, who], stdout=subprocess.PIPE, encoding="utf-8")
        for who in ("ann", "ben")
    ]
    confirmed: list[str] = []
    for writer, count in zip(writers, (after, after + 20), strict=True):
        assert writer.stdout is not None
        confirmed += [writer.stdout.readline().strip() for _ in range(count)]
        writer.kill()
        confirmed += writer.stdout.read().split("\n")[:-1]
        writer.wait()
        writer.stdout.close()
    with AnnotationStore(path, "study", CODES) as store:
        events = store.events()
        assert set(confirmed) <= {event.id for event in events}
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert len(events) <= len(confirmed) + 2  # one of each may have been written and not yet told


def test_clock_that_goes_back_changes_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([f"2026-03-01T{hour:02d}:00:00.000Z" for hour in (12, 11, 3, 10)])
    monkeypatch.setattr(
        "textmine.annotations.events.utc_now", lambda: next(times, "2020-01-01T00:00:00.000Z")
    )
    with AnnotationStore(tmp_path / "store.sqlite", "study", CODES) as store:
        for codes in (["money"], ["time"], [], ["money", "time"]):
            store.decide("u1", "ann", codes)
        assert [event.seq for event in store.events()] == [1, 2, 3, 4]
        assert store.coded("ann").counts() == {"money": 1, "time": 1}  # what was said last holds


# --- files that were damaged -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_damaged_page_of_a_store_is_told_in_one_line_or_does_no_harm(tmp_path: Path, seed: int) -> None:
    path, rng = tmp_path / "store.sqlite", random.Random(seed)
    with AnnotationStore(path, "study", CODES) as store:
        for n in range(200):
            store.decide(f"u{n}", "ann", ["money"], id=f"e{n}")
    held = bytearray(path.read_bytes())
    page = 4096 * rng.randrange(0 if seed == 0 else 1, len(held) // 4096)
    held[page : page + 4096] = rng.randbytes(4096)
    path.write_bytes(held)
    with contextlib.suppress(InputError):
        try:
            with AnnotationStore(path, "study", CODES) as store:
                store.events()
        except InputError as error:
            assert "store cannot be" in str(error) and "\n" not in str(error)
            raise


STEPS_ON_CODED: list[list[Any]] = [
    ["export", "--to", "x.csv"],
    ["export", "--to", "x.qdpx"],
    ["report", "--out", "r.md"],
]


@pytest.mark.parametrize("name", ["scores.parquet", "coded_wide.csv", "provenance.json", "codebook.yaml"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
def test_coded_folder_with_a_file_cut_short_is_told_in_one_line(
    coded: Path, tmp_path: Path, attempt, name: str, share: float
) -> None:
    held = (coded / name).read_bytes()
    (coded / name).write_bytes(held[: int(len(held) * share)])
    for command, option, out in STEPS_ON_CODED:
        attempt(command, coded, option, tmp_path / "out" / out)


# --- what a crash leaves -----------------------------------------------------------------------------------

CRASH = "import os, sys, textmine.cli as cli; cli.app = os.abort; os.chdir(sys.argv[1]); {0}"


def left_core(folder: Path, last: str) -> bool:
    """Whether the kernel wrote an image of the memory (to a file, or to a program that keeps them)."""
    import resource

    folder.mkdir()
    child = os.fork()
    if child == 0:
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        os.execv(sys.executable, [sys.executable, "-c", CRASH.format(last), str(folder)])
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), status
    return os.WCOREDUMP(status)


@on_linux
def test_command_that_crashes_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    if not left_core(tmp_path / "plain", "os.abort()"):
        pytest.skip("this system writes no images of any process")
    assert not left_core(tmp_path / "command", "cli.main()") and not list((tmp_path / "command").iterdir())
