"""What `textmine code` costs by number of codes, by length of comments, and on Dask and Spark.

    python benchmarks/scale_costs.py [codes] [length] [engines] [--rows 100000] [--dry]

Tables go to benchmarks/results/scale-*.md and into docs/scale.md. About ten minutes on two cores; nothing
else should run meanwhile. Spark needs pyspark and Java, and is left out with a word where they are absent.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from comments import vary_comments, write_comments
from protocols import ROOT, choose_nhs, find_benchmarks, read_nhs, read_study
from scale import VERBATIM, _command, run_and_measure
from scoring import write_results
from speed import Task, find_tasks

from textmine.coding.artefact import save_coder
from textmine.coding.coder import Coder

ROWS = 100_000
CODES = (10, 24, 50, 100, 200)
LENGTHS = (1, 2, 4, 8)
#: Rows of a partition.
PART = 16_384
#: What the lines of the page on Spark need around them.
_SESSION = """
import os, sys, time
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    .config("spark.sql.files.openCostInBytes", 1 << 27)
    .config("spark.ui.showConsoleProgress", "false").config("spark.driver.host", "127.0.0.1").getOrCreate()
)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help="codes, length, engines; all of them if none")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    for part, measure in _PARTS.items():
        if asked.parts and part not in asked.parts:
            continue
        with tempfile.TemporaryDirectory() as name:
            table = measure(Path(name), asked.rows)
        print(table.to_string(index=False), flush=True)
        if not asked.dry:
            notes = [f"{os.cpu_count()} cores, {asked.rows:,} comments.", ""]
            notes.append(f"Made by `python benchmarks/scale_costs.py {part}`.")
            title = f"`textmine code` at scale: {part}"
            write_results(f"scale-{part}", table, shown=table, title=title, notes=notes)
    return 0


def measure_codes(folder: Path, rows: int) -> pd.DataFrame:
    """Two processes and models of 10 to 200 codes, on the same wave.

    Codes are the labels there are, and beyond these random halves of them, so that a code is as common.
    """
    corpus, y = _read_labels()
    texts, questions = vary_comments(corpus.texts, corpus.questions, rows, verbatim=VERBATIM)
    source, found, rng = write_comments(texts, questions, folder / "wave.csv"), [], np.random.default_rng(0)
    for number in CODES:
        columns = [y.iloc[:, k % y.shape[1]].to_numpy() for k in range(number)]
        halves = [c if k < y.shape[1] else c * (rng.random(len(c)) < 0.5) for k, c in enumerate(columns)]
        labels = pd.DataFrame(np.column_stack(halves), columns=[f"code_{k}" for k in range(number)])
        model = save_coder(Coder(folds=3).fit(corpus, labels), folder / f"model{number}")
        task = Task("codes", texts, questions, str(model), list(labels))
        took = run_and_measure(_command(task, source, folder / "out", "--processes", "2"))
        given = pd.read_csv(folder / "out" / "summary.csv")["count"].sum() / rows
        found.append(
            {
                "codes": number,
                "codes a comment": f"{given:.1f}",
                "seconds": f"{took.seconds:.1f}",
                "rows a second": f"{rows / took.seconds:,.0f}",
                "processor seconds": f"{took.processor:.1f}",
                "peak memory": f"{took.megabytes:,.0f} MB",
            }
        )
    return pd.DataFrame(found)


def measure_length(folder: Path, rows: int) -> pd.DataFrame:
    """Two processes on comments of once to eight times the length, made by putting comments together."""
    task, found = list(find_tasks(folder))[-1], []
    for times in LENGTHS:
        texts, questions = vary_comments(task.texts, task.questions, rows, verbatim=VERBATIM)
        count = rows // times
        longer = [" ".join(texts[k * times : (k + 1) * times]) for k in range(count)]
        source = write_comments(longer, questions[:count], folder / "wave.csv")
        took = run_and_measure(_command(task, source, folder / "out", "--processes", "2"))
        characters = sum(map(len, longer))
        found.append(
            {
                "mean length": f"{characters / count:,.0f} characters",
                "rows": f"{count:,}",
                "seconds": f"{took.seconds:.1f}",
                "rows a second": f"{count / took.seconds:,.0f}",
                "million characters a second": f"{characters / took.seconds / 1e6:.2f}",
                "peak memory": f"{took.megabytes:,.0f} MB",
            }
        )
    return pd.DataFrame(found)


