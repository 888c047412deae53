"""What runs beside the app, in a process of its own: training, and more units for who runs short."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from textmine.errors import InputError

#: How the process ends where it is too early for a model.
TOO_EARLY = 3

_TRIES = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, carry decisions over to identical answers, fill the queue; 0 done, 3 too early for a model."""
    parser = argparse.ArgumentParser(description="Background work of textmine annotate.")
    parser.add_argument("folder", help="the project")
    parser.add_argument("--train", action="store_true", help="train a round")
    parser.add_argument("--mix", default="", help="fill the queue by this mix")
    parser.add_argument("--ahead", type=int, default=20, help="units that each reader gets")
    parser.add_argument("--people", nargs="*", default=[], help="who runs short")
    given = parser.parse_args(arguments)
    if hasattr(os, "nice"):
        os.nice(10)
    return work(given.folder, given.train, given.mix, given.ahead, given.people)


def work(folder: str, train: bool, mix: str, ahead: int, people: Sequence[str]) -> int:
    """Do what ``main`` was asked for."""
    from textmine.annotating.queue import read_mix
    from textmine.annotating.refill import carry_twins, list_review, refill_queue
    from textmine.annotating.rounds import learn_round, read_scores
    from textmine.annotations.project import Project

    project = Project.load(folder)
    ended = 0
    with project.open_store() as store:
        if train:
            try:
                learn_round(project, store)
            except InputError:
                ended = TOO_EARLY
        if mix:
            carry_twins(project, store)
            for _ in range(_TRIES):  # a draw may happen to meet only units that are read already
                short = [name for name in people if len(store.next_tasks(name, ahead)) <= ahead // 2]
                if not short or not store.unassigned(project.units):
                    break
                refill_queue(
                    project,
                    store,
                    ahead * len(short),
                    scores=read_scores(project),
                    mix=read_mix(mix),
                    people=short,
                    review=list_review(project),
                )
    return ended


if __name__ == "__main__":
    sys.exit(main())
