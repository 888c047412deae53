"""How fast `textmine clean` is, in how much memory, and how many damaged texts it mends.

    python benchmarks/cleaning.py [speed] [mojibake] [--rows 1000000]

Tables go to benchmarks/results/cleaning-*.md and into docs/cleaning.md. About three minutes on two cores;
nothing else should run meanwhile. See benchmarks/README.md for what is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from comments import share_of_repeats, vary_comments
from protocols import ROOT, read_study
from scoring import write_results

ROWS = 1_000_000
#: Characters of the longest of the comments that the short ones are made of.
SHORT = 100
_PART = 100_000
_COLUMNS = ["--text", "text", "--id", "id", "--question", "question"]
#: The cases of ftfy's own tests, and what each file is.
CASES = {
    "in-the-wild": "met in the wild",
    "negative": "sound texts that look damaged",
    "synthetic": "made up",
    "known-failures": "that ftfy fails",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, all by default, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help="speed, mojibake; both by default")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"comments to clean, {ROWS} by default")
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    parts = asked.parts or ["speed", "mojibake"]
    if "mojibake" in parts:
        scored = score_mojibake()
        print(json.dumps(scored, indent=2))
        if scored and not asked.dry:
            write_mojibake(pd.DataFrame(scored))
    if "speed" in parts:
        load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
        with tempfile.TemporaryDirectory() as name:
            rows = [measure(kind, Path(name), n) for kind, n in runs_of(asked.rows)]
        print(json.dumps(rows, indent=2))
        if not asked.dry:
            write_speed(pd.DataFrame(rows), load)
    return 0


def runs_of(rows: int) -> Iterable[tuple[str, int]]:
    """What is timed: varied comments (a tenth too, to see if memory grows), short and repeated ones."""
    return [("varied", max(rows // 10, 1)), ("varied", rows), ("varied, short", rows), ("repeated", rows)]


def measure(kind: str, folder: Path, rows: int) -> dict[str, Any]:
    """Clean and flag so many comments with the command: a row of the table."""
    source = folder / "wave.csv"
    made = write_wave(kind, rows, source)
    command = [sys.executable, "-m", "textmine.cli", "clean", str(source), *_COLUMNS, "--quiet"]
    command += ["--out", str(folder / "clean.csv"), "--report", str(folder / "report.json")]
    seconds, peak = watch([*command, "--processes", "2"])
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert told["rows"]["cleaned"] == rows
    return {
        "comments": kind,
        "rows": rows,
        **made,
        "repaired": round(told["changed"] / rows, 3),
        "seconds": round(seconds, 1),
        "per_second": round(rows / seconds),
        "peak_megabytes": round(peak),
    }


def write_wave(kind: str, rows: int, path: Path) -> dict[str, float]:
    """A csv of so many comments, and their mean length and share of repeats (of the first part)."""
    corpus = read_study()[0].corpus
    longest = SHORT if kind.endswith("short") else 10**6
    chosen = [pair for pair in zip(corpus.texts, corpus.questions, strict=True) if len(pair[0]) <= longest]
    texts, questions = [text for text, _ in chosen], [question for _, question in chosen]
    told: dict[str, float] = {}
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "question", "text"])
        for start in range(0, rows, _PART):
            n = min(_PART, rows - start)
            if kind.startswith("varied"):
                said, asked = vary_comments(texts, questions, n, seed=start)
            else:
                places = [(start + i) % len(texts) for i in range(n)]
                said, asked = [texts[i] for i in places], [questions[i] for i in places]
            if not start:
                told["characters"] = round(sum(map(len, said)) / n)
                told["repeats"] = round(share_of_repeats(said, asked), 3)
            writer.writerows(
                (f"r{start + i}", q, t) for i, (q, t) in enumerate(zip(asked, said, strict=True))
            )
    return told


def watch(command: Sequence[str]) -> tuple[float, float]:
    """Run a command to its end: its wall seconds, and the most memory it and its children held, in MB.

    Memory is read from /proc four times a second; elsewhere it is NaN.
    """
    started, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, sum(map(_resident, _family(process.pid))))
        time.sleep(0.25)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{command[2]} ended with {process.returncode}")
    return seconds, peak or float("nan")


def _family(process: int) -> Iterator[int]:
    yield process
    for children in Path("/proc", str(process), "task").glob("*/children"):
        try:
            found = children.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in found:
            yield from _family(int(child))


def _resident(process: int) -> float:
    try:
        status = Path("/proc", str(process), "status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(sizes[0]) / 1024 if sizes else 0.0


def score_mojibake() -> list[dict[str, Any]]:
    """How many of ftfy's cases become what they should, by the function and by the steps of cleaning."""
    from ftfy.fixes import uncurl_quotes

    from textmine.cleaning import clean_text, undo_mojibake

    shared = Path(os.environ.get("TEXTMINE_FIXTURES", ROOT.parent / "shared" / "fixtures"))
    rows: list[dict[str, Any]] = []
    for name, words in CASES.items():
        path = shared / "mojibake" / f"{name}.json"
        if not path.is_file():
            print(f"{path.name} is not here (set TEXTMINE_FIXTURES): left out.", file=sys.stderr)
            continue
        cases = json.loads(path.read_text(encoding="utf-8"))
        steps = ["mojibake", "mac_roman"]
        given = [undo_mojibake(case["original"]) for case in cases]
        stepped = [uncurl_quotes(clean_text(case["original"], steps=steps).text) for case in cases]
        rows.append(
            {
                "cases": words,
                "n": len(cases),
                "mended": sum(a == case["fixed"] for a, case in zip(given, cases, strict=True)),
                "mended_by_steps": sum(a == case["fixed"] for a, case in zip(stepped, cases, strict=True)),
            }
        )
    return rows


