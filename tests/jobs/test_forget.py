"""A respondent taken out of a study: every file that textmine writes, and nobody else's words."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from textmine.annotations import Event, create_project, keep_annotations
from textmine.annotations.project import Assignment, Settings
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.disclosure.groups import EarlierTable
from textmine.disclosure.ledger import Ledger, Release, write_ledger
from textmine.errors import InputError
from textmine.exchange.refi.reading import read_qdpx
from textmine.jobs import forget as job
from textmine.jobs.forget import forget_respondent
from textmine.jobs.record import check_record
from textmine.passages.bank import QuoteBank
from textmine.provenance import ProvenanceRecord
from textmine.withdrawal.tombstones import read_tombstones

MARK, WHO = "Zyxqvern", "R0417"
SHARED = "We train together with the others every spring"
ROWS = [
    ["c901", "R0416", "q0", SHARED],
    ["c902", WHO, "q0", SHARED],
    ["c903", WHO, "q1", f"Ask {MARK} at the blue gate lane. Money is pooled there with other towns"],
    ["c904", "R0418", "q1", "Training is shared, and money is pooled in our town \U0001f600 as a rule"],
    ["c905", "R0419", "q0", "The building is old"],
]
HEADER = ["id", "person_id", "question", "comment"]
COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person_id")


def find_bytes(folder: Path, *words: str) -> list[str]:
    """The files under a folder that hold one of the words, packed or not, in UTF-8 or UTF-16."""
    forms = [
        form for word in words for form in (word.encode(), word.lower().encode(), word.encode("utf-16-le"))
    ]
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        held = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                held += [packed.read(name) for name in packed.namelist()]
        if path.suffix == ".parquet":
            held.append(str(pd.read_parquet(path).to_dict()).encode())
        if path.suffix == ".sav":
            held.append(str(pyreadstat.read_sav(str(path))[0].to_dict()).encode())
        if any(form in data for form in forms for data in held):
            found.append(path.relative_to(folder).as_posix())
    return found


@pytest.fixture
def answers(tmp_path: Path, write_csv) -> Path:
    (tmp_path / "st").mkdir()
    return write_csv(tmp_path / "st" / "answers.csv", HEADER, ROWS)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def written(answers: Path, textmine, tiny_model: Path, shelf: Path) -> Path:
    """A folder with one of everything that textmine writes of a survey, made once and copied."""
    if not (shelf / "st").exists():
        write_everything(answers, textmine, tiny_model)
        shutil.copytree(answers.parent, shelf / "st")
    shutil.copytree(shelf / "st", answers.parent, dirs_exist_ok=True)
    return answers.parent


def write_everything(answers: Path, textmine, tiny_model: Path) -> None:
    st = answers.parent
    given = ("--text", "comment", "--id", "id")
    coded, forms = st / "coded", ("--format", "csv", "--format", "parquet", "--format", "xlsx")
    extra = ("--out", st / "redacted.csv", "--log", st / "log.csv", "--review", st / "review.html")
    deny = st.parent / "deny.txt"
    deny.write_text(f"person: {MARK}\n", "utf-8")
    for words in (
        ("clean", answers, *given, "--out", st / "clean.parquet"),
        ("clean", answers, *given, "--out", st / "clean.jsonl"),
        ("redact", answers, *given, *extra, "--log-originals", st / "orig.csv", "--no-names", "--deny", deny),
        ("code", answers, *COLUMNS, "--model", tiny_model, "--out", coded, *forms, "--bands", "--scores"),
        ("export", coded, "--to", st / "ex" / "question.qdpx"),
        ("export", coded, "--to", st / "ex" / "person.qdpx", "--layout", "respondent", "--dialect", "nvivo"),
        ("export", coded, "--to", st / "ex" / "unit.qdpx", "--layout", "unit", "--dialect", "maxqda"),
        ("export", coded, "--to", st / "ex" / "coded.sav"),
        ("export", coded, "--to", st / "ex" / "coded.parquet"),
        ("import", st / "ex" / "question.qdpx", "--out", st / "back", "--against", coded),
        ("record", "list", coded, "--out", st / "decisions.jsonl"),
    ):
        ran = textmine(*words)
        assert ran.code == 0, (words[:2], ran.err)


def test_no_byte_of_a_person_is_left_in_anything_written(written: Path) -> None:
    others = pd.read_csv(written / "coded" / "coded_wide.csv", dtype=str).query("person_id != @WHO")
    assert len(find_bytes(written, MARK, WHO, "c903")) > 20
    report = forget_respondent(WHO, [written], date="2026-03-01")
    assert not report.unedited
    assert find_bytes(written, MARK, WHO, "c902", "c903") == []
    left = pd.read_csv(written / "coded" / "coded_wide.csv", dtype=str)
    pd.testing.assert_frame_equal(left, others.reset_index(drop=True))
    assert (written / "answers.csv").read_text("utf-8").splitlines()[1] == f'"c901","R0416","q0","{SHARED}"'


def test_coded_folder_holds_together_afterwards(written: Path) -> None:
    coded = written / "coded"
    before = json.loads((coded / "provenance.json").read_text("utf-8"))
    forget_respondent(WHO, [written], date="2026-03-01")
    said = json.loads((coded / "provenance.json").read_text("utf-8"))
    assert (before["counts"]["read"], said["counts"]["read"], said["counts"]["coded"]) == (5, 3, 3)
    assert said["corpus_fingerprint"] != before["corpus_fingerprint"]
    assert pd.read_csv(coded / "summary.csv")["base"].tolist() == [3, 3]
    assert said["withdrawals"][0]["date"] == "2026-03-01"
    assert check_record(coded).standing.events == {"run": 1, "withdrawal": 1}
    assert ProvenanceRecord(coded).check(noted=before["record"]["sha256"]).units == 3


def test_exports_still_open_with_the_others_in_their_places(written: Path) -> None:
    def quotes(path: Path) -> list[tuple[str, str]]:
        found = []
        for source in read_qdpx(path).project.sources:
            for selection in source.selections:
                if selection.codings and selection.start >= 0:
                    found.append((source.name, (source.text or "")[selection.start : selection.end]))
        return found

    paths = sorted((written / "ex").glob("*.qdpx"))
    before = {path: quotes(path) for path in paths}
    forget_respondent(WHO, [written], date="2026-03-01")
    for path in paths:
        kept = [(name, words) for name, words in before[path] if MARK not in words]
        after = quotes(path)
        assert after and all(pair in kept for pair in after)
        assert len([w for _, w in after if "Training" in w or "pooled in our" in w]) == len(
            [w for _, w in kept if "Training" in w or "pooled in our" in w]
        )
    frame, about = pyreadstat.read_sav(str(written / "ex" / "coded.sav"), user_missing=True)
    assert len(frame) == 3 and about.mr_sets["themes"]["variable_list"] == ["training", "money"]
    assert about.variable_value_labels["money"][1.0] == "Mentioned"


def test_dry_run_writes_nothing(written: Path) -> None:
    held = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
    report = forget_respondent(WHO, [written], dry_run=True)
    assert len(report.edited) > 20 and not report.tombstones
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == held


@pytest.mark.parametrize("after", [0, 3, 12])
def test_run_cut_off_half_way_is_finished_by_the_next(
    written: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    real, done = job.edit_file, []

    def cut_off(path: Path, *given: object, **named: object) -> object:
        if len(done) > after:
            raise KeyboardInterrupt
        change = real(path, *given, **named)
        done.extend([path] * bool(change))
        return change

    monkeypatch.setattr(job, "edit_file", cut_off)
    with pytest.raises(KeyboardInterrupt):
        forget_respondent(WHO, [written], date="2026-03-01")
    monkeypatch.setattr(job, "edit_file", real)
    with pytest.raises(InputError, match="cut off"):
        forget_respondent("R0418", [written])
    report = forget_respondent(WHO, [written])
    assert find_bytes(written, MARK, WHO, "c903") == []
    (stone,) = read_tombstones(written)
    assert stone.date == "2026-03-01" and stone.counts["files"] > 20
    assert "cut off" in report.notes[0] and check_record(written / "coded").standing.units == 3


def test_tombstone_knows_the_id_and_does_not_tell_it(answers: Path) -> None:
    forget_respondent(WHO, [answers.parent], date="2026-03-01")
    (stone,) = read_tombstones(answers.parent)
    assert stone.names(WHO) and not stone.names("R0418")
    assert WHO not in (answers.parent / "withdrawals.jsonl").read_text("utf-8")
    with pytest.raises(InputError, match="withdrawn on 2026-03-01"):
        forget_respondent(WHO, [answers.parent])


def test_unknown_respondent_is_an_error_that_names_the_columns(answers: Path) -> None:
    with pytest.raises(InputError, match="Columns looked in: id, person_id"):
        forget_respondent("R9", [answers.parent])


def test_models_that_learned_from_the_person_are_listed(study, tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "models" / "tiny")
    shutil.copy(study.comments, tmp_path / "comments.csv")
    report = forget_respondent("p03", [tmp_path], group=["person"], date="2026-03-01")
    assert [(path.name, why) for path, why in report.models] == [
        ("tiny", "it learned from texts of this person")
    ]


# --- annotations ------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path):
    """A project in which two people read, one asked about the person's text, and one quotes it in a memo."""
    frame = pd.DataFrame(ROWS, columns=["doc_id", "group", "question", "text"])
    book = Codebook.from_labels(["money", "time"])
    settings = Settings(name="st", assignment=Assignment(overlap=1.0))
    made = create_project(tmp_path / "st", Corpus(frame), book, settings)
    texts = dict(zip(frame["doc_id"], frame["text"], strict=True))
    with made.open_store() as store:
        store.assign(made.plan(["ann", "ben"]))
        for name in ("ann", "ben"):
            for unit, text in texts.items():
                store.decide(
                    unit, name, ["money"], spans=[{"code": "money", "start": 0, "end": 9, "quote": text[:9]}]
                )
        for kind, unit, payload in (
            ("memo", "c905", {"text": f"Like what was said at the blue gate lane by {MARK}, c903"}),
            ("question", "c903", {"text": f"Is {MARK} a name?", "code": "money"}),
        ):
            store.record(Event(id=kind, kind=kind, unit_id=unit, annotator="ann", payload=payload))
        store.answer("question", "lead", f"Yes, {MARK} is a name", effect="narrows")
        keep_annotations(made, store)
    return made


