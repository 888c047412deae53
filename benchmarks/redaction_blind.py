"""A second made UK suite, written before its writer had seen the rules, and what they found in it at first.

    python benchmarks/redaction_blind.py

298 short texts with marks and 196 in which nothing is to be found, as parents, patients, teachers and
governors write them (truth/redaction_blind.txt; every name and number in it is made up). They were run
once and that run was kept (results/redaction-blind-first.csv). Then the rules were mended after the misses
were read, so a run of today is no longer one on texts that nobody has seen. A third, small set
(truth/redaction_blind_second.txt: 36 texts with marks, 30 without) was written after that by the same
writer, who by then knew the rules; no rule was mended after it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from protocols import ROOT

from textmine.spans import Span

CASES = ROOT / "benchmarks" / "truth" / "redaction_blind.txt"
SECOND = ROOT / "benchmarks" / "truth" / "redaction_blind_second.txt"
FIRST = ROOT / "benchmarks" / "results" / "redaction-blind-first.csv"
MARK = re.compile(r"\{([a-z_]+):([^{}]+)\}")


def read_blind_cases(path: Path = CASES) -> tuple[list[str], list[list[tuple[Span, str]]]]:
    """The texts and the marks of each; a line that is '==' parts those with marks from those without."""
    texts, marks = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line != "==":
            text, marked = _take_marks(line.replace("\\n", "\n"))
            texts.append(text)
            marks.append(marked)
    return texts, marks


def _take_marks(line: str) -> tuple[str, list[tuple[Span, str]]]:
    text, marked, at = "", [], 0
    for match in MARK.finditer(line):
        text += line[at : match.start()]
        marked.append((Span(len(text), len(text) + len(match[2])), match[1]))
        text, at = text + match[2], match.end()
    return text + line[at:], marked


def main() -> int:
    """Print what was found at first and what is found now, by kind."""
    from redaction import measure_blind  # redaction.py reads the cases of this file

    now = pd.DataFrame(measure_blind("now", CASES))
    if not FIRST.is_file():
        now.assign(setting="blind suite, first run").to_csv(FIRST, index=False, lineterminator="\n")
    later = pd.DataFrame(measure_blind("written afterwards", SECOND))
    print(pd.concat([pd.read_csv(FIRST), now, later]).to_string(index=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
