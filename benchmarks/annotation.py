"""Many annotators at once: decisions lost or doubled, how long a write takes, how soon the next text comes.

    python benchmarks/annotation.py [--writers 30] [--decisions 20000] [--units 100000] [--database URL]
    python benchmarks/annotation.py --http 30 [--decisions 6000]
    python benchmarks/annotation.py --http 50 --seconds 600

Each writer is a thread, as in the server of the annotation pages: it asks for its next text, decides, and
sends every fiftieth decision twice, as a browser does that missed the answer. Writers decide one after the
other without a pause, which no person does. ``--database`` takes a PostgreSQL URL in the place of an SQLite
file in a fresh folder. ``--http`` measures the whole app over HTTP, with and without the learner in the
background (see ``annotation_http``), and with ``--seconds`` for so long (see ``annotation_load``). The table
goes to benchmarks/results.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scoring import write_results

from textmine.annotations import AnnotationStore, Event, Task
from textmine.codebook import Codebook

CODES = ("money", "time", "people", "place", "help", "rules", "pupils", "staff", "travel", "other")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write ``annotation``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--writers", type=int, default=30)
    parser.add_argument("--decisions", type=int, default=20_000)
    parser.add_argument(
        "--units", type=int, default=100_000, help="texts of the project that 'next' is timed on"
    )
    parser.add_argument("--database", default="", help="postgresql://USER@HOST/NAME; else SQLite")
    parser.add_argument("--http", type=int, default=0, metavar="N", help="the app over HTTP, N browsers")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds that a browser reads, with --http")
    parser.add_argument("--seconds", type=float, default=0, help="with --http: for so long, memory watched")
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    if asked.http and asked.seconds:
        return measure_long(asked.http, asked.seconds, pause=asked.pause, dry=asked.dry)
    if asked.http:
        return measure_app(asked.http, asked.decisions, pause=asked.pause, dry=asked.dry)
    with tempfile.TemporaryDirectory() as folder:
        where = asked.database or str(Path(folder, "store.sqlite"))
        rows = [
            measure_writes(where, asked.writers, asked.decisions),
            measure_next(where, asked.units),
        ]
    table = pd.DataFrame(rows)
    table.insert(0, "store", "PostgreSQL" if asked.database else "SQLite")
    print(table.to_string(index=False))
    if not asked.dry:
        name, kind = ("annotation-postgres", "PostgreSQL") if asked.database else ("annotation", "SQLite")
        notes = [
            f"{os.cpu_count()} cores. Milliseconds of one write, confirmed on the disk, and of one 'next'."
        ]
        write_results(name, table, shown=table, title=f"The annotation store on {kind}", notes=notes)
    return 0 if all(row["lost"] == row["doubled"] == 0 for row in rows) else 1


def measure_app(browsers: int, decisions: int, *, pause: float, dry: bool) -> int:
    """Measure the app over HTTP and write ``annotation-http``; the busy quarter with pauses is shorter."""
    from annotation_http import measure_http

    rows = [
        measure_http(browsers, count, learn=learn, pause=wait)
        for wait, count in ((pause, max(decisions // 4, browsers)), (0.0, decisions))
        for learn in (False, True)
    ]
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    if not dry:
        notes = [
            f"{os.cpu_count()} cores, shared by browsers, server and learner. SQLite. Synthetic answers."
        ]
        title = "The annotation app over HTTP"
        write_results("annotation-http", table, shown=table, title=title, notes=notes)
    return 0 if all(row["lost"] == row["doubled"] == 0 for row in rows) else 1


def measure_long(browsers: int, seconds: float, *, pause: float, dry: bool) -> int:
    """Measure the app under load for so many seconds and write ``annotation-load``."""
    from annotation_load import measure_load

    rows = measure_load(browsers, seconds, pause=pause)
    table = pd.DataFrame(rows)
    for name in ("lost", "doubled", "rounds"):
        table[name] = table[name].astype("Int64")
    print(table.to_string(index=False))
    if not dry:
        notes = [
            f"{browsers} browsers with pauses of {pause:g} s on average for {seconds / 60:g} minutes; "
            f"{os.cpu_count()} cores, shared by browsers, server and learner. SQLite. Synthetic answers. "
            "Memory is the median of the server, and the most that the learner's own process held."
        ]
        title = "The annotation app under load"
        shown = table.astype(object).where(table.notna(), "")
        write_results("annotation-load", table, shown=shown, title=title, notes=notes)
    whole = rows[-1]
    return 0 if whole["errors"] == whole["lost"] == whole["doubled"] == 0 else 1


def open_store(where: str, project: str) -> AnnotationStore:
    """A store with the benchmark's codebook."""
    return AnnotationStore(where, project, Codebook.from_labels(list(CODES)))


