"""A text with its marks, and topics beside codes, as figures."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.report.text_plots import plot_crosswalk, plot_evidence
from textmine.topics.crosswalk import make_crosswalk

SVG = "{http://www.w3.org/2000/svg}"


def make_marks(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["code", "start", "end"])


def words_of(svg: str) -> str:
    """The words of the lines of text, in order."""
    lines = [line for line in ElementTree.fromstring(svg).iter(f"{SVG}text") if len(line)]
    return " ".join("".join(part.itertext()) for line in lines for part in line)


@pytest.mark.parametrize(
    "text",
    [
        "It saves <b>money</b> & time",
        "naïve 😀 日本語 text " * 12,
        "one line\nand another\n\nafter a gap",
        "x" * 300,
        "control \x00\x07 characters",
    ],
)
def test_every_word_of_a_text_stands_in_the_figure(text: str) -> None:
    svg = plot_evidence(text, make_marks(("money", 0, 3))).svg
    printable = re.sub(r"[\x00-\x1f]", " ", text)
    assert re.sub(r"\s", "", words_of(svg)) == re.sub(r"\s", "", printable)


def test_a_mark_lies_under_its_words() -> None:
    text = "aaaa bbbb cccc dddd"
    plot = plot_evidence(text, make_marks(("money", 5, 9)), names={"money": "Money"})
    tree = ElementTree.fromstring(plot.svg)
    places = {part.text: float(part.get("x")) for part in tree.iter(f"{SVG}tspan")}
    (ground,) = [box for box in tree.iter(f"{SVG}rect") if box.get("fill-opacity")]
    assert float(ground.get("x")) == pytest.approx(places["bbbb"], abs=0.2)
    wide = float(ground.get("width"))
    assert places["bbbb"] + wide < places["cccc"] and wide > 0.75 * (places["cccc"] - places["bbbb"])
    assert plot.alt == "What carries each code: Money by 1 stretch."


def test_a_stretch_over_two_lines_is_marked_in_both() -> None:
    text = "word " * 30
    tree = ElementTree.fromstring(plot_evidence(text, make_marks(("money", 70, 120))).svg)
    assert len([box for box in tree.iter(f"{SVG}rect") if box.get("fill-opacity")]) == 2


def test_codes_are_told_by_number_as_well_as_by_colour() -> None:
    plot = plot_evidence("We train and save", make_marks(("a", 0, 8), ("b", 13, 17), ("c", -1, -1)))
    words = [part.text for part in ElementTree.fromstring(plot.svg).iter(f"{SVG}text")]
    assert {"1 a", "2 b", "1", "2"} <= set(words) and "3 c" not in words


@pytest.mark.parametrize(
    "marks",
    [make_marks(("a", 5, 5)), make_marks(("a", 0, 99)), make_marks(*[(str(n), 0, 2) for n in range(9)])],
)
def test_what_cannot_be_marked_is_an_error_without_the_words(marks) -> None:
    with pytest.raises(InputError) as told:
        plot_evidence("Quillfeather said", marks)
    assert "Quill" not in str(told.value)


def test_a_long_text_is_cut_and_says_so() -> None:
    svg = plot_evidence("line\n" * 60, make_marks(("a", 0, 4))).svg
    assert words_of(svg).count("line") == 40 and "20 more lines" in svg


def test_crosswalk_names_its_most_telling_pair() -> None:
    given = pd.DataFrame({"delay": [1.0, 1, 0, 0], "tea": [0.0, 0, 1, 0]}, index=list("abcd"))
    crosswalk = make_crosswalk([0, 0, 1, 1], CodedDataset(given, Codebook.from_labels(["delay", "tea"]), "p"))
    plot = plot_crosswalk(crosswalk, ["late trains", "drinks"])
    assert "2 topics, 2 codes" in plot.alt and "late trains" in plot.svg
    with pytest.raises(InputError, match="2 topics and 1 names"):
        plot_crosswalk(crosswalk, ["late trains"])
