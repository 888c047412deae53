"""How well transcripts are read: speakers, roles and words of the shipped ones beside their reference turns.

    python benchmarks/transcripts.py

Words in place: turn by turn, the words that stand in the same order in the turn that was read and in the
reference (longest common run by run, difflib), over the larger of the two numbers of words. Where the number
of turns differs, turns are compared in order all the same, so that one missed turn costs all behind it.
The table goes to benchmarks/results and docs/transcripts.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path

import pandas as pd
from scoring import write_results

from textmine.reading.transcripts import read_transcript

CORPUS = Path(__file__).resolve().parents[1] / "corpora" / "school-collaboration"


def words_in_place(read: Sequence[str], wanted: Sequence[str]) -> tuple[int, int]:
    """Words of the reference in their place, and the larger number of words, over all turns.

    >>> words_in_place(["we share staff", "yes"], ["we share all staff", "yes"])
    (4, 5)
    """
    same = total = 0
    for found, reference in zip_longest(read, wanted, fillvalue=""):
        one, two = found.split(), reference.split()
        blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
        same += sum(block.size for block in blocks)
        total += max(len(one), len(two))
    return same, total


def measure(path: Path) -> dict[str, object]:
    """One row of the table."""
    lines = (CORPUS / "turns" / f"{path.stem}.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    frame = read_transcript(path).frame
    same, total = words_in_place(frame["text"].tolist(), [turn["text"] for turn in wanted])
    return {
        "transcript": path.name,
        "turns": len(frame),
        "reference turns": len(wanted),
        "speakers exact": frame["speaker"].tolist() == [turn["speaker"] for turn in wanted],
        "roles exact": frame["role"].tolist() == [turn["role"] for turn in wanted],
        "words": total,
        "words in place": round(same / total, 5),
    }


def main() -> int:
    paths = sorted((CORPUS / "transcripts").glob("t*.*"))
    table = pd.DataFrame([measure(path) for path in paths])
    shown = table.replace({True: "yes", False: "no"})
    shown["words in place"] = [f"{share:.2%}" for share in table["words in place"]]
    notes = ["Written by `python benchmarks/transcripts.py`."]
    path = write_results("transcripts", table, shown=shown, title="Transcripts", notes=notes)
    sys.stdout.write(path.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