def test_store_and_its_files_lose_the_person_and_keep_all_else(project) -> None:
    folder = project.folder
    with project.open_store() as store:
        before = [e for e in store.events() if e.unit_id not in ("c902", "c903") and e.kind == "decision"]
    report = forget_respondent(WHO, [folder], date="2026-03-01")
    assert not report.unedited and find_bytes(folder, MARK, WHO, "c903") == []
    with closing(sqlite3.connect(folder / "annotations" / "st.sqlite")) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)
    with type(project).load(folder).open_store() as store:
        events = store.events()
        assert [e for e in events if e.kind == "decision"] == before
        assert store.rulings()["text"].tolist() == ["Yes, (withdrawn) is a name"]
        memo = next(e for e in events if e.kind == "memo")
        assert memo.payload["text"] == "Like what was said (withdrawn) by (withdrawn), (withdrawn)"
        assert "c901" in set(store.labels()["unit_id"])


def test_store_is_built_again_from_the_files_without_the_person(project) -> None:
    forget_respondent(WHO, [project.folder], date="2026-03-01")
    (project.folder / "annotations" / "st.sqlite").unlink()
    from textmine.annotations import restore_annotations

    loaded = type(project).load(project.folder)
    with loaded.open_store() as store:
        assert restore_annotations(loaded, store) is not None
        assert {e.unit_id for e in store.events() if e.kind == "decision"} == {"c901", "c904", "c905"}


