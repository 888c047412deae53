"""The demo: the shipped corpus coded with the shipped model, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.cleaning import repair_text
from textmine.jobs.code import CodeReport
from textmine.jobs.demo import QUESTIONS, WAVE, Theme, run_demo
from textmine.locations import shipped_folder
from textmine.reading import read_table


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[CodeReport, list[Theme], Path]:
    return run_demo(tmp_path_factory.mktemp("demo"))


def test_wave_is_the_one_of_that_year(ran) -> None:
    report, _, source = ran
    wave = read_table(source).frame
    corpus = read_table(shipped_folder("corpora") / "school-collaboration" / "comments.csv").frame
    expected = corpus[corpus["wave"] == WAVE].reset_index(drop=True)
    pd.testing.assert_frame_equal(wave, expected)
    assert report.counts.read == len(wave) > 100


def test_themes_count_what_the_wide_table_holds(ran) -> None:
    report, themes, _ = ran
    wide = pd.read_csv(report.folder / "coded_wide.csv", dtype=str, keep_default_na=False)
    assert sorted(t.code for t in themes) == sorted(report.coded.codes)
    for theme in themes:
        said = wide[wide[theme.code] == "1"]
        assert theme.comments == len(said)
        assert theme.of_comments == (wide[theme.code] != "").sum()
        assert theme.respondents == said["respondent_id"].nunique()
        assert theme.of_respondents == wide.loc[wide[theme.code] != "", "respondent_id"].nunique()


def test_themes_run_from_most_to_least_said(ran) -> None:
    counts = [theme.comments for theme in ran[1]]
    assert counts == sorted(counts, reverse=True) and counts[-1] > 0


def test_question_named_is_the_one_with_the_largest_share(ran) -> None:
    report, themes, source = ran
    asked = read_table(source).frame["question"].to_numpy()
    name = {short: question for question, short in QUESTIONS.items()}
    coded = report.coded.decisions
    for theme in themes:
        applies, answered = coded[theme.code].to_numpy() == 1, report.coded.is_coded.to_numpy()
        shares = {q: applies[asked == q].sum() / answered[asked == q].sum() for q in QUESTIONS}
        assert shares[name[theme.question]] == max(shares.values())
        assert theme.answers == applies[asked == name[theme.question]].sum()
        assert theme.of_answers == answered[asked == name[theme.question]].sum()


def test_three_short_quotes_by_three_people_stand_for_each_theme(ran) -> None:
    report, themes, _ = ran
    texts = [" ".join(repair_text(text).split()) for text in report.corpus.texts]
    said = list(zip(texts, report.corpus.groups, strict=True))
    for theme in themes:
        assert len(theme.quotes) == len(set(theme.quotes)) == 3
        assert all(len(quote) < 100 for quote in theme.quotes)
        speakers = [{group for text, group in said if quote in text} for quote in theme.quotes]
        assert all(speakers), theme.code
        assert len(set.union(*speakers)) >= 3


def test_demo_names_what_it_wrote(textmine, tmp_path: Path) -> None:
    ran = textmine("demo", "--out", tmp_path / "demo")
    assert ran.code == 0 and ran.err == ""
    for path in tmp_path.rglob("*.*"):
        assert str(path) in ran.out or path.parent.name == "record"  # the coded folder's own history
    assert "Expertise sharing" in ran.out and "respondents" in ran.out


def test_demo_opens_its_report_when_asked(textmine, monkeypatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert textmine("demo", "--quiet", "--open", "--out", tmp_path / "demo").code == 0
    page = tmp_path / "demo" / "report.html"
    assert opened == [page.resolve().as_uri()]
    assert "fictional" in page.read_text("utf-8")


def test_quiet_demo_prints_nothing(textmine, tmp_path: Path) -> None:
    ran = textmine("demo", "--quiet", "--out", tmp_path / "demo")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
