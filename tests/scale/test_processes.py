"""Work shared by processes: all of it is done, whatever becomes of one of them."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.scale.processes import TRIES, count_processors, share_work

_given: list[int] = []


def set_up(number: int) -> None:
    _given[:] = [number]


def add(number: int) -> int:
    return number + _given[0]


def die_once(task: tuple[int, str]) -> int:
    number, folder = task
    mark = Path(folder, str(number))
    if number % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(_: int) -> int:
    os._exit(9)


def refuse(number: int) -> int:
    if number == 3:
        raise InputError("three is refused")
    return number


@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_is_done_once(processes: int) -> None:
    done = dict(share_work(range(20), add, processes=processes, set_up=set_up, given=(100,)))
    assert done == {n: n + 100 for n in range(20)}


def test_no_more_tasks_are_taken_than_processes_need() -> None:
    taken: list[int] = []

    def tasks():
        for number in range(50):
            taken.append(number)
            yield number

    for count, _ in enumerate(share_work(tasks(), abs, processes=2), start=1):
        assert len(taken) <= count + 2 * 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_task_of_a_killed_process_is_done_in_another(tmp_path: Path) -> None:
    tasks = [(n, str(tmp_path)) for n in range(1, 7)]
    assert sorted(n for _, n in share_work(tasks, die_once, processes=2)) == [1, 2, 3, 4, 5, 6]


def test_task_that_kills_every_process_is_given_up() -> None:
    with pytest.raises(InputError, match=f"ended from outside {TRIES} times"):
        list(share_work([1, 2], die, processes=2))


def test_error_of_a_task_is_told() -> None:
    with pytest.raises(InputError, match="three is refused"):
        list(share_work(range(9), refuse, processes=2))


def test_processors_are_counted() -> None:
    assert 1 <= count_processors() <= (os.cpu_count() or 1)
