"""A million comments by `textmine code`: rows a second, memory against rows, processes, the floor, kills.

    python benchmarks/scale.py [memory] [processes] [floor] [kills] [topics] [--rows 1000000]

`topics` is the same for `textmine topics`, which fits to a sample. Tables go to
benchmarks/results/scale-*.md and into docs/scale.md. Nothing else should run meanwhile; all
of it takes about twenty minutes on two cores. Without the NHS comments it takes the school comments.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from comments import share_of_repeats, vary_comments, write_comments
from scoring import write_results
from speed import find_tasks

ROWS = 1_000_000
#: Fewer comments word for word than in speed.py, so that of a million no more than 30% repeat.
VERBATIM = 0.15
SIZES = (10_000, 100_000, 316_000, 1_000_000, 3_160_000)
KILLS = 5
#: Both of files that are streamed.
TOPIC_SIZES = (316_000, 1_000_000)
KILL_ROWS = 100_000
_COLUMNS = ["--text", "text", "--id", "id", "--question", "question"]
_TIMED = {"provenance.json"}  # holds seconds and the time


@dataclass(frozen=True)
class Measured:
    """What a command took: wall and processor seconds, and the most memory of all its processes together."""

    seconds: float
    processor: float
    megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", help="memory, processes, floor, kills, topics; all of them if none"
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task = list(find_tasks(folder))[-1]
        for part, measure in _PARTS.items():
            if not asked.parts or part in asked.parts:
                table = measure(task, folder, asked.rows)
                print(table.to_string(index=False), flush=True)
                if not asked.dry:
                    notes = [f"{os.cpu_count()} cores; {task.name}, {len(task.codes)} codes.", ""]
                    notes.append(f"Made by `python benchmarks/scale.py {part}`.")
                    title = f"`textmine {'topics' if part == 'topics' else 'code'}` at scale: {part}"
                    write_results(f"scale-{part}", table, shown=table, title=title, notes=notes)
    return 0


def measure_memory(task: Any, folder: Path, rows: int) -> pd.DataFrame:
    """Rows a second and memory against rows, with as many processes as there are cores."""
    found = []
    for size in (size for size in SIZES if size <= rows):
        source, repeats = _write_wave(task, folder, size)
        took = run_and_measure(_command(task, source, folder / "out"))
        found.append({"rows": f"{size:,}", "repeats": f"{repeats:.0%}", **_show(took, size)})
        source.unlink()
    return pd.DataFrame(found)


def measure_processes(task: Any, folder: Path, rows: int) -> pd.DataFrame:
    """One process and two on the same wave, and whether they wrote the same bytes."""
    source, _ = _write_wave(task, folder, rows)
    found, hashes, first = [], [], 0.0
    for processes in (1, 2):
        out = folder / f"out{processes}"
        took = run_and_measure(_command(task, source, out, "--processes", str(processes)))
        first = first or took.seconds
        hashes.append(hash_folder(out))
        same = "yes" if hashes[0] == hashes[-1] else "NO"
        times = f"{first / took.seconds:.2f}"
        found.append({"processes": processes, **_show(took, rows), "times one": times, "same bytes": same})
    return pd.DataFrame(found)


def measure_floor(task: Any, folder: Path, rows: int) -> pd.DataFrame:
    """One process that codes, and one that only reads, tokenises and writes the same wide and long rows."""
    import pyarrow.parquet as pq

    from textmine.coding.tokens import TypeIndex
    from textmine.reading.chunks import read_chunks

    source, _ = _write_wave(task, folder, rows)
    out = folder / "out"
    whole = run_and_measure(_command(task, source, out, "--processes", "1"))
    index, steps = TypeIndex(), {"read": 0.0, "tokenise": 0.0, "write": 0.0}
    chunks = read_chunks(source).chunks
    while True:
        began = time.perf_counter()
        chunk = next(chunks, None)
        steps["read"] += time.perf_counter() - began
        if chunk is None:
            break
        began = time.perf_counter()
        index.tokenise(chunk.frame["text"].tolist())
        steps["tokenise"] += time.perf_counter() - began
    for name in ("coded_wide", "coded_long"):
        with pq.ParquetFile(out / f"{name}.parquet") as stored:
            batches = list(stored.iter_batches())
            began = time.perf_counter()
            with pq.ParquetWriter(folder / "copy.parquet", stored.schema_arrow) as writer:
                for batch in batches:
                    writer.write_batch(batch)
            steps["write"] += time.perf_counter() - began
    floor = sum(steps.values())
    row = {"coded in": f"{whole.seconds:.1f} s", "floor": f"{floor:.1f} s"}
    row |= {name: f"{seconds:.1f} s" for name, seconds in steps.items()}
    return pd.DataFrame([row | {"times the floor": f"{whole.seconds / floor:.1f}"}])


def measure_kills(task: Any, folder: Path, rows: int) -> pd.DataFrame:
    """The command, and one of its workers, killed at random moments; whether the tables come out the same."""
    source, _ = _write_wave(task, folder, min(rows, KILL_ROWS))
    whole = folder / "whole"
    took = run_and_measure(_command(task, source, whole))
    wanted, rng, found = hash_folder(whole), random.Random(0), []
    for what in ("command", "worker"):
        same = struck = 0
        for kill in range(KILLS):
            out = folder / f"{what}{kill}"
            process = subprocess.Popen(_command(task, source, out))
            time.sleep(rng.uniform(0.15, 0.9) * took.seconds)
            children = _children(process.pid)
            target = process.pid if what == "command" else (children or [0])[-1]
            if target and process.poll() is None:
                os.kill(target, signal.SIGKILL)
                struck += 1
            if process.wait() != 0:
                resume = ["--resume"] if (out / ".parts").exists() else []
                subprocess.run(_command(task, source, out, *resume), check=True)
            same += hash_folder(out) == wanted
        found.append({"killed": what, "times": struck, "same bytes in the end": f"{same} of {KILLS}"})
    return pd.DataFrame(found)


def measure_topics(task: Any, folder: Path, rows: int) -> pd.DataFrame:
    """`textmine topics` on files too large to be held: fitted to a sample, all texts assigned."""
    found = []
    for size in (size for size in TOPIC_SIZES if size <= rows):
        source, _ = _write_wave(task, folder, size)
        out = folder / "topics"
        took = run_and_measure(
            [
                sys.executable,
                "-m",
                "textmine.cli",
                "topics",
                str(source),
                *_COLUMNS,
                "--out",
                str(out),
                "--quiet",
            ]
        )
        fitted = json.loads((out / "topics.json").read_text(encoding="utf-8"))
        found.append(
            {"rows": f"{size:,}", "fitted to": f"{fitted['texts']:,}", "topics": len(fitted["topics"])}
            | _show(took, size)
        )
        source.unlink()
    return pd.DataFrame(found)


_PARTS = {
    "memory": measure_memory,
    "processes": measure_processes,
    "floor": measure_floor,
    "kills": measure_kills,
    "topics": measure_topics,
}


def run_and_measure(command: Sequence[str]) -> Measured:
    """Run a command to its end. Memory is the proportional set size of it and its children (Linux)."""
    before, started, peak = os.times(), time.perf_counter(), 0
    process = subprocess.Popen(command)
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional, _tree(process.pid))))
        time.sleep(0.25)
    seconds, after = time.perf_counter() - started, os.times()
    if process.returncode:
        raise RuntimeError(f"{command[2]} ended with {process.returncode}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(seconds, used, peak / 1024)


def hash_folder(folder: Path) -> str:
    """A hash of all tables of a coded folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in _TIMED:
            digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _command(task: Any, source: Path, out: Path, *more: str) -> list[str]:
    base = [sys.executable, "-m", "textmine.cli", "code", str(source), *_COLUMNS, "--model", task.model]
    return [*base, "--format", "parquet", "--out", str(out), "--quiet", *more]


def _write_wave(task: Any, folder: Path, rows: int) -> tuple[Path, float]:
    texts, questions = vary_comments(task.texts, task.questions, rows, verbatim=VERBATIM)
    path = write_comments(texts, questions, folder / f"wave{rows}.csv")
    return path, share_of_repeats(texts, questions)


def _show(took: Measured, rows: int) -> dict[str, str]:
    return {
        "seconds": f"{took.seconds:.1f}",
        "rows a second": f"{rows / took.seconds:,.0f}",
        "processor seconds": f"{took.processor:.1f}",
        "peak memory": f"{took.megabytes:,.0f} MB",
    }


def _children(pid: int) -> list[int]:
    """Those of all its threads: a cluster's workers are begun by another than the first."""
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in listed.read_text("ascii").split()]
    return found


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _tree(child)


def _proportional(pid: int) -> int:
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
