"""Run tests against mutants in a copy of the tree, each mutant in a forked process of its own.

The parent loads what the tests need from other packages once, so that a mutant takes a second or less; it
never loads the code under test, nor the tests.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Processor seconds that a mutant may take beyond five times what the tests take without it.
PATIENCE = 20
#: Bytes of memory that a mutant may take.
MOST_MEMORY = 8 * 2**30
PYTEST: tuple[str, ...] = (
    "-x",
    "-q",
    "-m",
    "not slow",
    "-p",
    "no:cacheprovider",
    "--hypothesis-profile=mutants",
)
PYTEST += ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # of what was loaded beforehand


class Runner:
    """Tests of some files, ready to be run against mutants of them.

    Makes a copy of the files' package and of the tests in ``folder``, links what else lies in ``root``, and
    runs the tests there once as they are. Raises ``SystemExit`` where they fail, and where they do not notice
    a file that cannot be imported: then they test other code than the copy.
    """

    def __init__(self, root: Path, folder: Path, files: Sequence[str], tests: Sequence[str]) -> None:
        self.folder = folder
        self.tests = [*tests, *files]  # the files too: their doctests
        self._code = {file: (root / file).read_text("utf-8") for file in files}
        copied = {Path(name).parts[0] for name in self.tests}
        for place in root.iterdir():
            if place.name in copied:
                skipped = shutil.ignore_patterns("__pycache__")
                shutil.copytree(place, folder / place.name, ignore=skipped, symlinks=True)
            elif place.name not in (".git", ".hypothesis"):
                (folder / place.name).symlink_to(place.resolve())
        told = folder / "told.json"
        if self._run(lambda: self._watch(told), None):
            raise SystemExit(
                f"The tests fail without a mutant: pytest {' '.join(self.tests)}\n{self._tail()}"
            )
        watched = json.loads(told.read_text("utf-8"))
        self._by_line: dict[str, dict[str, list[str]]] = watched["lines"]
        self._order = {
            test: at for at, test in enumerate(sorted(watched["seconds"], key=watched["seconds"].get))
        }
        _load(watched["modules"])
        started = _child_seconds()
        if self._run(lambda: self._test(self.tests), None):
            raise SystemExit(f"The tests fail when they run again without a mutant.\n{self._tail()}")
        self._limit = int(5 * (_child_seconds() - started)) + PATIENCE
        for file in files:
            (folder / file).write_text("raise RuntimeError('not to be imported')\n", "utf-8")
            noticed = self._run(lambda: self._test(tests), self._limit)
            (folder / file).write_text(self._code[file], "utf-8")
            if not noticed:
                raise SystemExit(f"The tests do not import {file}: name others with --tests.")

    def try_code(self, file: str, code: str, line: int, end: int) -> str:
        """Whether ``code`` in the place of a file is 'killed', has 'survived' or 'timed out'.

        ``line`` to ``end`` are the lines that differ. Tests that run them go first, the quickest foremost.
        """
        place = self.folder / file
        place.write_text(code, "utf-8")
        try:
            first = self._find_tests(file, line, end)
            others = [test for test in self._order if test not in set(first)]
            for tests in (first, others) if first else (self.tests,):
                if not tests:
                    continue
                ended = self._run(lambda chosen=tests: self._test(chosen), self._limit)  # type: ignore[misc]
                if ended:
                    return "timed out" if ended < 0 else "killed"
            return "survived"
        finally:
            place.write_text(self._code[file], "utf-8")

    def _find_tests(self, file: str, line: int, end: int) -> list[str]:
        """Tests that run one of the lines; none where they are run on import, so that every test counts."""
        lines = self._by_line.get(file, {})
        found = {test for at in range(line, end + 1) for test in lines.get(str(at), [])}
        return [] if "" in found else sorted(found, key=lambda test: self._order.get(test, 0))

    def _run(self, work: Callable[[], int], limit: int | None) -> int:
        """Do work in a process of its own; its exit status, or -1 where it took too long."""
        child = os.fork()
        if not child:
            os._exit(self._become_child(work, limit))
        patience = time.monotonic() + (4 * limit if limit else 3600)
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            late = time.monotonic() > patience
            if done or late:
                _end_group(child)
            if done:
                return -1 if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TOO_LONG else int(status != 0)
            if late:
                os.waitpid(child, 0)
                return -1
            time.sleep(0.01)

    def _tail(self) -> str:
        """The end of what the last run printed."""
        return (self.folder / "output.txt").read_text("utf-8", errors="replace")[-2000:]

    def _become_child(self, work: Callable[[], int], limit: int | None) -> int:
        try:
            os.setsid()
            quiet = os.open(self.folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            if limit:
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
                resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            os.chdir(self.folder)
            os.environ["PYTHONPATH"] = str(self.folder)
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # a mutant of the same second and size is another one
            sys.dont_write_bytecode = True
            sys.path.insert(0, str(self.folder))
            return work()
        except BaseException:
            traceback.print_exc()
            return 3
        finally:
            sys.stdout.flush()
            sys.stderr.flush()

    def _test(self, tests: Sequence[str], plugins: Sequence[Any] = ()) -> int:
        import pytest
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutants", deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate),
        )  # fmt: skip
        base = f"--basetemp={self.folder / 'basetemp'}"
        return int(pytest.main([*PYTEST, base, *tests], plugins=list(plugins)))

    def _watch(self, told: Path) -> int:
        """Run all tests, and tell which runs which lines, how long each takes and what they load."""
        import coverage

        paths = {file: str((self.folder / file).resolve()) for file in self._code}
        watch = coverage.Coverage(data_file=None, config_file=False, include=list(paths.values()))
        plugin = _Watcher(watch)
        watch.start()
        ended = self._test(self.tests, [plugin])
        watch.stop()
        data = watch.get_data()
        lines = {file: data.contexts_by_lineno(path) for file, path in paths.items()}
        own = {Path(name).parts[0] for name in self.tests} | {"conftest", "__main__"}
        modules = [name for name in sys.modules if name.split(".")[0] not in own]
        told.write_text(json.dumps({"lines": lines, "seconds": plugin.seconds, "modules": modules}), "utf-8")
        return ended


class _Watcher:
    """A plugin of pytest that tells coverage which test is running."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.watch.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


_TOO_LONG = (signal.SIGXCPU, signal.SIGKILL)


def _load(modules: Sequence[str]) -> None:
    """Import modules of other packages; one that cannot be is left to the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception:
                continue


def _end_group(leader: int) -> None:
    """End the processes that a test may have left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _child_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
