"""The page Learning: for leads alone, with the curve and what to read next, and no word of a text."""

from __future__ import annotations

from itertools import pairwise

import pytest

from textmine.annotating.learning_page import fill_learning
from textmine.annotating.rounds import CODE_COLUMNS, CURVE_COLUMNS, folder_of
from textmine.files import atomic_text, write_rows


@pytest.fixture
def learned(work):
    """The project with three rounds on its curve."""
    folder = folder_of(work.project)
    rounds, codes = [], []
    for number, (read, f1, kappa) in enumerate(((40, 0.4, ""), (60, 0.5, 0.9), (80, 0.55, 0.995)), 1):
        rounds.append(
            [number, "2025-01-01T00:00:00.000Z", read, read, 20, 30, 1, f1, f1, f1, "80 units read", kappa]
        )
        codes += [[number, code, 9, f1, kappa] for code in work.project.codebook.ids]
    for name, columns, rows in (("curve", CURVE_COLUMNS, rounds), ("codes", CODE_COLUMNS, codes)):
        with atomic_text(folder / f"learning-{name}.csv") as handle:
            write_rows([columns, *rows], handle)
    return work


def test_lead_sees_the_curve_and_what_to_read_next(learned) -> None:
    page = learned.enter("olu").client.get("/learning")
    assert page.status_code == 200
    assert page.text.count("<polyline") == 3 and "macro F1 0.55" in page.text
    assert "Judged on 80 units read" in page.text
    assert ">Money</th>" in page.text and "the model still changes" in page.text


def test_before_the_first_round_the_page_says_so(work) -> None:
    page = work.enter("ada").client.get("/learning")
    assert page.status_code == 200 and "No model yet" in page.text and "<polyline" not in page.text


def test_annotator_does_not_see_it(learned) -> None:
    ann = learned.enter("ann").client
    assert ann.get("/learning").status_code == 403
    assert "/learning" not in ann.get("/progress").text


def test_reflexive_project_has_no_such_page(make_work) -> None:
    work = make_work(approach="reflexive", assignment={"overlap": 0})
    assert work.enter("olu").client.get("/learning").status_code == 404


def test_lines_stay_within_the_plot(learned) -> None:
    plot = fill_learning(learned.project, learned.store)["plot"]
    for line in plot["lines"]:
        places = [tuple(map(float, point.split(","))) for point in line["points"].split()]
        assert all(plot["left"] <= x <= plot["right"] and 0 <= y <= plot["bottom"] for x, y in places)
    labels = sorted(line["label_y"] for line in plot["lines"])
    assert all(later - earlier >= 16 for earlier, later in pairwise(labels))