def test_store_in_use_is_told_and_the_run_is_finished_later(project, monkeypatch: pytest.MonkeyPatch) -> None:
    from textmine.withdrawal import stores

    monkeypatch.setattr(stores, "_WAIT", 0.1)
    path = project.folder / "annotations" / "st.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match=r"st\.sqlite is in use"):
            forget_respondent(WHO, [project.folder], date="2026-03-01")
    forget_respondent(WHO, [project.folder])
    assert find_bytes(project.folder, MARK, WHO, "c903") == []


# --- what is whose ----------------------------------------------------------------------------------------


def test_unit_of_the_same_id_in_another_wave_stays(answers: Path, write_csv) -> None:
    st = answers.parent
    other = st / "wave1"
    other.mkdir()
    write_csv(other / "answers.csv", HEADER, [["c903", "R0001", "q1", "Nobody has time"]])
    write_csv(other / "labels.csv", ["id", "money"], [["c903", "1"]])
    write_csv(st / "labels.csv", ["id", "money"], [["c903", "1"], ["c905", "0"]])
    forget_respondent(WHO, [st], date="2026-03-01")
    assert "c903" in (other / "answers.csv").read_text("utf-8")
    assert "c903" in (other / "labels.csv").read_text("utf-8")
    assert "c903" not in (st / "labels.csv").read_text("utf-8")
    assert "c905" in (st / "labels.csv").read_text("utf-8")


