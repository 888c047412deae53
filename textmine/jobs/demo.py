"""``textmine demo``: the main job on the shipped corpus with the shipped model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from textmine.cleaning import repair_text
from textmine.files import atomic_text, write_rows
from textmine.jobs.code import CodeReport, code_files
from textmine.jobs.labelled import ColumnNames
from textmine.locations import shipped_folder
from textmine.reading import read_table

MODEL = "school-collaboration"
WAVE = "2025"
#: The four questions in short (the datasheet has them in full); the corpus holds their names.
QUESTIONS = {
    "q_benefit": "What has your school gained?",
    "q_barrier": "What gets in the way?",
    "q_support": "What would help?",
    "q_other": "Anything else?",
}
_SHORT = range(20, 100)


@dataclass(frozen=True)
class Theme:
    """One line of the demo's table: a theme, how often it was said, of what, and three quotes.

    ``answers`` counts texts with the theme among the ``of_answers`` answers to ``question``, the question
    where its share is highest.
    """

    code: str
    name: str
    comments: int
    of_comments: int
    respondents: int
    of_respondents: int
    question: str
    answers: int
    of_answers: int
    quotes: list[str]


def run_demo(out: Path) -> tuple[CodeReport, list[Theme], Path]:
    """Write the 2025 wave of the shipped corpus as a file, code it, and say what was found.

    Gives the report, the themes from most to least said and the path of the wave's file. ``write_page`` makes
    the page that people read.
    """
    table = read_table(shipped_folder("corpora") / "school-collaboration" / "comments.csv")
    wave = table.frame[table.frame["wave"] == WAVE]
    source = out / f"wave-{WAVE}.csv"
    with atomic_text(source) as handle:
        write_rows([wave.columns], handle)
        write_rows(wave.itertuples(index=False), handle)
    columns = ColumnNames(text="text", id="comment_id", question="question", group="respondent_id")
    report = code_files([source], MODEL, out / "coded", columns=columns)
    return report, find_themes(report), source


def write_page(out: Path) -> list[Path]:
    """Write the report of a demo that has run as ``report.html``; gives the paths, the page's first."""
    from textmine.jobs.report import ReportOptions, write_report

    title = f"Schools working together, {WAVE} (fictional answers)"
    return write_report(out / "coded", out / "report.html", options=ReportOptions(title=title)).paths


def find_themes(report: CodeReport) -> list[Theme]:
    """The themes of a coded wave, most said first, with the base of every count."""
    coded, corpus = report.coded, report.corpus
    groups, questions = np.array(corpus.groups, dtype=object), np.array(corpus.questions, dtype=object)
    is_coded = coded.is_coded.to_numpy()
    themes = []
    for code in coded.codes:
        applies = coded.decisions[code].to_numpy() == 1
        asked = {
            q: (int(applies[questions == q].sum()), int(is_coded[questions == q].sum()))
            for q in set(questions)
        }
        best = max(sorted(asked), key=lambda q: asked[q][0] / max(asked[q][1], 1))
        themes.append(
            Theme(
                code,
                coded.codebook.code(code).name,
                int(applies.sum()),
                int(is_coded.sum()),
                len(set(groups[applies])),
                len(set(groups[is_coded])),
                QUESTIONS.get(best, best),
                *asked[best],
                quotes=_typical_quotes(report, code),
            )
        )
    return sorted(themes, key=lambda t: -t.comments)


def _typical_quotes(report: CodeReport, code: str, n: int = 3) -> list[str]:
    """Short evidence with the highest scores, the heaviest stretch of its text, one a respondent."""
    coded = report.coded
    spans = coded.spans[coded.spans["code"] == code].drop_duplicates("unit_id")
    given = coded.decisions.loc[spans["unit_id"], code].to_numpy() == 1
    spans = spans[given & spans["quote"].str.len().isin(_SHORT).to_numpy()]
    if coded.scores is None or not len(spans):
        return []
    speaker = dict(zip(report.corpus.ids, report.corpus.groups, strict=True))
    order = pd.DataFrame(
        {
            "quote": [" ".join(repair_text(quote).split()) for quote in spans["quote"]],
            "score": coded.scores.loc[spans["unit_id"], code].to_numpy(),
            "speaker": spans["unit_id"].map(speaker),
        }
    ).sort_values("score", ascending=False, kind="stable")
    return order.drop_duplicates("speaker").drop_duplicates("quote")["quote"].head(n).tolist()
