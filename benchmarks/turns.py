"""How well turns of interviews are coded by a coder of survey comments, with the question before and without.

    python benchmarks/turns.py [--model models/school-collaboration] [--model ANOTHER]

The participants' turns of the five shipped transcripts, which no model was trained on, beside the agreed set;
and the two people who coded them each alone. The table goes to benchmarks/results and docs/transcripts.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from protocols import ROOT, STUDY
from scoring import RESAMPLES, f1_of_draws, rounded, summarise, write_results

from textmine.coding.artefact import load_coder
from textmine.corpus import Corpus
from textmine.reading import read_labels
from textmine.reading.transcripts import read_transcript

#: A turn of fewer words is short: it may mean little without its question.
SHORT = 6
PEOPLE = ("coder_9", "coder_10")
MEASURES = ("micro_f1", "macro_f1")

Floats = npt.NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write ``turns``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", action="append", help="a model's name or folder; may be given again")
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    models = asked.model or [STUDY]
    turns = read_turns()
    codes = load_coder(models[0]).codes_
    truth = read_codes("adjudicated-transcripts", turns["unit"], codes)
    people = {name: read_codes(name, turns["unit"], codes) for name in PEOPLE}
    given: dict[str, Floats] = {}
    for name in models:
        given |= code_turns(name, turns, codes)
    table = pd.DataFrame(make_rows(truth, given, people, turns["transcript"].tolist()))
    shown = rounded(table, MEASURES).drop(columns="setting").rename(columns={"texts": "turns"})
    if asked.dry:
        print(shown.to_string(index=False))
        return 0
    path = write_results(
        "turns", table, shown=shown, title="Turns of interviews", notes=make_notes(turns, truth)
    )
    sys.stdout.write(path.read_text(encoding="utf-8"))
    return 0


def read_turns() -> pd.DataFrame:
    """What participants said in the shipped transcripts: unit, transcript, text, question."""
    parts = []
    for path in sorted((ROOT / "corpora" / STUDY / "transcripts").glob("t*.*")):
        frame = read_transcript(path).frame
        said = frame[frame["role"] == "participant"]
        unit = [f"{path.stem}:{turn}" for turn in said["turn"]]
        question = said["question"].fillna("").astype(str)
        parts.append(
            pd.DataFrame(
                {"unit": unit, "transcript": path.stem, "text": said["text"], "question": question},
                dtype=object,
            )
        )
    return pd.concat(parts, ignore_index=True)


def read_codes(name: str, units: Sequence[str], codes: Sequence[str]) -> Floats:
    """1 and 0, (turns, codes), of one file of annotations; every turn must be in it."""
    path = ROOT / "annotations" / STUDY / f"{name}.jsonl"
    frame = read_labels([path], id="unit_id", codes=list(codes)).frame
    return frame.loc[list(units), list(codes)].fillna(0).to_numpy(dtype=np.float64)


def code_turns(model: str, turns: pd.DataFrame, codes: Sequence[str]) -> dict[str, Floats]:
    """A model's decisions, (turns, codes), by the way in which it was told the question."""
    coder = load_coder(model)
    if coder.codes_ != list(codes):
        raise SystemExit(f"{model} has other codes than the first model.")
    texts, asked = turns["text"].tolist(), turns["question"].tolist()
    none = [""] * len(texts)
    ways = {
        "the turn alone": (texts, none),
        "with its question": (texts, asked),
        f"question before turns under {SHORT} words": (put_before(texts, asked, SHORT), none),
        "question before every turn": (put_before(texts, asked), none),
    }
    tier = Path(model).name
    found = {}
    for way, (words, questions) in ways.items():
        corpus = Corpus.from_frame(
            pd.DataFrame({"id": turns["unit"], "text": words, "question": questions}),
            id="id", text="text", question="question",
        )  # fmt: skip
        found[f"{tier}: {way}"] = (coder.predict_proba(corpus) >= coder.thresholds_).astype(np.float64)
    return found


def put_before(texts: Sequence[str], questions: Sequence[str], fewer_than: int | None = None) -> list[str]:
    """The texts with their question's words before them; with ``fewer_than``, texts of fewer words alone.

    >>> put_before(["Both.", "We share a bursar"], ["Staff or money?", "How?"], 4)
    ['Staff or money? Both.', 'We share a bursar']
    """
    return [
        f"{question} {text}".strip() if fewer_than is None or len(text.split()) < fewer_than else text
        for text, question in zip(texts, questions, strict=True)
    ]


def make_rows(
    truth: Floats, given: dict[str, Floats], people: dict[str, Floats], transcripts: Sequence[str]
) -> list[dict[str, object]]:
    """A row a way of coding, then one a person, then the two people beside each other.

    Intervals draw turns within each transcript, the same turns for every row.
    """
    times = draw_within(transcripts)
    size = {"setting": "turns", "texts": len(truth), "labels": truth.shape[1]}
    beside = {name: (truth, decisions) for name, decisions in (given | people).items()}
    one, two = people
    beside[f"{one} beside {two}"] = (people[one], people[two])
    runs = {name: f1_of_draws(*pair, times)[:, :2] for name, pair in beside.items()}
    rows = [{**size, "method": name, **summarise(run, MEASURES)} for name, run in runs.items()]
    for name in given:
        alone = f"{name.split(':')[0]}: the turn alone"
        if name != alone:
            lead = summarise(runs[name] - runs[alone], MEASURES)
            rows.append({**size, "method": f"lead over the turn alone, {name}", **lead})
    return rows


def draw_within(transcripts: Sequence[str], *, seed: int = 0) -> Floats:
    """How often each turn is drawn, (RESAMPLES + 1, turns): once each, then with replacement.

    As many are drawn from a transcript as it has turns.
    """
    names = np.asarray(transcripts, dtype=object)
    draw, times = np.random.default_rng(seed), np.ones((RESAMPLES + 1, len(names)))
    for name in dict.fromkeys(transcripts):
        own = np.flatnonzero(names == name)
        times[1:, own] = draw.multinomial(len(own), np.full(len(own), 1 / len(own)), size=RESAMPLES)
    return times


def make_notes(turns: pd.DataFrame, truth: Floats) -> list[str]:
    """What the table does not say of itself."""
    short = np.array([len(text.split()) < SHORT for text in turns["text"]])
    coded = truth.any(axis=1)
    n_short, both = int(short.sum()), int((short & coded).sum())
    n_coded, few = int(coded.sum()), int((truth.sum(axis=0) < 10).sum())
    return [
        f"{len(turns)} participants' turns of {turns['transcript'].nunique()} interviews, {n_coded} "
        f"with a code; {n_short} have fewer than {SHORT} words, {both} of these "
        f"a code. {few} of {truth.shape[1]} codes stand in fewer than ten turns, so macro F1 is rough.",
        "F1 is beside the agreed set, but in the row of the people beside each other. These two made the",
        "agreed set, so theirs is a ceiling. Interval: 95%, 1,000 bootstrap samples of turns within",
        "transcripts. No model saw these turns; thresholds are those learned from survey comments.",
        "",
        "Made by `python benchmarks/turns.py`.",
    ]


if __name__ == "__main__":
    sys.exit(main())
