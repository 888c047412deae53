"""Reports: whole paragraphs, known sections, footnotes apart; the review that is not ours is measured too."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textmine.errors import InputError
from textmine.reading.documents import Report, find_paragraphs, read_document

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TEXTMINE_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks").parent
REVIEW = SHARED / "texts" / "effective-school-partnerships-review.txt"

PAGES = """ The first part
Schools in this study share staff and costs, and many of them 1 have done so for a
long while. What they share has changed since 2010, as the next part will set out at
length.
A second paragraph begins here because the line before it is short.
•

One bursar for all of the schools in
the group

•

Joint training

Most of them see one another in the

See the glossary at the end for what is meant by a school.
1

4

early autumn, when the governors of all schools meet and the plans for the year are
made.

Costs
Costs were met by the schools (Author et al.
2012) and by nobody else, though some hoped for more in the years which followed the
5

first ones.
"""


def kinds(report: Report) -> list[tuple[str, str]]:
    return list(zip(report.frame["kind"], report.frame["text"], strict=True))


def test_paragraphs_items_footnotes_and_sections() -> None:
    found = [(part.kind, part.section, part.text) for part in find_paragraphs(PAGES)]
    first = "The first part"
    assert found == [
        ("heading", first, "The first part"),
        (
            "text", first,
            "Schools in this study share staff and costs, and many of them have done so for a long while. "
            "What they share has changed since 2010, as the next part will set out at length.",
        ),
        ("footnote", first, "See the glossary at the end for what is meant by a school."),
        ("text", first, "A second paragraph begins here because the line before it is short."),
        ("item", first, "One bursar for all of the schools in the group"),
        ("item", first, "Joint training"),
        (
            "text", first,
            "Most of them see one another in the early autumn, when the governors of all schools meet and "
            "the plans for the year are made.",
        ),
        ("heading", "Costs", "Costs"),
        (
            "text", "Costs",
            "Costs were met by the schools (Author et al. 2012) and by nobody else, though some hoped for "
            "more in the years which followed the first ones.",
        ),
    ]  # fmt: skip


def test_offsets_point_into_the_raw_text() -> None:
    for part in find_paragraphs(PAGES):
        raw = " ".join(PAGES[part.start : part.end].split())
        assert raw.removeprefix("• ")[:12] == part.text[:12]
        assert raw[-6:] == part.text[-6:]


def test_docx_tells_its_own_sections(make: SimpleNamespace, tmp_path: Path) -> None:
    body = make.para(make.run("Aims"), style="Heading1") + make.para(make.run("We share."))
    body += make.para(make.run("Costs"), style="Heading2") + make.para(make.run("Low."))
    body += make.para(make.run("End"), style="Heading1") + make.para(make.run("Done."))
    frame = read_document(make.docx(tmp_path / "r.docx", body)).frame
    assert frame["section"].tolist() == ["Aims", "Aims > Costs", "End"]
    assert frame["doc_id"].tolist() == ["r:1", "r:2", "r:3"]


def test_markdown_levels_lists_and_wraps(write: Callable[..., Path]) -> None:
    text = "# Aims\n\nWe\nshare.\n\n## Costs\n\n- One\n- Two\n  more\n\n# End\n\nDone.\n"
    report = read_document(write(text, "r.md"))
    assert kinds(report) == [("text", "We share."), ("item", "One"), ("item", "Two more"), ("text", "Done.")]
    assert report.frame["section"].tolist() == ["Aims", "Aims > Costs", "Aims > Costs", "End"]


def test_captions_are_no_report(write: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="captions"):
        read_document(write("WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n", "r.vtt"))


@pytest.fixture(scope="module")
def review() -> list[tuple[str, str, str]]:
    if not REVIEW.exists():
        pytest.skip("the review is not beside this checkout (set TEXTMINE_BENCHMARKS)")
    found = find_paragraphs(REVIEW.read_text(encoding="utf-8"))
    return [(part.kind, part.section, part.text) for part in found]


def test_review_has_whole_paragraphs(review: list[tuple[str, str, str]]) -> None:
    prose = [text for kind, _, text in review if kind == "text"]
    assert len(prose) > 120
    assert [text for text in prose if text[0].islower()] == ["example", "example"]  # cells of a table
    assert not [text for _, _, text in review if re.fullmatch(r"[\W\d]*", text)]
    assert sum(not re.search(r"[.?!:][\"'’”)]*$|\)$", text) for text in prose) <= 4
    assert not [text for _, _, text in review if "\n" in text or "•" in text]


def test_review_has_its_footnotes_apart(review: list[tuple[str, str, str]]) -> None:
    notes = [text for kind, _, text in review if kind == "footnote"]
    assert len(notes) == 5
    prose = " ".join(text for kind, _, text in review if kind != "footnote")
    assert not any(note[:40] in prose for note in notes)
    for broken in (
        "of schools and yet more",
        "marked in the database.",
        "(2007) who drew",
        "in the business sector",
    ):
        assert broken in prose


def test_review_has_its_sections(review: list[tuple[str, str, str]]) -> None:
    sections = {section.casefold() for _, section, _ in review}
    parts = {part for section in sections for part in section.split(" > ")}
    for words in (
        "structure of collaboration", "type and nature of collaboration", "leadership", "management",
        "governance", "impact of inter-school collaboration", "partnership formation",
        "conditions for effective collaboration", "challenges of inter-school collaboration",
        "sustainability", "appendix 2: glossary of terms", "appendix 4: literature summary template",
    ):  # fmt: skip
        assert words in parts, words
    assert "structure of collaboration > governance" in sections
