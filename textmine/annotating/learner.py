"""A coder that learns while people annotate: trained anew in a process of its own, never in the app's way."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textmine.annotating.background import TOO_EARLY
from textmine.annotating.queue import check_mix
from textmine.annotating.rounds import read_curve
from textmine.errors import TextmineError

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project

log = logging.getLogger(__name__)

#: Decisions since the last training that start the next; and units that each reader has ahead.
EVERY, AHEAD = 20, 20
#: Seconds between two looks at what came in; and the longest that a training may take.
LOOK_SECONDS, LONGEST_SECONDS = 3.0, 3600.0

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


class Learner:
    """Watches a project's decisions; trains, and fills the queue, in the background.

    After every ``every`` new decisions a process of low priority trains a coder and writes its scores (see
    ``rounds.learn_round``). Whoever has no more than half of ``ahead`` units to read gets more, by ``mix``;
    without a ``mix`` the plan is left as it is. The thread that watches only counts: all work is done in the
    other process, so that no page waits for it. Whatever fails is logged without a word of the texts, and
    tried again after as many decisions. Files are written whole or not at all, so a process that is killed
    leaves the last round as it was. ``project`` and its open ``store`` are watched every ``look_seconds``.

    >>> import tempfile
    >>> import pandas as pd
    >>> from textmine import Codebook, Corpus, create_project
    >>> from textmine.annotations import Settings
    >>> texts = Corpus(pd.DataFrame({"doc_id": ["u1"], "text": ["We share costs"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = create_project(folder, texts, Codebook.from_labels(["money"]), Settings(name="study"))
    ...     with project.open_store() as store:
    ...         Learner(project, store, every=20).look()  # nothing was decided yet
    False
    """

    def __init__(
        self,
        project: Project,
        store: AnnotationStore,
        *,
        every: int = EVERY,
        mix: Mapping[str, float] | None = None,
        ahead: int = AHEAD,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.project, self.store = project, store
        self.every, self.ahead, self.look_seconds = every, ahead, look_seconds
        self.mix = check_mix(mix) if mix is not None else {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        curve = read_curve(project)
        self._seen = self._trained = int(curve["seq"].iloc[-1]) if len(curve) else 0
        self._waiting = 0
        self._filled = -1

    @property
    def is_running(self) -> bool:
        """Whether it watches the project now."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Learner:
        """Begin to watch, in a thread of its own; gives the learner back.

        In a reflexive project it does nothing: no model is trained on what people read there.
        """
        if self.store.approach != "reflexive" and not self.is_running:
            self._stop.clear()
            self._thread = threading.Thread(target=self._watch, name="textmine-learner", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop watching; a training under way is ended, and the round before it stands."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    def look(self) -> bool:
        """Train and fill the queue if it is time; says whether a round was trained."""
        fresh = self.store.events(kinds=["decision", "adjudication", "undo"], after=self._seen)
        if fresh:
            self._seen = fresh[-1].seq
            self._waiting += len(fresh)
        train = self._waiting >= self.every
        short = self._find_short()
        if not (train or short):
            return False
        self._filled = self._seen
        ended = work_apart(
            self.project.folder,
            train=train,
            mix=self.mix if short else {},
            ahead=self.ahead,
            people=short,
            stop=self._stop,
        )
        if train:
            self._waiting = 0
        if ended not in (0, TOO_EARLY, None):
            log.warning("Background work ended with %d; the last round stands.", ended)
        return train and ended == 0

    def _find_short(self) -> list[str]:
        """Who has little left to read, if anything was decided since the queue was filled last."""
        if not self.mix or self._filled == self._seen:
            return []
        active = [person for person in self.store.annotators() if person.active]
        readers = [person.name for person in active if person.role == "annotator"]
        readers = readers or [person.name for person in active]
        return [n for n in readers if len(self.store.next_tasks(n, self.ahead)) <= self.ahead // 2]

    def _watch(self) -> None:
        while not self._stop.wait(self.look_seconds):
            try:
                self.look()
            except TextmineError as error:
                log.warning("The learner could not go on: %s", error)
            except Exception as error:  # its message might hold a respondent's words
                log.warning("The learner met %s; annotation goes on without it.", type(error).__name__)


def work_apart(
    folder: Path,
    *,
    train: bool = True,
    mix: Mapping[str, float] | None = None,
    ahead: int = AHEAD,
    people: Sequence[str] = (),
    stop: threading.Event | None = None,
) -> int | None:
    """Run ``background.main`` in a process of low priority on one thread; gives how it ended.

    None where ``stop`` was set, or it took longer than an hour: then it was ended.
    """
    command = [sys.executable, "-m", "textmine.annotating.background", str(folder)]
    command += ["--train"] if train else []
    if mix and people:
        command += ["--mix", ",".join(f"{name}={share}" for name, share in mix.items())]
        command += ["--ahead", str(ahead), "--people", *people]
    process = subprocess.Popen(
        command,
        env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
    )
    waits = stop or threading.Event()
    until = time.monotonic() + LONGEST_SECONDS
    while process.poll() is None:
        if waits.wait(0.1) or time.monotonic() > until:
            process.kill()
            process.wait()
            return None
    return process.returncode
