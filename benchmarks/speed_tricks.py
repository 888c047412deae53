"""What each trick of the fast tier saves: the same work with it and without it, timed in turn.

    python benchmarks/speed_tricks.py [--rows 60000]

Processor seconds of one thread, the least of three runs in turn. What comes out must be the same, which is
checked. The table goes to benchmarks/results/speed-tricks.md and into docs/speed.md; about two minutes.
Without the NHS comments it takes the school comments.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt
import pandas as pd
from comments import vary_comments
from scoring import write_results
from speed import find_tasks

from textmine.cleaning import repair, repair_texts
from textmine.coding.artefact import load_coder
from textmine.coding.batch import code_texts
from textmine.coding.coded_texts import RecentTexts
from textmine.coding.coder import Coder
from textmine.coding.scorer import Scorer
from textmine.coding.static import load_static_vectors
from textmine.coding.tokens import TypeIndex, token_spans
from textmine.exchange.arrow_csv import render_csv
from textmine.files import write_rows
from textmine.locations import find_model

ROWS = 60_000
RUNS = 3
PART = 8_000
#: Scores of tables of half-precision shares are as near as this to those of the features themselves.
NEAR = 2e-3

Work = Callable[[], Any]


@dataclass(frozen=True)
class Trick:
    """The same work as textmine does it and in the plain way; ``same`` compares what they give."""

    name: str
    quick: Work
    plain: Work
    same: Callable[[Any, Any], bool]


def main(arguments: Sequence[str] | None = None) -> int:
    """Time every trick and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--dry", action="store_true", help="print, but write no table")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        task = list(find_tasks(Path(name)))[-1]
        texts, questions = vary_comments(task.texts, task.questions, asked.rows)
        coder = load_coder(task.model)
        assert isinstance(coder, Coder)
        table = pd.DataFrame([time_trick(trick) for trick in list_tricks(coder, texts, questions)])
    print(table.to_string(index=False))
    if not asked.dry:
        notes = [
            f"{asked.rows:,} comments made of those of {task.name}; {os.cpu_count()} cores, one used.",
            "",
        ]
        notes.append("Made by `python benchmarks/speed_tricks.py`.")
        write_results("speed-tricks", table, shown=table, title="What each trick saves", notes=notes)
    return 0


def time_trick(trick: Trick) -> dict[str, str]:
    """A row of the table. Raises ``RuntimeError`` where the two ways give something else."""
    took: dict[str, list[float]] = {"quick": [], "plain": []}
    for _ in range(RUNS):
        given = []
        for way, work in (("quick", trick.quick), ("plain", trick.plain)):
            began = time.process_time()
            given.append(work())
            took[way].append(time.process_time() - began)
        if not trick.same(*given):
            raise RuntimeError(f"{trick.name}: the plain way gives something else.")
    quick, plain = min(took["quick"]), min(took["plain"])
    return {
        "trick": trick.name,
        "with it": f"{quick:.2f} s",
        "without": f"{plain:.2f} s",
        "times as quick": f"{plain / max(quick, 1e-9):.1f}",
    }


def list_tricks(coder: Coder, texts: list[str], questions: list[str]) -> Iterator[Trick]:
    """Every trick, with its two ways made ready."""
    yield Trick(
        "texts that came before are coded once",
        lambda: code_parts(coder, texts, questions, remember=True),
        lambda: code_parts(coder, texts, questions, remember=False),
        lambda a, b: bool(np.array_equal(a, b, equal_nan=True)),
    )
    repaired = repair_texts(texts)
    yield Trick(
        "words are cut into tokens once, not at each occurrence",
        lambda: len(TypeIndex().tokenise(repaired).types),
        lambda: sum(len(token_spans(text)) for text in repaired),
        lambda a, b: a == b,
    )
    few = slice(0, PART)
    vectors = load_static_vectors(find_model(coder.vectors))
    folded = Scorer(coder.vocabulary_, coder.weights_, vectors)
    bare = Scorer(coder.vocabulary_, coder.weights_, vectors)
    yield Trick(
        "weights are folded into tables of tokens",
        lambda: folded.score(repaired[few], questions[few]).scores,
        lambda: score_by_features(bare, coder, repaired[few], questions[few]),
        lambda a, b: bool(np.abs(a - b).max() < NEAR),
    )
    yield Trick(
        "plain texts pass the repair by",
        lambda: repair_texts(texts),
        lambda: _without(lambda: repair_texts(texts), (repair, "_is_plain", lambda text: False)),
        lambda a, b: a == b,
    )
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(len(texts))], "question": questions, "text": texts})
    frame = frame.assign(**{f"code{k}": np.arange(len(texts)) % 2 for k in range(len(coder.codes_))})
    yield Trick(
        "csv is put together by Arrow", lambda: _write_quick(frame), lambda: _write_plain(frame), _is_same_csv
    )


def code_parts(
    coder: Coder, texts: list[str], questions: list[str], *, remember: bool
) -> npt.NDArray[np.float64]:
    """Scores of the texts, coded a part at a time, with or without those coded before in memory."""
    recent, found = RecentTexts(len(coder.codes_)), []
    for first in range(0, len(texts), PART):
        part = slice(first, first + PART)
        some = texts[part]
        left_out = np.zeros(len(some), bool)
        kept = recent if remember else None
        found.append(code_texts(coder, some, questions[part], leave_out=left_out, recent=kept).scores)
    return np.vstack(found)


def score_by_features(
    scorer: Scorer, coder: Coder, texts: list[str], questions: list[str]
) -> npt.NDArray[np.float64]:
    """Scores as the model defines them: the features of each text times the weights of its question."""
    design, weights = scorer.analyser.design(texts, questions), coder.weights_
    scores = np.zeros((len(texts), len(coder.codes_)))
    for q in range(design.questions.shape[1]):
        share = design.questions[:, [q]]
        added = design.terms @ weights.terms[q] + design.pieces @ weights.pieces[q]
        scores += share * (added + design.static @ weights.static[q] + weights.constant[q])
    return scores


def _without(work: Work, *patches: tuple[Any, str, Any]) -> Any:
    with ExitStack() as stack:
        for module, name, other in patches:
            stack.enter_context(mock.patch.object(module, name, other))
        return work()


def _write_quick(frame: pd.DataFrame) -> str:
    import pyarrow as pa

    return bytes(render_csv(pa.Table.from_pandas(frame, preserve_index=False), header=True)).decode()


def _write_plain(frame: pd.DataFrame) -> str:
    handle = io.StringIO(newline="")
    write_rows([frame.columns], handle)
    write_rows(frame.itertuples(index=False), handle)
    return handle.getvalue()


def _is_same_csv(one: str, other: str) -> bool:
    return one == other


if __name__ == "__main__":
    sys.exit(main())