def measure_engines(folder: Path, rows: int) -> pd.DataFrame:
    """The same parquet by two processes of this machine, by Dask with two workers and by Spark's local[2].

    Each codes a tenth of the rows and all of them: the difference is what a row costs, the rest is the start.
    """
    task = list(find_tasks(folder))[-1]
    texts, questions = vary_comments(task.texts, task.questions, rows, verbatim=VERBATIM)
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(rows)], "question": questions, "text": texts})
    os.environ["PYSPARK_PYTHON"] = sys.executable
    engines = ["local, two processes", "Dask, two workers"]
    if find_spec("pyspark") and shutil.which("java"):
        engines.append("Spark, local[2]")
    else:
        print("Spark: left out, pyspark or Java is absent")
    found, least = [], rows // 10
    for engine in engines:
        took = []
        for size in (least, rows):
            took.append(run_and_measure(_engine_command(task, frame.iloc[:size], folder, engine)))
        found.append((engine, took, (took[1].seconds - took[0].seconds) / (rows - least)))
    return pd.DataFrame(
        {
            "engine": engine,
            "seconds": f"{took[1].seconds:.1f}",
            "to start": f"{max(took[1].seconds - rows * each, 0):.1f} s",
            "a row": f"{each * 1e6:,.0f} microseconds",
            "more than local a row": f"{(each - found[0][2]) * 1e6:,.0f} microseconds",
            "peak memory": f"{took[1].megabytes:,.0f} MB",
            "same rows": _compare(folder, task.codes, engine),
        }
        for engine, took, each in found
    )


def _engine_command(task: Task, frame: pd.DataFrame, folder: Path, engine: str) -> list[str]:
    """What codes a wave of one file, or of several for Spark, which takes a file as a part."""
    source, name = folder / "wave.parquet", engine.split(",")[0].lower()
    if name == "spark":
        parts = folder / "parts"
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir()
        for number, first in enumerate(range(0, len(frame), PART)):
            frame.iloc[first : first + PART].to_parquet(parts / f"part-{number:04d}.parquet", index=False)
        shutil.rmtree(folder / name, ignore_errors=True)
        return [sys.executable, "-c", _spark_script(task, parts, folder / name)]
    frame.to_parquet(source, row_group_size=PART, index=False)
    more = ["--engine", "dask"] if name == "dask" else []
    return _command(task, source, folder / name, "--processes", "2", *more)


def _compare(folder: Path, codes: list[str], engine: str) -> str:
    """Whether the codes of every row are those of the local engine."""
    name = engine.split(",")[0].lower()
    whole = pd.read_parquet(folder / "local" / "coded_wide.parquet").set_index("id")[codes]
    path = folder / name if name == "spark" else folder / name / "coded_wide.parquet"
    other = pd.read_parquet(path).set_index("id")[codes].reindex(whole.index)
    same = whole.astype(float).fillna(-1).eq(other.astype(float).fillna(-1)).all(axis=None)
    return "yes" if same else "NO"


def _spark_script(task: Task, source: Path, out: Path) -> str:
    """The lines of docs/spark.md for this wave and model."""
    page = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")
    (block, *_) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    given = {"model": task.model, "text": "text", "id": "id", "question": "question"}
    lines = [f"given = {given!r}" if line.startswith("given =") else line for line in block.splitlines()]
    script = "\n".join(lines).replace('"wave.parquet"', repr(str(source)))
    return f"{_SESSION}{script}\nspark.stop()\n".replace('"coded.parquet"', repr(str(out)))


def _read_labels() -> tuple[Any, pd.DataFrame]:
    """The comments and labels of the benchmark data, or of the school where it is absent."""
    data = find_benchmarks()
    if data is None:
        labelled, _ = read_study()
        return labelled.corpus, labelled.y
    chosen = choose_nhs(read_nhs(data))
    return chosen.corpus, chosen.y


_PARTS = {"codes": measure_codes, "length": measure_length, "engines": measure_engines}


if __name__ == "__main__":
    sys.exit(main())
