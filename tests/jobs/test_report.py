"""``textmine report``: one file that people read, in three forms, and nobody's words but released ones."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.passages import QuoteBank

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
DAY = ("--date", "2026-11-14")
POOLED = ("--unit", "respondent", "--base", "answered")
MARKER = re.compile(r"vorlax[a-z]{3}")


def mark(number: int) -> str:
    """A word that stands in one comment only."""
    return "vorlax" + "".join(chr(97 + number // 26**k % 26) for k in (2, 1, 0))


@pytest.fixture(scope="module")
def coded(tiny_model: Path, study, tmp_path_factory) -> Path:
    """The synthetic study with a site, a wave and a word of its own in every sentence, coded."""
    from textmine.jobs.code import code_files
    from textmine.jobs.labelled import ColumnNames

    folder = tmp_path_factory.mktemp("report")
    rows = []
    for number, row in enumerate(study.rows):
        words = row["comment"].replace(". ", f" {mark(number)}. ") + f" {mark(number)}"
        person = int(row["person"][1:])
        site = "west" if person < 3 else "north" if person < 16 else "south"
        rows.append([*{**row, "comment": words}.values(), site, "2024" if number % 2 else "2025"])
    wave = folder / "wave.csv"
    with wave.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([[*study.rows[0], "site", "wave"], *rows])
    columns = ColumnNames(text="comment", id="id", question="question", group="person")
    code_files([wave], tiny_model, folder / "coded", columns=columns)
    return folder / "coded"


@pytest.fixture
def checked(study, tmp_path: Path, write_csv) -> Path:
    """People's codes of both answers of every second respondent."""
    rows = [[unit, *codes] for unit, codes in study.truth.items() if int(unit) // 2 % 2 == 0]
    return write_csv(tmp_path / "checked.csv", ["id", "training", "money"], rows)


def table_of(summary: dict, name: str) -> list[dict]:
    """The rows of a table of the summary."""
    return next(t["rows"] for s in summary["sections"] for t in s["tables"] if t["name"] == name)


def read_summary(out: Path) -> dict:
    return json.loads(out.with_suffix(".json").read_text("utf-8"))


def text_of(path: Path) -> str:
    """All that stands in a file, of Word the xml within."""
    if path.suffix != ".docx":
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as packed:
        return "".join(packed.read(n).decode("utf-8", "replace") for n in packed.namelist())


def let_out(textmine, coded: Path, out: Path, *more: str) -> tuple[str, str]:
    """Release one quote that has its marker in it; gives its words and the marker."""
    ran = textmine("release", coded, "--quotes", 3, *more, "--out", out, *DAY)
    assert ran.code == 0, ran.err
    sheet = out / "private" / "quotes_review.csv"
    with sheet.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    chosen = next(row for row in rows if MARKER.search(row["quote"]))
    for row in rows:
        row["release"] = "yes" if row is chosen else "no"
    with sheet.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    ran = textmine(
        "release", coded, "--quotes", 3, *more, "--out", out, *DAY, "--review", sheet, "--sign", "A Tester"
    )
    assert ran.code == 0, ran.err
    return chosen["quote"], MARKER.search(chosen["quote"]).group()


# --- words ------------------------------------------------------------------------------------------------


def test_without_a_signed_review_there_is_no_quote_and_a_line_says_so(
    textmine, coded: Path, tmp_path
) -> None:
    for form in ("html", "md", "docx"):
        out = tmp_path / f"report.{form}"
        ran = textmine("report", coded, "-o", out, "--by", "site", "--case", "site")
        assert ran.code == 0, ran.err
        for path in (out, out.with_suffix(".json")):
            assert not MARKER.search(text_of(path)) and "uillfeather" not in text_of(path)
        assert "none were read, signed and released by a person" in text_of(out)


def test_a_planted_word_appears_only_where_the_gate_let_it_out(textmine, coded: Path, tmp_path) -> None:
    quote, marker = let_out(textmine, coded, tmp_path / "one", "--attribute", "site")
    for form in ("html", "md", "docx"):
        out = tmp_path / f"report.{form}"
        ran = textmine("report", coded, "-o", out, "--case", "site", "--release", tmp_path / "one")
        assert ran.code == 0, ran.err
        assert set(MARKER.findall(text_of(out))) == {marker}
        summary = read_summary(out)
        assert [row["quote"] for row in table_of(summary, "quotes")] == [quote]
        cells = [cell for row in table_of(summary, "framework") for cell in row.values() if cell]
        assert sum(marker in str(cell) for cell in cells) == 1


def test_a_quote_of_a_bank_goes_through_the_review_into_the_report(textmine, coded: Path, tmp_path) -> None:
    wave = pd.read_csv(coded / "coded_wide.csv", dtype=str, keep_default_na=False)
    said = pd.read_csv(coded / "coded_long.csv", dtype=str).query("applies == '1'").iloc[0]
    text = wave.set_index("id").loc[said["unit_id"], "comment"]
    bank, out = QuoteBank(tmp_path / "ann.jsonl"), tmp_path / "one"
    bank.add_quote(said["unit_id"], said["code"], 0, len(text), text)  # no stretch that the coder chose
    common = ("release", coded, "--bank", bank.path, "--out", out, *DAY)
    assert textmine(*common).code == 0
    sheet = out / "private" / "quotes_review.csv"
    frame = pd.read_csv(sheet, dtype=str, keep_default_na=False)
    assert len(frame) == 1
    frame.assign(release="yes").to_csv(sheet, index=False)
    ran = textmine(*common, "--review", sheet, "--sign", "A Tester")
    assert ran.code == 0, ran.err
    assert bank.table()["release"].tolist() == ["released"]
    report = tmp_path / "report.html"
    assert textmine("report", coded, "-o", report, "--release", out).code == 0
    assert [row["quote"] for row in table_of(read_summary(report), "quotes")] == frame["quote"].tolist()
    assert "Give one of them" in textmine(*common, "--quotes", 1).error


def test_a_quote_changed_after_it_was_signed_is_left_out(textmine, coded: Path, tmp_path) -> None:
    _quote, marker = let_out(textmine, coded, tmp_path / "one")
    path = tmp_path / "one" / "public" / "quotes.csv"
    path.write_text(path.read_text("utf-8").replace(marker, "something else"), "utf-8")
    out = tmp_path / "report.html"
    ran = textmine("report", coded, "-o", out, "--release", tmp_path / "one", "--json")
    assert "1 quote(s) are not what a person signed" in " ".join(json.loads(ran.out)["notes"])
    assert "something else" not in text_of(out) and marker not in text_of(out)


def test_a_changed_sheet_is_an_error(textmine, coded: Path, tmp_path) -> None:
    let_out(textmine, coded, tmp_path / "one")
    sheet = tmp_path / "one" / "private" / "quotes_review.csv"
    sheet.write_text(sheet.read_text("utf-8").replace(",no,", ",yes,", 1), "utf-8")
    ran = textmine("report", coded, "-o", tmp_path / "report.html", "--release", tmp_path / "one")
    assert "changed after it was signed" in ran.error
    assert not (tmp_path / "report.html").exists()


def test_a_quote_of_a_text_that_is_gone_is_left_out(textmine, coded: Path, tmp_path) -> None:
    _, marker = let_out(textmine, coded, tmp_path / "one")
    other = tmp_path / "other"
    shutil.copytree(coded, other)
    for path in other.glob("coded_*.csv"):
        path.write_text(path.read_text("utf-8").replace(marker, "x" * len(marker)), "utf-8")
    out = tmp_path / "report.html"
    ran = textmine("report", other, "-o", out, "--release", tmp_path / "one", "--json")
    assert "no longer has" in " ".join(json.loads(ran.out)["notes"])
    assert not MARKER.search(text_of(out))


# --- figures ----------------------------------------------------------------------------------------------


def test_shares_are_those_of_prevalence_with_intervals(
    textmine, coded: Path, checked: Path, tmp_path
) -> None:
    ran = textmine("prevalence", coded, "--checked", checked, "--json")
    wanted = {(row["code"], row["question"]): row for row in json.loads(ran.out)["rows"]}
    out = tmp_path / "report.html"
    ran = textmine("report", coded, "-o", out, "--checked", checked)
    assert ran.code == 0, ran.err
    summary = read_summary(out)
    rows = table_of(summary, "themes")
    found = {tuple(summary["figures"][row["figure"]]["parts"])[:2]: row for row in rows}
    assert set(found) == set(wanted) and len(found) == 4
    for key, row in found.items():
        for name in ("estimate", "low", "high"):
            assert row[name] == pytest.approx(wanted[key][name], abs=1e-6)


def test_without_labels_a_share_is_not_estimable_and_says_how_many_to_read(
    textmine, coded: Path, tmp_path
) -> None:
    out = tmp_path / "report.html"
    textmine("report", coded, "-o", out)
    rows = table_of(read_summary(out), "themes")
    assert rows and all(re.fullmatch(r"not estimable: read \d+ more", row["estimate"]) for row in rows)
    assert "No share is corrected yet" in text_of(out)


def test_small_groups_are_hidden_with_all_that_tells_of_them(
    textmine, coded: Path, checked: Path, tmp_path
) -> None:
    out = tmp_path / "report.html"
    textmine("report", coded, "-o", out, "--checked", checked, *POOLED, "--by", "site")
    west = [row for row in table_of(read_summary(out), "by_site") if row["group"] == "west"]
    assert west
    for row in west:
        assert {row[name] for name in ("estimate", "low", "high", "naive", "respondents", "n")} == {"*"}


def test_those_of_whom_nothing_is_stated_are_estimated_like_others(
    textmine, coded: Path, checked: Path, tmp_path
) -> None:
    folder = tmp_path / "blanks"
    shutil.copytree(coded, folder)
    wave = pd.read_csv(folder / "coded_wide.csv", dtype=str, keep_default_na=False)
    sites = ["" if int(person[1:]) < 18 else "north" for person in wave["person"]]
    wave.assign(site=sites).to_csv(folder / "coded_wide.csv", index=False)
    asked = ("--checked", checked, *POOLED, "--by", "site", "--out", tmp_path / "shares.csv")
    assert textmine("prevalence", folder, *asked).code == 0
    shares = tmp_path / "shares.figures.json"
    wanted = pd.read_csv(tmp_path / "shares.csv").set_index(["code", "group"]).to_dict("index")
    out = tmp_path / "report.html"
    assert textmine("report", folder, "-o", out, "--checked", checked, *POOLED, "--by", "site").code == 0
    summary = read_summary(out)
    rows = [row for row in table_of(summary, "by_site") if row["group"] == "(not stated)"]
    (row,) = (row for row in rows if summary["figures"][row["figure"]]["parts"][0] == "money")
    own = wanted[("money", "(not given)")]
    assert row["estimate"] == pytest.approx(own["estimate"], abs=1e-6) and row["n_read"] == own["n_read"]
    for figure, told in ((row["figure"], out.with_suffix(".json")), (own["figure"], shares)):
        rows_behind = json.loads(textmine("trace", figure, "--in", told, "--json").out)["rows"]
        assert rows_behind["base"] == (np.array(sites) == "").sum()


def test_waves_are_panels_and_a_person_may_be_in_both(textmine, coded: Path, checked: Path, tmp_path) -> None:
    out = tmp_path / "report.html"
    ran = textmine("report", coded, "-o", out, "--wave", "wave", *POOLED)
    assert ran.code == 0, ran.err
    assert {row["group"] for row in table_of(read_summary(out), "by_wave")} == {"2024", "2025"}
    ran = textmine("report", coded, "-o", out, "--by", "wave", *POOLED)
    assert "more than one value of 'wave'" in ran.error


def test_every_figure_has_an_id_that_leads_to_its_row(textmine, coded: Path, checked: Path, tmp_path) -> None:
    out = tmp_path / "report.html"
    textmine("report", coded, "-o", out, "--checked", checked, *POOLED, "--by", "site")
    summary, page = read_summary(out), text_of(out)
    assert len(summary["figures"]) > 10
    for name, figure in summary["figures"].items():
        row = table_of(summary, figure["table"])[figure["row"]]
        assert row["figure"] == name and f'id="{name}"' in page
        assert figure["base"] and figure["estimator"] and figure["command"].startswith("textmine report ")
    held = re.search(r'id="report-data">(.*?)</script>', page, re.S).group(1)
    assert json.loads(held) == summary


def test_ids_change_with_the_labels_and_not_with_the_day(
    textmine, coded: Path, checked: Path, tmp_path
) -> None:
    def ids(*more: object) -> set[str]:
        textmine("report", coded, "-o", tmp_path / "r.html", *POOLED, *more)
        return set(read_summary(tmp_path / "r.html")["figures"])

    first = ids("--checked", checked)
    assert ids("--checked", checked) == first
    checked.write_text("\n".join(checked.read_text("utf-8").splitlines()[:-1]) + "\n", "utf-8")
    assert not ids("--checked", checked) & first


@pytest.mark.parametrize("form", ["html", "md", "docx"])
def test_the_same_report_twice_is_the_same_bytes(
    textmine, coded: Path, checked: Path, tmp_path, form
) -> None:
    made = []
    for _ in range(2):
        out = tmp_path / f"report.{form}"
        assert textmine("report", coded, "-o", out, "--checked", checked, *POOLED).code == 0
        made.append([path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()])
    assert made[0] == made[1]


# --- what stands beside -----------------------------------------------------------------------------------


def test_topics_waves_and_an_evaluation_stand_beside_the_themes(
    textmine, coded: Path, tmp_path, write_csv, study
) -> None:
    words = ["money", "training", mark(5)]
    topic = {"id": 0, "words": words, "size": 30, "stability": 0.9, "report": "yes"}
    topics, waves, evaluation = (tmp_path / name for name in ("topics", "waves", "evaluation"))
    for folder in (topics, waves, evaluation):
        folder.mkdir()
    (topics / "topics.json").write_text(json.dumps({"topics": [topic]}), "utf-8")
    assigned = [
        [row["id"], 0 if codes[1] or int(row["id"]) % 3 == 0 else -1, 1]
        for row, codes in zip(study.rows, study.truth.values(), strict=True)
    ]
    write_csv(topics / "assignments.csv", ["id", "topic", "weight"], assigned)
    keys = [
        "code",
        "question",
        "by",
        "group",
        "before",
        "after",
        "change",
        "low",
        "high",
        "changed",
        "detectable",
    ]
    change = ["money", "", "", "", 0.2, 0.3, 0.1, 0.02, 0.18, "yes", 0.09]
    write_csv(waves / "codes.csv", keys, [change])
    measures = [f"{m}{end}" for m in ("precision", "recall", "f1") for end in ("", "_low", "_high")]
    figures = [0.8, 0.7, 0.9] * 3
    write_csv(evaluation / "per_code.csv", ["code", "n_human", *measures], [["money", 20, *figures]])
    alphas = [["money", 0.7, 0.75, "yes"]]
    write_csv(
        evaluation / "agreement_differences.csv", ["code", "machine_human", "human_human", "verdict"], alphas
    )
    out = tmp_path / "report.html"
    beside = ("--topics", topics, "--waves", waves, "--evaluation", evaluation)
    ran = textmine("report", coded, "-o", out, *beside)
    assert ran.code == 0, ran.err
    summary = read_summary(out)
    (row,) = table_of(summary, "topics")
    assert row["words"] == "money, training" and row["themes"].startswith("Money (x")
    assert not MARKER.search(text_of(out))
    (row,) = table_of(summary, "changes")
    assert (row["name"], row["change"], row["low"], row["changed"]) == ("Money", 0.1, 0.02, "yes")
    (row,) = table_of(summary, "coder")
    assert (row["precision"], row["f1_high"], row["machine_human"], row["human_human"]) == (
        0.8,
        0.9,
        0.7,
        0.75,
    )
    assert "What changed from before to now" in text_of(out)


# --- forms ------------------------------------------------------------------------------------------------


def test_html_fetches_nothing_runs_nothing_and_every_table_downloads(textmine, coded: Path, tmp_path) -> None:
    import base64

    out = tmp_path / "report.html"
    textmine("report", coded, "-o", out)
    page = text_of(out)
    assert set(re.findall(r"<script[^>]*>", page)) == {'<script type="application/json" id="report-data">'}
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", page) and "url(" not in page
    assert not re.search(r"""\son\w+=["']""", page)
    summary = read_summary(out)
    tables = [table for section in summary["sections"] for table in section["tables"]]
    links = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)
    assert len(links) == len(tables) > 5
    for link, table in zip(links, tables, strict=True):
        rows = list(csv.DictReader(io.StringIO(base64.b64decode(link).decode("utf-8"))))
        assert len(rows) == len(table["rows"])
    assert page.count("<svg") == sum(len(section["figures"]) for section in summary["sections"])
    assert page.count("<svg") == len(re.findall(r"role='img' aria-label='[^']+'", page))


def test_word_file_opens_with_tables_and_pictures_that_have_words(textmine, coded: Path, tmp_path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    out = tmp_path / "report.docx"
    assert textmine("report", coded, "-o", out).code == 0
    document = docx.Document(out)
    assert document.tables and document.inline_shapes
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    assert document.tables[0].rows[0].cells[0].text == "question"


def test_markdown_has_its_pictures_beside_it(textmine, coded: Path, tmp_path) -> None:
    out = tmp_path / "report.md"
    assert textmine("report", coded, "-o", out).code == 0
    pictures = re.findall(r"\]\((report-figures/[\w-]+\.png)\)", text_of(out))
    assert pictures and all((tmp_path / name).read_bytes()[:4] == b"\x89PNG" for name in pictures)


# --- interviews -------------------------------------------------------------------------------------------


@pytest.fixture
def interviews(textmine, tiny_model: Path, tmp_path: Path, write_csv) -> Path:
    """Three synthetic interviews; the interviewer of the third speaks of money, the participant does not."""
    said = {
        "t1": [("interviewer", "Tell me"), ("participant", "It saves money. Money is pooled")],
        "t2": [("interviewer", "Tell me"), ("participant", "We train together. Joint training days")],
        "t3": [("interviewer", "Money is pooled. It saves money"), ("participant", "The building is old")],
    }
    rows = [
        [f"{case}:{turn}", words, "S", role, turn, "visit"]
        for case, turns in said.items()
        for turn, (role, words) in enumerate(turns, 1)
    ]
    docs = write_csv(tmp_path / "docs.csv", ["doc_id", "text", "speaker", "role", "turn", "place"], rows)
    ran = textmine(
        "code", docs, "--text", "text", "--id", "doc_id", "--model", tiny_model, "--out", tmp_path / "t"
    )
    assert ran.code == 0, ran.err
    return tmp_path / "t"


def test_interviews_are_counted_and_never_made_into_percentages(textmine, interviews: Path, tmp_path) -> None:
    out = tmp_path / "report.html"
    ran = textmine("report", interviews, "-o", out, "--approach", "framework", "--fact", "place")
    assert ran.code == 0, ran.err
    summary = read_summary(out)
    themes = {row["name"]: row for row in table_of(summary, "themes")}
    assert (themes["Money"]["cases"], themes["Money"]["of"], themes["Money"]["which"]) == (1, 3, "t1")
    kinds = {c["kind"] for s in summary["sections"] for t in s["tables"] for c in t["columns"]}
    assert "share" not in kinds
    matrix = table_of(summary, "framework")
    assert [row["case"] for row in matrix] == ["t1", "t2", "t3"] and matrix[0]["place"] == "visit"


def test_own_summaries_stand_in_the_matrix(textmine, interviews: Path, tmp_path, write_csv) -> None:
    own = write_csv(
        tmp_path / "own.csv", ["case", "code", "summary"], [["t1", "money", "Sees <b>savings</b>"]]
    )
    out = tmp_path / "report.html"
    assert textmine("report", interviews, "-o", out, "--framework", own).code == 0
    assert "Sees savings" not in text_of(out) and "Sees &lt;b&gt;savings" in text_of(out)
    assert table_of(read_summary(out), "framework")[0]["money"].endswith("Sees <b>savings</b>")


# --- what cannot be -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--by", "nowhere"), "No column 'nowhere'"),
        (("--by", "comment"), "tells who somebody is"),
        (("--by", "person"), "tells who somebody is"),
        (("--approach", "vibes"), "Choose among: codebook"),
        (("--rule", "none"), "No disclosure rule 'none'"),
        (("--topics", "nowhere"), "holds no topics.json"),
        (("--waves", "nowhere"), "holds no codes.csv"),
        (("--evaluation", "nowhere"), "holds no per_code.csv"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(textmine, coded: Path, tmp_path, more, words: str) -> None:
    ran = textmine("report", coded, "-o", tmp_path / "report.html", *more)
    assert words in ran.error
    assert not list(tmp_path.glob("report*"))


def test_another_kind_of_file_is_an_error(textmine, coded: Path, tmp_path) -> None:
    assert "written as .html, .docx, .md" in textmine("report", coded, "-o", tmp_path / "r.pdf").error


def test_statement_claims_no_draw_and_no_agreement_that_it_was_not_told_of(
    textmine, coded: Path, checked: Path, tmp_path
) -> None:
    out = tmp_path / "report.md"
    options = ("--checked", checked, *POOLED, "--approach", "coding_reliability", "-o", out)
    assert textmine("report", coded, *options).code == 0
    said = out.read_text("utf-8").replace("\\", "")
    assert "[yours to write]: how they were drawn; a simple random sample is assumed" in said
    assert "[yours to write]: how far coders agreed" in said and "greement of coders was" not in said
    drawn = pd.read_csv(checked, dtype=str).assign(chance="0.5")
    drawn.to_csv(checked, index=False)
    assert textmine("report", coded, *options, "--probability", "chance").code == 0
    assert "respondents drawn at random, to correct its errors" in out.read_text("utf-8")


def test_reflexive_analysis_has_no_accuracy(textmine, coded: Path, tmp_path) -> None:
    out = tmp_path / "report.html"
    assert textmine("report", coded, "-o", out, "--approach", "reflexive").code == 0
    names = [section["name"] for section in read_summary(out)["sections"]]
    assert "coder" not in names and "methods" in names
    assert "suggestions to the analyst" in text_of(out) and "recall" not in text_of(out).casefold()