def test_respondent_called_like_somebody_elses_text_takes_only_their_own(tmp_path: Path, write_csv) -> None:
    rows = [["12", "5", "q", "Old building"], ["13", "12", "q", "New money"]]
    write_csv(tmp_path / "a.csv", HEADER, rows)
    write_csv(tmp_path / "labels.csv", ["id", "money"], [["12", "0"], ["13", "1"]])
    forget_respondent("12", [tmp_path], date="2026-03-01")
    assert [row[0] for row in pd.read_csv(tmp_path / "a.csv", dtype=str).to_numpy().tolist()] == ["12"]
    assert pd.read_csv(tmp_path / "labels.csv", dtype=str)["id"].tolist() == ["12"]


def test_bytes_of_other_rows_stay_in_any_form_of_csv(tmp_path: Path) -> None:
    kept = 'c1;R1;"a ""quoted""\r\nline";x\r\n'.encode("cp1252")
    gone = f"c2;{WHO};caf\xe9 {MARK};y\r\n".encode("cp1252")
    path = tmp_path / "odd.csv"
    path.write_bytes(
        b"Wave 3\r\nid;respondent;text;z\r\n" + kept + gone + "c3;R3;na\xefve;z".encode("cp1252")
    )
    forget_respondent(WHO, [tmp_path], date="2026-03-01")
    assert path.read_bytes() == b"Wave 3\r\nid;respondent;text;z\r\n" + kept + "c3;R3;na\xefve;z".encode(
        "cp1252"
    )


def test_notes_pages_and_codebooks_that_quote_the_person_are_blanked(answers: Path) -> None:
    st = answers.parent
    quote = "at the blue gate lane"
    files = {
        "report.md": f"# Aims\n\nOne said: '{quote}'. See c903 and {WHO}.\n",
        "page.html": f'<p title="{MARK}">{quote} &amp; more</p><script>var x = ["{quote}\\u0021"]</script>',
        "codebook.yaml": "id: b\nversion: '1'\ncodes:\n"
        f"  - {{id: money, name: Money, definition: It is pooled, examples: [{quote}]}}\n",
        "topics.json": json.dumps({"topics": [{"representative_ids": ["c901", "c903"], "words": ["train"]}]}),
    }
    for name, text in files.items():
        (st / name).write_text(text, "utf-8")
    forget_respondent(WHO, [st], date="2026-03-01")
    assert find_bytes(st, MARK, quote, "c903", WHO) == []
    assert (st / "report.md").read_text(
        "utf-8"
    ) == "# Aims\n\nOne said: '(withdrawn)'. See (withdrawn) and (withdrawn).\n"
    assert "&amp; more" in (st / "page.html").read_text("utf-8")
    assert json.loads((st / "topics.json").read_text("utf-8"))["topics"][0]["representative_ids"] == ["c901"]
    assert Codebook.load(st / "codebook.yaml").ids == ["money"]


def test_table_without_ids_is_cleaned_cell_by_cell(answers: Path) -> None:
    table = answers.parent / "codes.csv"
    table.write_text('code,examples\nmoney,"a; b\nat the blue gate lane"\ntime,"c, d"\n', "utf-8")
    forget_respondent(WHO, [answers.parent], date="2026-03-01")
    assert table.read_text("utf-8") == 'code,examples\nmoney,"a; b\n(withdrawn)"\ntime,"c, d"\n'