def measure_writes(where: str, writers: int, decisions: int) -> dict[str, object]:
    """Decisions by all writers at once: seconds a write, what was lost and what stands twice."""
    project = f"writes-{time.time_ns()}"
    each = decisions // writers
    took: list[list[float]] = [[] for _ in range(writers)]
    with open_store(where, project) as store:
        plan = [Task(annotator=f"a{w}", unit_id=f"u{w}-{n}") for w in range(writers) for n in range(each)]
        store.assign(plan)

        def work(writer: int) -> None:
            name, rng = f"a{writer}", np.random.default_rng(writer)
            for n in range(each):
                task = store.next_task(name)
                assert task is not None and task.unit_id == f"u{writer}-{n}"
                codes = [code for code in CODES if rng.random() < 0.15]
                event = Event(
                    id=f"{name}-{n}",
                    kind="decision",
                    unit_id=task.unit_id,
                    annotator=name,
                    payload={"codes": codes},
                    round=task.round,
                )
                start = time.perf_counter()
                store.record(event)
                took[writer].append(time.perf_counter() - start)
                if n % 50 == 0:
                    store.record(event)

        threads = [threading.Thread(target=work, args=(writer,)) for writer in range(writers)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - start
        stored = [event.id for event in store.events()]
    wanted = {f"a{w}-{n}" for w in range(writers) for n in range(each)}
    milliseconds = 1000 * np.concatenate([np.array(part) for part in took])
    return {
        "what": f"{writers * each} decisions by {writers} writers at once",
        "median_ms": round(float(np.median(milliseconds)), 1),
        "p95_ms": round(float(np.percentile(milliseconds, 95)), 1),
        "longest_ms": round(float(milliseconds.max()), 1),
        "lost": len(wanted - set(stored)),
        "doubled": len(stored) - len(set(stored)),
        "per_second": round(writers * each / seconds),
    }


def measure_next(where: str, units: int, asked: int = 300) -> dict[str, object]:
    """The next text of a project of many, from the start and near its end."""
    project = f"next-{time.time_ns()}"
    took = []
    with open_store(where, project) as store:
        store.assign([Task(annotator="ann", unit_id=f"u{n}") for n in range(units)])
        read = [
            Event(id=f"e{n}", kind="decision", unit_id=f"u{n}", annotator="ann", payload={"codes": []})
            for n in range(0, units - asked)
        ]
        for start in range(0, len(read), 5000):
            store.record_all(read[start : start + 5000])
        for _ in range(asked):
            start_at = time.perf_counter()
            task = store.next_task("ann")
            took.append(time.perf_counter() - start_at)
            assert task is not None
            store.decide(task.unit_id, "ann", [])
    milliseconds = 1000 * np.array(took)
    return {
        "what": f"next of {units} texts, {units - asked} of them read",
        "median_ms": round(float(np.median(milliseconds)), 2),
        "p95_ms": round(float(np.percentile(milliseconds, 95)), 2),
        "longest_ms": round(float(milliseconds.max()), 2),
        "lost": 0,
        "doubled": 0,
        "per_second": round(1000 / float(milliseconds.mean())),
    }


if __name__ == "__main__":
    sys.exit(main())
