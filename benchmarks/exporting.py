"""How fast a coded wave is written as csv and parquet, beside arrow's own: `python benchmarks/exporting.py`.

A made-up coded folder: 24 codes, texts of about 140 characters drawn from a seed, a tenth with commas and
quotes, one in fifty not coded. `textmine export` is timed whole, reading the folder included; arrow writes
the same wide table, whole in memory, and that is the floor. Peak memory is that of a process of its own, at
all rows and at a tenth. Writes benchmarks/results/exporting.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as cp
import pyarrow.csv as pc
import pyarrow.parquet as pq

from textmine.exchange.coded_batches import open_stored
from textmine.exchange.coded_tables import write_coded_tables
from textmine.exchange.tables import write_parts
from textmine.files import write_json

RESULTS = Path(__file__).parent / "results" / "exporting.md"
ROWS, CODES, PART = 1_000_000, 24, 50_000
SAID = "we waited too long but staff were kind and the café is good parking costs more every time 😀 nobody"
NAMES = [f"code_{number:02}" for number in range(CODES)]


def make_folder(folder: Path, rows: int) -> None:
    """A coded folder of so many rows."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(0)
    says = [" ".join(draw.choice(SAID.split(), 27)) for _ in range(5_000)]
    says = [f'{text}, "so"' if place % 10 == 0 else text for place, text in enumerate(says)]
    texts = pa.array(says, pa.large_string())

    def wide():
        for first in range(0, rows, PART):
            size = min(PART, rows - first)
            given = draw.random((size, CODES)) < 0.08
            coded = draw.random(size) >= 0.02
            yield pa.table(
                {
                    "id": pa.array([f"r{place}" for place in range(first, first + size)], pa.large_string()),
                    "site": pa.array(["north" if place % 2 else "south" for place in range(size)]),
                    "said": texts.take(pa.array(draw.integers(0, len(says), size))),
                    **{
                        name: pa.array(given[:, place].astype(np.int8), mask=~coded)
                        for place, name in enumerate(NAMES)
                    },
                }
            )

    write_parts(wide(), folder / "coded_wide.csv")
    (folder / "coded_long.csv").write_text("unit_id,code,score\nr0,code_00,0.5\n", encoding="utf-8")
    (folder / "coded_spans.csv").write_text("unit_id,code,start,end\nr0,code_00,0,2\n", encoding="utf-8")
    lines = "".join(f"{name},{name}\n" for name in NAMES)
    (folder / "summary.csv").write_text(f"code,name\n{lines}", encoding="utf-8")
    write_json({"columns": {"id": "id", "text": "said"}}, folder / "provenance.json")


def time_export(folder: Path, to: Path) -> dict[str, float]:
    """Seconds, processor seconds and peak megabytes of an export, in a process of its own."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import exporting; exporting.run_one(*sys.argv[2:])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent), str(folder), str(to)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return dict(json.loads(done.stdout))


def run_one(folder: str, to: str) -> None:
    """Export once and print what it took; for ``time_export``."""
    started, used = time.perf_counter(), time.process_time()
    write_coded_tables(Path(folder), Path(to))
    took = {"seconds": time.perf_counter() - started, "processor": time.process_time() - used}
    status = Path("/proc/self/status").read_text(encoding="utf-8")  # not rusage: a child inherits that peak
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps(took | {"megabytes": int(peak.split()[1]) / 1024}))


def time_arrow(folder: Path, to: Path) -> dict[str, float]:
    """The same for arrow's own writer of the wide table, which lies in memory."""
    table = pa.concat_tables(open_stored(folder, "coded_wide").read_parts())
    for name in NAMES:
        filled = cp.if_else(cp.equal(table[name], ""), None, table[name]).cast(pa.int8())
        table = table.set_column(table.column_names.index(name), name, filled)
    started, used = time.perf_counter(), time.process_time()
    if to.suffix == ".csv":
        pc.write_csv(table, to)
    else:
        pq.write_table(table, to)
    return {"seconds": time.perf_counter() - started, "processor": time.process_time() - used}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    lines = [
        f"{rows:,} coded rows, {CODES} codes, about 140 characters (`python benchmarks/exporting.py`).",
        "",
        "| form | rows a second | a processor second | arrow's own | times arrow's | peak MB | at a tenth |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as place:
        whole, tenth = Path(place, "whole"), Path(place, "tenth")
        make_folder(whole, rows)
        make_folder(tenth, rows // 10)
        for form in ("csv", "parquet"):
            to = Path(place, f"out.{form}")
            small, export, arrow = time_export(tenth, to), time_export(whole, to), time_arrow(whole, to)
            lines.append(
                f"| {form} | {rows / export['seconds']:,.0f} | {rows / export['processor']:,.0f} "
                f"| {rows / arrow['processor']:,.0f} "
                f"| {export['processor'] / arrow['processor']:.1f} | {export['megabytes']:.0f} "
                f"| {small['megabytes']:.0f} |"
            )
            print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