def test_transcript_named_after_the_person_goes_as_a_whole(tmp_path: Path, write_csv) -> None:
    (tmp_path / "t1.txt").write_text(f"Int: What helps?\n\nR: {MARK}\n", "utf-8")
    (tmp_path / "t2.txt").write_text("Int: What helps?\n\nR: Time\n", "utf-8")
    turns = [["t1:1", "R", "participant", "1", MARK], ["t2:1", "R", "participant", "1", "Time"]]
    write_csv(tmp_path / "turns.csv", ["doc_id", "speaker", "role", "turn", "text"], turns)
    forget_respondent("t1", [tmp_path], date="2026-03-01")
    assert not (tmp_path / "t1.txt").exists() and (tmp_path / "t2.txt").exists()
    assert pd.read_csv(tmp_path / "turns.csv")["doc_id"].tolist() == ["t2:1"]


def test_file_that_cannot_be_edited_is_told_and_removed_only_when_asked(answers: Path, textmine) -> None:
    st = answers.parent
    (st / "report.pdf").write_bytes(b"%PDF-1.7 packed")
    (st / "odd.bin").write_bytes(b"\0\1" + MARK.encode() + b"\0")
    ran = textmine("forget", WHO, "--in", st, "--date", "2026-03-01")
    assert ran.code == 1 and "report.pdf: it cannot be looked into" in ran.out
    assert "odd.bin: it holds what is this person's" in ran.out and (st / "report.pdf").exists()


def test_files_that_cannot_be_edited_go_with_the_option(answers: Path, textmine) -> None:
    st = answers.parent
    (st / "report.pdf").write_bytes(b"%PDF-1.7 packed")
    ran = textmine("forget", WHO, "--in", st, "--delete-unedited", "--json")
    assert ran.code == 0 and not (st / "report.pdf").exists()
    assert "removed" in next(iter(json.loads(ran.out)["unedited"].values()))


def test_project_with_files_that_cannot_be_looked_into_is_told(answers: Path, textmine) -> None:
    path = answers.parent / "other.qdpx"
    body = '<Project name="P"><Sources><PDFSource guid="a" path="internal://a.pdf"/></Sources></Project>'
    with zipfile.ZipFile(path, "w") as held:
        held.writestr("project.qde", body)
        held.writestr("sources/a.pdf", f"%PDF {MARK}")
    ran = textmine("forget", WHO, "--in", answers.parent, "--json")
    assert ran.code == 1
    assert [why for name, why in json.loads(ran.out)["unedited"].items() if name.endswith("other.qdpx")]


def test_what_a_cut_off_coding_run_left_goes_too(answers: Path, textmine) -> None:
    left = answers.parent / "coded" / ".parts"
    left.mkdir(parents=True)
    (left / "0000000.wide.arrow").write_bytes(MARK.encode())
    dry = textmine("forget", WHO, "--in", answers.parent, "--dry-run")
    assert ".parts" in dry.out and left.is_dir()
    ran = textmine("forget", WHO, "--in", answers.parent, "--date", "2026-03-01")
    assert ran.code == 0 and "run textmine code anew" in ran.out
    assert not left.exists() and find_bytes(answers.parent, MARK) == []


def test_releases_that_the_person_was_in_are_listed(answers: Path) -> None:
    names = [f"R{n}" for n in range(30)]
    ledger = Ledger()
    for release, people in (("spring", [*names, WHO]), ("summer", names)):
        members = {ledger.key_of(person): ("north",) for person in people}
        table = EarlierTable(release, ("site",), members, {}, {})
        ledger = ledger.add(Release(release, "2026-03-01", "simple5", "f" * 64, {"q0": table}))
    write_ledger(ledger, answers.parent / "release_ledger.jsonl")
    report = forget_respondent(WHO, [answers.parent], date="2026-04-01")
    assert report.releases == ["release spring (release_ledger.jsonl)"]
    assert WHO not in (answers.parent / "release_ledger.jsonl").read_text("utf-8")


