"""How often ``compare_waves`` cries wolf, and what it sees: the school comments parted into two waves.

    python benchmarks/waves.py [nothing] [chances] [grown] [new] [worse] [shorter] [--runs 200]

Respondents of the shipped corpus are put into 'old' and 'new' at random, so that nothing changed; people's
codes of 200 comments a wave are read. ``nothing``: how often each question is answered 'yes' all the same.
``chances``: the same with codes drawn by the scores, which then are chances. Planted changes: ``grown``, half
of the comments with one code are taken out of the old wave; ``new``, all of them; ``worse``, of two new
comments in five the scores fall to a third; ``shorter``, three in ten new comments lose their second half.
The coder's scores are out of fold. Some minutes a part on one core.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from protocols import ROOT, STUDY, STUDY_SINGLE_CODERS
from scoring import write_results

from textmine.estimates.design import AuditDesign
from textmine.estimates.survey import SurveyWave
from textmine.exchange.scored_wave import read_scored_wave
from textmine.jobs.code import code_files
from textmine.jobs.labelled import ColumnNames
from textmine.waves.compare import compare_waves
from textmine.waves.wave import CodedWave

PARTS = ("nothing", "chances", "grown", "new", "worse", "shorter")
RUNS, READ = 200, 200
#: Parts in which words are compared, and in which new themes are looked for (docs/topics.md has more).
WORDED, THEMED = ("nothing", "grown", "new", "shorter"), ("new",)
#: The code that grows or appears.
THEME = "financial_benefit"
QUESTIONS = {
    "Did the words change?": "words",
    "Which words are said more or less often?": "single words",
    "Did the codes change?": "codes",
    "Did the coder get worse?": "coder",
    "Are the scores still chances?": "chances",
    "What is new?": "new themes",
}


def read_population() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Comments, their scores (out of fold), people's codes and the thresholds, by comment."""
    source = ROOT / "corpora" / STUDY / "comments.csv"
    frame = pd.read_csv(source, dtype=str, keep_default_na=False).set_index("comment_id")
    with tempfile.TemporaryDirectory() as folder:
        columns = ColumnNames("text", "comment_id", "question", "respondent_id")
        code_files([source], STUDY, Path(folder) / "coded", columns=columns)
        scored = read_scored_wave(Path(folder) / "coded")
    truth = pd.DataFrame(0.0, index=frame.index, columns=scored.scores.columns)
    for name in ("adjudicated", *(f"coder_{k}" for k in STUDY_SINGLE_CODERS)):
        for line in (ROOT / "annotations" / STUDY / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["code"] in truth:
                truth.loc[row["unit_id"], row["code"]] = 1.0
    return frame, scored.scores.reindex(frame.index), truth, dict(scored.thresholds)


class Population:
    """The comments, from which waves are drawn."""

    def __init__(self) -> None:
        self.frame, self.scores, self.truth, self.thresholds = read_population()

    def draw(self, part: str, seed: int) -> tuple[CodedWave, CodedWave]:
        """Two waves, with the change of a part planted."""
        rng = np.random.default_rng(seed)
        people = np.unique(self.frame["respondent_id"])
        first = np.isin(self.frame["respondent_id"], rng.permutation(people)[: len(people) // 2])
        truth = self.truth
        if part == "chances":
            drawn = rng.random(truth.shape) < self.scores.to_numpy()
            truth = pd.DataFrame(drawn * 1.0, index=truth.index, columns=truth.columns)
        old, new = first.copy(), ~first
        carries = truth[THEME].to_numpy() == 1
        if part in ("grown", "new"):
            old &= ~(carries & (rng.random(len(old)) < (0.5 if part == "grown" else 1.0)))
        scores, texts = self.scores.copy(), self.frame["text"].copy()
        if part == "worse":
            fall = new & (rng.random(len(new)) < 0.4)
            scores.loc[fall] /= 3
        if part == "shorter":
            cut = new & (rng.random(len(new)) < 0.3)
            texts.loc[cut] = [" ".join(t.split()[: max(1, len(t.split()) // 2)]) for t in texts[cut]]
        said = texts if part in WORDED else None
        return (
            self._wave("old", old, scores, said, truth, rng),
            self._wave("new", new, scores, said, truth, rng),
        )

    def _wave(
        self,
        name: str,
        rows: npt.NDArray[np.bool_],
        scores: pd.DataFrame,
        texts: pd.Series | None,
        truth: pd.DataFrame,
        rng: np.random.Generator,
    ) -> CodedWave:
        people = self.frame.loc[rows, "respondent_id"]
        survey = SurveyWave(
            scores[rows],
            self.thresholds,
            respondents=people,
            clusters=people,
            questions=self.frame.loc[rows, "question"],
        )
        read = rng.permutation(int(rows.sum()))[:READ]
        return CodedWave(
            name,
            survey,
            checked=truth[rows].iloc[np.sort(read)],
            design=AuditDesign(known=True),
            texts=None if texts is None else texts[rows],
        )


def measure(part: str, runs: int, population: Population) -> list[dict[str, Any]]:
    """How often each question is answered 'yes'; of codes also, how often the planted one is found."""
    counts = dict.fromkeys(QUESTIONS.values(), 0)
    theme = others = fell = 0
    for seed in range(runs):
        found = compare_waves(*population.draw(part, seed), topics=part in THEMED, seed=seed)
        for row in found.answers.to_dict("records"):
            name = QUESTIONS.get(str(row["question"]))
            if name is not None:
                counts[name] += row["found"] == "yes"
        changed = found.codes.loc[found.codes["changed"] == "yes", "code"].tolist()
        theme += THEME in changed
        others += any(code != THEME for code in changed)
        fell += bool(((found.coder["measure"] == "recall") & (found.coder["changed"] == "yes")).any())
    rows = [
        {"setting": part, "question": name, "answered yes": count / runs, "runs": runs}
        for name, count in counts.items()
        if (part in WORDED or "words" not in name) and (part in THEMED or "themes" not in name)
    ]
    more: dict[str, int] = {}
    if part in ("grown", "new"):
        more = {f"codes: {THEME}": theme, "codes: another": others}
    elif part == "worse":
        more = {"coder: recall": fell}
    return rows + [
        {"setting": part, "question": name, "answered yes": count / runs, "runs": runs}
        for name, count in more.items()
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", default=[], help=" ".join(PARTS))
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args(arguments)
    population = Population()
    for part in options.parts or PARTS:
        table = pd.DataFrame(measure(part, options.runs, population))
        print(table.to_string(index=False))
        write_results(
            f"waves-{part}",
            table,
            shown=table.assign(**{"answered yes": table["answered yes"].map("{:.3f}".format)}),
            title=f"compare_waves, {part}",
            notes=[f"`python benchmarks/waves.py {part} --runs {options.runs}`, {READ} of about 1,350 read."],
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
