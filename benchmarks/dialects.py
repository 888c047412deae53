"""How often the dialect of a REFI-QDA file is found out from places alone: `python benchmarks/dialects.py`.

Made-up texts with emoji, accents and either line end; stretches of one to four words, drawn from a seed,
without quotes. A sloppy stretch begins and ends inside a word. Writes benchmarks/results/dialects.md.
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path

import numpy as np

from textmine.exchange.refi.dialects import Dialect, MarkedText, Ruler, convert_lines, detect_dialect

RESULTS = Path(__file__).parent / "results" / "dialects.md"
SAID = "we wait too long 😀 at the café staff were kind 🚑🚑 but parking is bad é naïve and 5 people, so. no!"
WORDS = SAID.split()
ALL = [
    Dialect(lines, units, inclusive)
    for lines in ("lf", "crlf")
    for units in ("codepoint", "utf16")
    for inclusive in (False, True)
]


def make_trial(seed: int, stretches: int, sloppy: float) -> tuple[Dialect, MarkedText]:
    """A text of 25 lines with stretches counted in a dialect drawn at random, stored with either line end."""
    draw = random.Random(seed)
    dialect = draw.choice(ALL)
    plain = "\n".join(" ".join(draw.choices(WORDS, k=draw.randint(4, 14))) for _ in range(25))
    text = convert_lines(plain, draw.choice(["lf", "crlf"]))
    ruler = Ruler(text, dialect)
    words = [found.span() for found in re.finditer(r"\S+", text)]
    places = []
    for _ in range(stretches):
        first = draw.randrange(len(words) - 4)
        start, end = words[first][0], words[first + draw.randrange(4)][1]
        if draw.random() < sloppy and end - start > 3:
            start, end = start + 1, end - 1
        places.append(ruler.to_dialect(start, end))
    starts, ends = np.array(places, dtype=np.int64).T
    return dialect, MarkedText(text, starts, ends, [""] * stretches)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1000)
    trials = parser.parse_args().trials
    lines = [
        f"Right dialect of eight found, of {trials} made-up texts each (`python benchmarks/dialects.py`).",
        "",
        "| stretches | none sloppy | a fifth sloppy |",
        "|---:|---:|---:|",
    ]
    for stretches in (5, 10, 20, 40):
        cells = []
        for sloppy in (0.0, 0.2):
            right = 0
            for seed in range(trials):
                dialect, text = make_trial(seed, stretches, sloppy)
                right += detect_dialect([text])[0] == dialect
            cells.append(f"{right / trials:.3f}")
        lines.append(f"| {stretches} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