def test_quote_bank_loses_the_person_and_still_opens(answers: Path) -> None:
    bank = QuoteBank(answers.parent / "quotes" / "ann.jsonl")
    texts = {row[0]: row[3] for row in ROWS}
    theirs = bank.add_quote("c903", "money", 0, 3, texts["c903"])
    other = bank.add_quote("c904", "money", 0, 8, texts["c904"])
    for quote in (theirs, other):
        bank.use(quote, "chapter 2")
    bank.write_memo(f"As {MARK} says, and the rest of us", about="money")
    forget_respondent(WHO, [answers.parent], date="2026-03-01")
    held = bank.path.read_text("utf-8")
    assert theirs not in held and "c903" not in held and MARK not in held
    assert bank.table()["quote_id"].tolist() == [other] and bank.table()["used_in"].tolist() == ["chapter 2"]
    assert bank.memos()["text"].tolist() == ["As (withdrawn) says, and the rest of us"]


def test_line_of_a_bank_that_somebody_changed_stays_found_out(answers: Path) -> None:
    bank = QuoteBank(answers.parent / "ann.jsonl")
    bank.write_memo(f"As {MARK} says, and the rest of us", about="money")
    forged = bank.path.read_text("utf-8").replace("the rest", "none")
    bank.path.write_text(forged, "utf-8")
    forget_respondent(WHO, [answers.parent], date="2026-03-01")
    with pytest.raises(InputError, match="not as it was written"):
        bank.memos()


def test_certificate_that_rests_on_the_person_is_listed(answers: Path, write_csv) -> None:
    st = answers.parent
    write_csv(st / "checked.csv", ["id", "money"], [["c903", "1"], ["c905", "0"]])
    (st / "cert.json").write_text(
        json.dumps({"form": "textmine-certificate/1", "sample": {"files": ["checked.csv"]}}), "utf-8"
    )
    assert [path.name for path in forget_respondent(WHO, [st]).certificates] == ["cert.json"]


# --- office files -----------------------------------------------------------------------------------------


def test_workbook_keeps_its_chart_filter_and_other_rows(tmp_path: Path) -> None:
    from openpyxl import Workbook, load_workbook
    from openpyxl.chart import BarChart, Reference

    book = Workbook()
    sheet = book.active
    for row in [["id", "respondent", "comment", "n"], *([r[0], r[1], r[3], 2] for r in ROWS)]:
        sheet.append(row)
    sheet.auto_filter.ref, sheet["F1"] = "A1:D6", "=SUM(D2:D6)"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=1, max_row=6), titles_from_data=True)
    sheet.add_chart(chart, "H2")
    book.create_sheet("notes").append([f"As {MARK} said"])
    book.save(tmp_path / "wave.xlsx")
    forget_respondent(WHO, [tmp_path], date="2026-03-01")
    assert find_bytes(tmp_path, MARK, WHO, "c903") == []
    again = load_workbook(tmp_path / "wave.xlsx")
    kept = [[cell.value for cell in row[:4]] for row in again.active.iter_rows()]
    assert [row[0] for row in kept] == ["id", "c901", None, None, "c904", "c905"]
    assert again.active.auto_filter.ref == "A1:D6" and again.active["F1"].value == "=SUM(D2:D6)"
    assert again["notes"]["A1"].value == "As (withdrawn) said"
    with zipfile.ZipFile(tmp_path / "wave.xlsx") as packed:
        assert "xl/charts/chart1.xml" in packed.namelist()


def test_word_file_loses_the_quote_and_keeps_the_rest(answers: Path) -> None:
    from textmine.reading.documents import read_document

    body = (
        f"<w:p><w:r><w:t>One said: ask </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{MARK.lower()} at the blue "
        "gate lane</w:t></w:r></w:p><w:p><w:r><w:t>Others train.</w:t></w:r></w:p>"
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    path = answers.parent / "report.docx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}"><Override PartName="/word/document.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        packed.writestr(
            "word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        )
    forget_respondent(WHO, [answers.parent], date="2026-03-01")
    assert find_bytes(answers.parent, MARK, "blue gate") == []
    assert read_document(path).frame["text"].tolist() == [
        "One said: (withdrawn)",
        "Others train.",
    ]
