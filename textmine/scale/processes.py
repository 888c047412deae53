"""Work shared by processes: in bounded memory, and done again where a process was ended on the way."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any, TypeVar

from textmine.errors import InputError

Task = TypeVar("Task")
Done = TypeVar("Done")

#: Tasks that wait for each process, and how often one is begun before it is given up.
AHEAD, TRIES = 2, 3


def count_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_work(
    tasks: Iterable[Task],
    work: Callable[[Task], Done],
    *,
    processes: int,
    set_up: Callable[..., None] | None = None,
    given: tuple[Any, ...] = (),
) -> Iterator[tuple[Task, Done]]:
    """Each task with what ``work`` makes of it, in the order in which they get done.

    ``set_up(*given)`` is called once in every process. On Linux processes are forked, so that what is loaded
    before is shared; elsewhere they start anew. With one process the work is done here. Where a process is
    ended from outside, its tasks are begun again in new ones. Raises ``InputError`` when that happens to a
    task ``TRIES`` times, and whatever ``work`` raises.

    >>> sorted(share_work([1, 2], abs, processes=1))
    [(1, 1), (2, 2)]
    """
    if processes < 2:
        if set_up is not None:
            set_up(*given)
        for task in tasks:
            yield task, work(task)
        return
    source = iter(tasks)
    again: list[tuple[Task, int]] = []
    while True:
        pool = _open_pool(processes, set_up, given)
        waiting: dict[Future[Done], tuple[Task, int]] = {}
        try:
            more = True
            while more or waiting:
                while more and len(waiting) < processes * AHEAD:
                    try:
                        task, tries = again.pop() if again else (next(source), 1)
                    except StopIteration:
                        more = False
                        break
                    waiting[_submit(pool, work, task)] = task, tries
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    done = future.result()
                    yield waiting.pop(future)[0], done
            return
        except BrokenProcessPool:
            again += [(task, tries + 1) for task, tries in waiting.values()]
            if any(tries > TRIES for _, tries in again):
                raise InputError(
                    f"The processes that share the work were ended from outside {TRIES} times, maybe for "
                    "want of memory. Use fewer with --processes; what is done is kept for --resume."
                ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, work: Callable[[Task], Done], task: Task) -> Future[Done]:
    """A task handed on; in a pool that broke, one that says so when it is asked for."""
    try:
        with warnings.catch_warnings():
            # forking is safe here: none of our threads holds a lock
            warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
            return pool.submit(work, task)
    except BrokenProcessPool as error:
        failed: Future[Done] = Future()
        failed.set_exception(error)
        return failed


def _open_pool(
    processes: int, set_up: Callable[..., None] | None, given: tuple[Any, ...]
) -> ProcessPoolExecutor:
    way = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(way)
    return ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(set_up, given))


def _begin(set_up: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    """Make a process ready: it ends with the one that began it, and takes one processor."""
    gc.set_threshold(100_000, 50, 100)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    if set_up is not None:
        set_up(*given)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
