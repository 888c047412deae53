"""One method on one split: what it says of the texts it has not seen, and the seconds it took.

Every table of ``accuracy.py`` and ``few_shot.py`` is made of these, so that methods are treated alike.
"""

from __future__ import annotations

import hashlib
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from baselines import fresh_vectors
from protocols import Labelled

from textmine.cleaning import repair_texts
from textmine.codebook import Codebook
from textmine.corpus import Corpus

Floats = npt.NDArray[np.float64]

#: Runs of which the median counts.
REPEATS = 3
#: Texts that a method is tried on first, ...
FIRST = 100
#: ... and the seconds that each run should last: a quick method codes the texts several times over.
SHORTEST = 0.5


@dataclass(frozen=True)
class Task:
    """Texts to learn from, with their labels (texts, codes), and texts to code.

    ``quotes``, ``codebook`` and ``withhold`` are for the methods that can learn from these.
    """

    learn: Corpus
    y: pd.DataFrame
    test: Corpus
    quotes: pd.DataFrame | None = None
    codebook: Codebook | None = None
    withhold: frozenset[str] = frozenset()

    @classmethod
    def of(cls, learn: Labelled, test: Labelled) -> Task:
        """The task of a protocol that gives two labelled parts."""
        return cls(learn.corpus, learn.y, test.corpus)

    @property
    def digest(self) -> str:
        """Hash of the texts, questions and labels on both sides."""
        sha = hashlib.sha256(np.ascontiguousarray(self.y.to_numpy(dtype=float)).tobytes())
        for corpus in (self.learn, self.test):
            for column in (corpus.texts, corpus.questions):
                sha.update("\x1f".join(column).encode("utf-8", "surrogatepass") + b"\x1e")
        return sha.hexdigest()


@dataclass(frozen=True)
class Judged:
    """What a method made of a task.

    ``probabilities`` (texts, codes) and ``thresholds`` (codes,) are its own; ``held_out`` are the
    probabilities that it gave, while learning, to training texts it had not seen, (training texts, codes),
    NaN where it keeps none. ``learning`` and ``learning_cpu`` are wall and processor seconds of the fit;
    ``a_second`` is comments coded a second.
    """

    probabilities: Floats
    thresholds: Floats
    held_out: Floats
    learning: float
    learning_cpu: float
    a_second: float

    @property
    def applies(self) -> Floats:
        """1 where a code applies by the method's own thresholds, else 0; (texts, codes)."""
        return (self.probabilities >= self.thresholds).astype(float)


@dataclass
class Keeper:
    """Keeps what was judged in a folder, so that a run that was cut off goes on where it stopped.

    A method is known by its name and settings, a task by its texts and labels; a change to a method's code
    is not seen: empty the folder then. Without a folder nothing is kept.
    """

    folder: Path | None = None
    taken_up: list[str] = field(default_factory=list)

    def judge(self, name: str, make: Callable[[], Any], task: Task, *, timed: bool = True) -> Judged:
        """What was kept of this method on this task, or what it says now."""
        if self.folder is None:
            return judge(make(), task, timed=timed)
        key = hashlib.sha256(f"{name}\x1f{make()!r}\x1f{timed}\x1f{task.digest}".encode()).hexdigest()[:24]
        path = self.folder / f"{key}.npz"
        if path.is_file():
            self.taken_up.append(name)
            with np.load(path) as stored:
                arrays = {part: stored[part] for part in stored.files}
            numbers = {part: float(arrays.pop(part)) for part in ("learning", "learning_cpu", "a_second")}
            return Judged(**arrays, **numbers)
        networks = self.folder / f"{key}-networks"
        judged = judge(make(), task, timed=timed, networks=networks)
        print(f"{name}: {judged.learning:.0f} s", flush=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{key}.part.npz")
        np.savez(part, **{k: np.asarray(v) for k, v in vars(judged).items()})
        part.replace(path)
        shutil.rmtree(networks, ignore_errors=True)
        return judged


def judge(coder: Any, task: Task, *, timed: bool = True, networks: Path | None = None) -> Judged:
    """Train a method on a task's learning side and let it code the other; ``timed`` also times the coding.

    ``networks`` is a folder for those that are done: a training that was cut off goes on from them, and then
    its seconds say nothing (NaN).
    """
    wall, cpu = time.perf_counter(), time.process_time()
    options: dict[str, Any] = {"quotes": task.quotes, "codebook": task.codebook, "withhold": task.withhold}
    resumed = networks is not None and networks.is_dir()
    if networks is not None and "resume_in" in signature(coder.fit).parameters:
        options["resume_in"] = networks
    coder.fit(task.learn, task.y, **options)
    learning, learning_cpu = time.perf_counter() - wall, time.process_time() - cpu
    if resumed:
        learning = learning_cpu = float("nan")
    probabilities = np.asarray(coder.predict_proba(task.test), dtype=float)
    speed = comments_a_second(coder.predict_proba, task.test) if timed else float("nan")
    thresholds = np.asarray(coder.thresholds_, dtype=float)
    return Judged(probabilities, thresholds, held_out_of(coder, task), learning, learning_cpu, speed)


def judge_folds(keeper: Keeper, name: str, make: Callable[[], Any], tasks: Sequence[Task]) -> list[Judged]:
    """A method on each of some tasks; its coding is timed on the first alone."""
    return [keeper.judge(name, make, task, timed=not number) for number, task in enumerate(tasks)]


def held_out_of(coder: Any, task: Task) -> Floats:
    """Probabilities of the training texts by models that had not seen them, NaN where there are none."""
    whole = np.full(task.y.shape, np.nan)
    if hasattr(coder, "out_of_fold"):
        rows, found = coder.out_of_fold(repair_texts(task.learn.texts), task.learn.questions)
        whole[rows] = found
    elif getattr(coder, "held_out_", None) is not None:
        whole[:] = coder.held_out_
    return whole


def comments_a_second(code: Callable[[Corpus], Any], corpus: Corpus) -> float:
    """Comments a second of ``code``, the median of ``REPEATS`` runs.

    The first texts are coded once to warm up, and once more to see how long it takes. A slow method is then
    timed on these alone, a quick one on the corpus several times over, so that a run lasts ``SHORTEST``.
    """
    first = corpus.select(np.arange(min(FIRST, len(corpus))))
    _time(code, first, 1)
    seconds = _time(code, first, 1)
    if seconds > SHORTEST / 2:
        part, times = first, 1
    else:
        part = corpus
        times = max(1, round(SHORTEST / max(seconds * len(corpus) / len(first), 1e-6)))
    runs = [_time(code, part, times) for _ in range(REPEATS)]
    return len(part) * times / statistics.median(runs)


def _time(code: Callable[[Corpus], Any], corpus: Corpus, times: int) -> float:
    spent = 0.0
    for _ in range(times):
        with fresh_vectors():
            started = time.perf_counter()
            code(corpus)
            spent += time.perf_counter() - started
    return spent