def write_mojibake(table: pd.DataFrame) -> None:
    """Write ``results/cleaning-mojibake``."""
    shown = table.rename(
        columns={"mended": "as given, `undo_mojibake`", "mended_by_steps": "as given, steps of `clean`"}
    )
    notes = [
        "The test cases of ftfy (Apache-2.0). As given: the text equals the case's `fixed`, in which ftfy "
        "has made typographic quotes plain; after the steps, which keep them, the same is done to "
        "compare.",
        "",
        "Made by `python benchmarks/cleaning.py mojibake`.",
    ]
    write_results("cleaning-mojibake", table, shown=shown, title="Damaged texts mended", notes=notes)


def write_speed(table: pd.DataFrame, load: str) -> None:
    """Write ``results/cleaning-speed``."""
    shown = pd.DataFrame(
        {
            "comments": table["comments"],
            "rows": table["rows"].map("{:,}".format),
            "repeats": table["repeats"].map("{:.0%}".format),
            "mean length": table["characters"].map("{} characters".format),
            "repaired": table["repaired"].map("{:.1%}".format),
            "seconds": table["seconds"].map("{:.1f}".format),
            "comments a second": table["per_second"].map("{:,}".format),
            "peak memory": table["peak_megabytes"].map("{:,} MB".format),
        }
    )
    notes = [
        "Csv to csv with the report, start to last file, in two processes and the one that reads and writes; "
        "memory is that of all three together. `repeats`: comments whose text and question stand in an "
        "earlier row of the first 100,000. `varied` are new sentences made of the school comments, "
        "`repeated` are those comments over and over.",
        f"{os.cpu_count()} cores, {platform.system()}; load before: {load}. Python "
        f"{platform.python_version()}.",
        "",
        "Made by `python benchmarks/cleaning.py speed`.",
    ]
    write_results("cleaning-speed", table, shown=shown, title="Speed of `textmine clean`", notes=notes)


if __name__ == "__main__":
    sys.exit(main())
