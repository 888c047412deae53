"""What a command may cost: seconds from a cold start, and what is loaded for it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMENTS = ROOT / "corpora" / "school-collaboration" / "comments.csv"

#: Packages that coding, training with the fast tier and reporting do without.
NOT_NEEDED = {
    "torch",
    "spacy",
    "sentence_transformers",
    "transformers",
    "bertopic",
    "model2vec",
    "matplotlib",
}

# Runs a command in a fresh Python and prints, last, the packages that were loaded for it.
RUN = """
import json, sys
from textmine.cli import main
sys.argv = ["textmine", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print()
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def run(code: str, *arguments: object) -> tuple[float, str]:
    """Processor seconds of a fresh Python for some code, its own start included, and what it printed.

    Not those of the clock, which a busy machine draws out.
    """
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, encoding="utf-8", cwd=ROOT
    )
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    assert done.returncode == 0, done.stderr
    return seconds, done.stdout


def fastest(times: int, code: str, *arguments: object, budget: float) -> tuple[float, set[str]]:
    """The fewest seconds of several runs, none more than needed to meet the budget, and what was loaded."""
    best, loaded = float("inf"), set()
    for _ in range(times):
        seconds, shown = run(code, *arguments)
        best, loaded = min(best, seconds), set(json.loads(shown.splitlines()[-1]))
        if best < budget:
            break
    return best, loaded


def test_import_takes_less_than_a_fifth_of_a_second() -> None:
    code = "import time; start = time.process_time(); import textmine; print(time.process_time() - start)"
    assert min(float(run(code)[1]) for _ in range(3)) < 0.2


def test_help_takes_less_than_six_tenths_of_a_second() -> None:
    seconds, loaded = fastest(3, RUN, "--help", budget=0.6)
    assert seconds < 0.6
    assert not loaded & (NOT_NEEDED | {"pandas", "numpy", "sklearn", "pyarrow", "pydantic"})


@pytest.fixture
def ten_rows(tmp_path: Path) -> Path:
    with COMMENTS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))[:11]
    with (tmp_path / "ten.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    return tmp_path / "ten.csv"


def test_coding_ten_rows_takes_less_than_three_seconds_and_no_torch(ten_rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--text", "text", "--id", "comment_id", "--question", "question", "--quiet", "--out", out)
    seconds, loaded = fastest(3, RUN, "code", ten_rows, "--model", "school-collaboration", *options, budget=3)
    assert seconds < 3
    assert not loaded & NOT_NEEDED
    with (out / "coded_wide.csv").open(encoding="utf-8", newline="") as handle:
        assert len(list(csv.reader(handle))) == 11


def test_fast_tier_is_trained_and_judged_without_torch(study, tmp_path: Path) -> None:
    columns = ("--text", "comment", "--id", "id", "--labels", study.wide, "--quiet")
    _, loaded = fastest(1, RUN, "train", study.comments, *columns, "--out", tmp_path / "m", budget=0)
    assert not loaded & NOT_NEEDED
    _, loaded = fastest(
        1, RUN, "evaluate", tmp_path / "m", study.comments, *columns, "--out", tmp_path / "e", budget=0
    )
    assert not loaded & NOT_NEEDED


def test_demo_takes_less_than_ten_seconds(tmp_path: Path) -> None:
    seconds, loaded = fastest(2, RUN, "demo", "--out", tmp_path / "demo", budget=10)
    assert seconds < 10
    assert not loaded & NOT_NEEDED
