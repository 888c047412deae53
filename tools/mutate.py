"""Plant small mistakes in the code, one at a time, and see whether the tests notice (mutation testing).

    python -m tools.mutate                                        # all of MODULES: hours
    python -m tools.mutate textmine/spans.py textmine/agreement   # these files and folders
    python -m tools.mutate textmine/waves --sample 50 --seed 1    # 50 mutants of these, drawn at random
    python -m tools.mutate textmine/spans.py --out a.jsonl        # keep what became of each mutant
    python -m tools.mutate textmine/spans.py --survivors-of a.jsonl   # only those that survived there

The tests are the quick ones that mirror the module (or those of TESTS, or of --tests) and the module's own
doctests. A mutant meets first the tests that run its lines; one that lives through those meets all of them.
It ends with 1 if a mutant survived that ``tools/survivors.toml`` does not explain. Nothing is changed here:
mutants live in a copy of the code and the tests, in a temporary folder. Needs a system that can fork.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.mutant_runner import Runner
from tools.mutants import Mutant, list_mutants

ROOT = Path(__file__).resolve().parents[1]
EXPLAINED = "tools/survivors.toml"
#: What is tried without a word about it.
MODULES = ("textmine/spans.py", "textmine/offsets.py", "textmine/agreement")
_CERTIFICATES = tuple(f"tests/coding/test_{name}.py" for name in ("exact_tests", "certifying", "certificate"))
#: Tests of modules of which the whole room would be asked without need.
TESTS: dict[str, tuple[str, ...]] = {
    **{
        f"textmine/coding/{name}.py": _CERTIFICATES
        for name in ("exact_tests", "certifying", "certificate", "sample_design")
    },
    "textmine/estimates/formulas.py": ("tests/estimates/test_formulas.py", "tests/estimates/test_cells.py"),
}
KILLED, SURVIVED, EXPLAINED_SURVIVOR, TIMED_OUT = "killed", "survived", "explained", "timed out"


@dataclass(frozen=True)
class Fate:
    """What became of a mutant."""

    file: str
    mutant: Mutant
    outcome: str

    def to_dict(self) -> dict[str, Any]:
        """A row of ``--out``."""
        one = self.mutant
        return {
            "file": self.file, "outcome": self.outcome, "line": one.line,
            "function": one.function, "was": one.was, "became": one.became,
        }  # fmt: skip


def find_files(wanted: Sequence[str], root: Path) -> list[str]:
    """The Python files named, and those in the folders named, as paths from the root."""
    found = []
    for name in wanted:
        place = root / name
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        if not files or not all(file.is_file() for file in files):
            raise SystemExit(f"No Python file at {name}. Name files or folders, as in textmine/spans.py.")
        found += [file.resolve().relative_to(root.resolve()).as_posix() for file in files]
    return list(dict.fromkeys(found))


def find_tests(file: str, root: Path) -> tuple[str, ...]:
    """The tests of a module: those of TESTS, else the mirrored file, else the folder of its room."""
    if file in TESTS:
        return TESTS[file]
    parts = Path(file).parts[1:]
    for depth in range(len(parts), 0, -1):
        tests = Path("tests", *parts[: depth - 1], f"test_{Path(parts[depth - 1]).stem}.py")
        room = Path("tests", *parts[:depth])
        # A room's files are used by one another, so all of its tests are asked.
        for place in (room, tests) if depth < len(parts) else (tests,) * (len(parts) == 1):
            if (root / place).exists():
                return (place.as_posix(),)
    raise SystemExit(f"No tests found for {file}. Name them with --tests, or in TESTS of tools/mutate.py.")


def try_mutants(
    files: Sequence[str], mutants: dict[str, list[Mutant]], tests: Sequence[str], root: Path
) -> Iterator[Fate]:
    """Each mutant of the files that share these tests, and what became of it."""
    explained = read_explained(root / EXPLAINED)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        runner = Runner(root, Path(folder), files, tests)
        for file in files:
            for mutant in mutants[file]:
                outcome = runner.try_code(file, mutant.code, mutant.line, mutant.end)
                key = (file, mutant.function, mutant.was, mutant.became)
                known = outcome == SURVIVED and key in explained
                yield Fate(file, mutant, EXPLAINED_SURVIVOR if known else outcome)


def read_explained(path: Path) -> dict[tuple[str, str, str, str], str]:
    """Mutants known to change nothing that can be seen, each with the reason; none where there is no file."""
    if not path.is_file():
        return {}
    listed = tomllib.loads(path.read_text("utf-8")).get("survivor", [])
    return {(one["file"], one["function"], one["was"], one["became"]): one["why"] for one in listed}


def choose(mutants: dict[str, list[Mutant]], sample: int, seed: int) -> dict[str, list[Mutant]]:
    """``sample`` of all mutants drawn at random, in their order; all of them where that is 0 or too many."""
    every = [(file, at) for file, listed in mutants.items() for at in range(len(listed))]
    if not 0 < sample < len(every):
        return mutants
    drawn = set(random.Random(seed).sample(every, sample))
    return {
        file: [one for at, one in enumerate(ones) if (file, at) in drawn] for file, ones in mutants.items()
    }


def keep_survivors(mutants: dict[str, list[Mutant]], path: Path) -> dict[str, list[Mutant]]:
    """The mutants that survived, explained or not, in the run that wrote ``path``."""
    told = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    told = [one for one in told if one["outcome"] in (SURVIVED, EXPLAINED_SURVIVOR)]
    left = {(one["file"], one["function"], one["was"], one["became"]) for one in told}
    return {
        file: [one for one in ones if (file, one.function, one.was, one.became) in left]
        for file, ones in mutants.items()
    }


def run(options: argparse.Namespace, root: Path = ROOT) -> int:
    """Try the mutants, print what became of them; 1 if one survived without an explanation."""
    files = find_files(options.modules or MODULES, root)
    mutants = {file: list_mutants((root / file).read_text("utf-8")) for file in files}
    if options.survivors_of:
        mutants = keep_survivors(mutants, options.survivors_of)
    mutants = choose(mutants, options.sample, options.seed)
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        if mutants[file]:
            groups.setdefault(tuple(options.tests or find_tests(file, root)), []).append(file)
    fates: list[Fate] = []
    if options.out:
        options.out.write_text("", "utf-8")
    for tests, own in groups.items():
        print(f"{', '.join(own)}: {sum(len(mutants[file]) for file in own)} mutants", flush=True)
        started = time.monotonic()
        for fate in try_mutants(own, mutants, tests, root):
            fates.append(fate)
            if options.out:
                with options.out.open("a", encoding="utf-8") as handle:
                    handle.write(json.dumps(fate.to_dict(), ensure_ascii=False) + "\n")
            if fate.outcome in (SURVIVED, TIMED_OUT):
                print(f"  {fate.outcome}: {fate.file}:{fate.mutant.describe()}", flush=True)
        print(f"  took {(time.monotonic() - started) / 60:.1f} minutes", flush=True)
    print(make_table(fates))
    return int(any(fate.outcome == SURVIVED for fate in fates))


def make_table(fates: Sequence[Fate]) -> str:
    """A markdown row for each file: mutants, killed, timed out, survivors explained and not."""
    columns = (KILLED, TIMED_OUT, EXPLAINED_SURVIVOR, SURVIVED)
    lines = ["| module | mutants | killed | timed out | survived, explained | survived |", "|" + " --- |" * 6]
    for file in dict.fromkeys(fate.file for fate in fates):
        count = Counter(fate.outcome for fate in fates if fate.file == file)
        numbers = [count.total(), *(count[column] for column in columns)]
        lines.append(f"| `{file}` | {' | '.join(str(number) for number in numbers)} |")
    return "\n".join(lines)


def read_options(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", help="files and folders; without, those of MODULES")
    parser.add_argument("--tests", nargs="+", help="tests to run, instead of those that mirror the module")
    parser.add_argument("--sample", type=int, default=0, help="how many mutants to draw; 0 is all")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draw")
    parser.add_argument("--out", type=Path, help="jsonl file for what became of each mutant")
    parser.add_argument("--survivors-of", type=Path, help="such a file: try what survived there")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(run(read_options()))
