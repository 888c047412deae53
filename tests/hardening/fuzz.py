"""Fuzzes what reads files or answers requests: ``python tests/hardening/fuzz.py csv --seconds 600``.

With atheris (``pip install atheris``; Linux) the mutations are led by the lines they reach; without it a
seeded mutation of sound files is all there is. Anything but a good end or a ``TextmineError``, more than
30 s, or 1 GB more memory is a finding, told once for each place in the code and kept in ``--keep``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from seeds import make_seeds
from targets import TARGETS, Try

LONGEST_SECONDS = 30
MOST_MEMORY = 2**30
MOST_TOLD = 20_000


class _TooLong(BaseException):
    """An input took longer than any may."""


class Watch:
    """Runs inputs and keeps count; ``write`` puts the count where the caller of this process finds it."""

    def __init__(self, name: str, attempt: Try, keep: Path | None, report: Path | None) -> None:
        from textmine.errors import TextmineError

        self.name, self.attempt, self.keep, self.report = name, attempt, keep, report
        self.known = TextmineError
        self.inputs = self.refused = 0
        self.findings: dict[str, str] = {}
        self.slowest, self._written = 0.0, time.monotonic()

    def take(self, data: bytes) -> None:
        """Try one input; whatever is found is noted, never raised."""
        self.inputs += 1
        memory, started = _peak_memory(), time.monotonic()
        signal.alarm(LONGEST_SECONDS)
        try:
            self.attempt(data)
        except self.known as error:
            self.refused += 1
            if len(str(error)) > MOST_TOLD:
                self.note("an error of endless length", data)
        except _TooLong:
            self.note(f"more than {LONGEST_SECONDS} s", data)
        except MemoryError:
            self.note("MemoryError", data)
        except Exception as error:
            self.note(_place(error), data)
        finally:
            signal.alarm(0)
        self.slowest = max(self.slowest, time.monotonic() - started)
        if _peak_memory() - memory > MOST_MEMORY:
            self.note("more than 1 GB", data)
        if time.monotonic() - self._written > 1:
            self.write()

    def note(self, what: str, data: bytes) -> None:
        """Keep a finding once, with the input that showed it."""
        if what in self.findings:
            return
        self.findings[what] = ""
        if self.keep is not None:
            path = self.keep / f"{self.name}-{len(self.findings)}"
            path.write_bytes(data)
            self.findings[what] = path.name
        print(f"{self.name}: {what}", file=sys.stderr, flush=True)
        self.write()

    def write(self) -> None:
        """The count as JSON, so that it outlives a crash of the process."""
        self._written = time.monotonic()
        if self.report is not None:
            self.report.write_text(json.dumps(self.told()), encoding="utf-8")

    def told(self) -> dict[str, Any]:
        """What was tried and found."""
        return {
            "target": self.name, "inputs": self.inputs, "refused": self.refused, "findings": self.findings,
            "slowest": round(self.slowest, 2), "memory_mb": _peak_memory() // 2**20,
        }  # fmt: skip


def fuzz_plainly(name: str, watch: Watch, seeds: list[bytes], seconds: float, seed: int) -> None:
    """Seeded mutations of the seeds, and of inputs that were read well."""
    rng, mutate = random.Random(seed), TARGETS[name].mutate
    pool = list(seeds)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        data = mutate(rng.choice(pool), rng)
        refused = watch.refused
        watch.take(data)
        if watch.refused == refused and len(data) < 20_000:  # it was read: go on from here, now and then
            if len(pool) < 200:
                pool.append(data)
            else:
                pool[rng.randrange(len(seeds), 200)] = data


def fuzz_by_reach(
    name: str, watch: Watch, seeds: list[bytes], seconds: float, seed: int, folder: Path
) -> None:
    """atheris leads the mutations by what they reach; it ends the process itself."""
    import atheris

    corpus = folder / "corpus"
    corpus.mkdir()
    for n, data in enumerate(seeds):
        (corpus / str(n)).write_bytes(data)
    own = TARGETS[name].mutate

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        plainly = 0.05 if data.startswith(b"PK") else 0.3
        changed = atheris.Mutate(data, most) if rng.random() < plainly else own(data, rng)
        return changed[:most]

    ends = time.monotonic() + seconds

    def take(data: bytes) -> None:
        watch.take(data)
        if time.monotonic() > ends:  # libFuzzer would end the process without a word
            _tell(watch, "atheris")
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(1 if watch.findings else 0)

    options = [
        f"-max_total_time={int(seconds) + 60}", f"-seed={seed or 1}", "-rss_limit_mb=4096", "-mutate_depth=1",
        "-max_len=100000", "-verbosity=0", f"-artifact_prefix={watch.keep or folder}/",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], take, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> None:
    """Read the command line and fuzz one target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=[*TARGETS])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["atheris", "plain"], help="atheris where it is installed")
    parser.add_argument("--keep", type=Path, help="folder for inputs that showed something")
    parser.add_argument("--report", type=Path, help="JSON of what was tried and found")
    parser.add_argument("--once", type=Path, help="try this one input and tell all of its error")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="textmine-fuzz-") as place:
        folder = Path(place)
        engine = given.engine or _choose_engine()
        if given.once:
            TARGETS[given.target].make(_made(folder, "work"))(given.once.read_bytes())
            return
        with _instrument(engine):
            seeds = make_seeds(given.target, _made(folder, "seeds"))
            attempt = TARGETS[given.target].make(_made(folder, "work"))
        signal.signal(signal.SIGALRM, _stop)
        watch = Watch(given.target, attempt, given.keep, given.report)
        for data in seeds:
            attempt(data)  # a seed that is refused would teach nothing
            watch.take(data)
        if engine == "atheris":
            fuzz_by_reach(given.target, watch, seeds, given.seconds, given.seed, folder)
        else:
            fuzz_plainly(given.target, watch, seeds, given.seconds, given.seed)
            _tell(watch, engine)
        sys.exit(1 if watch.findings else 0)


def _instrument(engine: str) -> Any:
    """What makes atheris see which lines of textmine are reached."""
    if engine != "atheris":
        return contextlib.nullcontext()
    import atheris

    return atheris.instrument_imports(include=["textmine"], enable_loader_override=False)


def _tell(watch: Watch, engine: str) -> None:
    watch.write()
    print(json.dumps({"engine": engine, **watch.told()}), flush=True)


def _choose_engine() -> str:
    import importlib.util

    return "atheris" if importlib.util.find_spec("atheris") else "plain"


def _made(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _stop(number: int, frame: object) -> None:
    raise _TooLong


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _place(error: Exception) -> str:
    """The kind of an error and where in textmine it arose, by which two findings are one."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/textmine/" in frame.filename] or frames
    last = frames[-1]
    at, deepest = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in (own[-1], last))
    return f"{type(error).__name__} in {at} ({deepest})"


if __name__ == "__main__":
    main()
