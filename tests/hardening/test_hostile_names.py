"""Names made to lead elsewhere or to meet: whatever is called so, files stay in their folder and apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import AnnotationStore, Settings, create_project
from textmine.annotations.keeping import keep_annotations
from textmine.annotations.tasks import Task
from textmine.codebook import Codebook
from textmine.commands.common import show_plainly
from textmine.corpus import Corpus
from textmine.files import is_anchored, leads_out, set_apart

NAMES = ["../../outside", "a/b", "a\\b", "a b", "a?b", "A/B", "C:x", "CON", "nul.txt", ".", "..", "", "n" * 300, "x\ny",
         "😀", "\u202ey", "-x", "--out", "é", "e\u0301", "x. ", "x.2024", "x.2025", "\x1b[31mred", "=1+1", "$HOME", "null"]  # fmt: skip
#: Of these, names that may stand at the head of a column: of the files that read alike, all.
COLUMNS = [name for name in NAMES if name not in ("", "x\ny")]


@pytest.fixture
def here(tmp_path: Path, list_files) -> Callable[[], Path]:
    """A folder two levels down, and at the end nothing beside it."""
    inside = tmp_path / "in" / "here"
    inside.mkdir(parents=True)
    yield inside
    assert not [path for path in list_files(tmp_path) if not path.startswith("in/here/")]


@pytest.fixture
def by_names(study, here: Path, coded_with, write_csv) -> Path:
    """The study coded, with a column of two groups for each hostile name."""
    rows = [
        [*row.values(), *(f"g{n % 2}" for _ in COLUMNS)]
        for n, row in enumerate({**r, "question": ("q1", "../q")[k % 2]} for k, r in enumerate(study.rows))
    ]
    table = write_csv(here / "wave.csv", [*study.rows[0], *COLUMNS], rows)
    return coded_with(table, here / "coded", "--question", "question", "--group", "person")


def test_pieces_of_names_are_apart_on_every_system_and_short() -> None:
    pieces = set_apart([*NAMES, "Region", "région", "plain_name-2"])
    assert pieces["Region"] == "Region" and pieces["plain_name-2"] == "plain_name-2"
    kept = [piece.casefold() for piece in pieces.values()]
    assert len(set(kept)) == len(kept)
    for piece in pieces.values():
        assert len(f"checked-{piece}.parquet".encode()) < 255
        assert not leads_out(f"x-{piece}") and not set(piece) & set('/\\:*?"<>|. \n\x1b\u202e')


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_project_or_annotator_of_any_name_is_made_in_its_folder_or_refused(
    name: str, study, here: Path, attempt
) -> None:
    given = ["--input", study.comments, "--text", "comment", "--id", "id"]
    told = attempt("init", here / "a", *given, "--name", name)
    is_good = name in ("", "x.2024", "x.2025")  # without a name it is the folder's
    assert told == "" if is_good else "has up to 64 of a-z" in told
    assert "None" not in told and "match pattern" not in told
    attempt("init", here / "b", *given, "--name", "study", "--annotator", name)
    attempt("forget", "--in", here, "--id", "id", "--", name)
    if name not in ("", ".", ".."):
        assert attempt("code", study.comments, "--model", name, "--out", here / "out")
    assert attempt("codebook", "check", "--", name)


@pytest.mark.slow
def test_figures_by_columns_of_any_name_each_have_a_file(by_names: Path, study, here: Path, attempt) -> None:
    by = [word for name in COLUMNS for word in ("--by", name)]
    checked = ["--checked", study.wide, "--id", "id", "--out", here / "p.csv"]
    assert attempt("prevalence", by_names, *checked, "--unit", "answer", *by, "--figure", here / "f") == ""
    drawn = [path for path in here.glob("f-*.html") if "differences" not in path.name]
    assert len(drawn) == len(COLUMNS)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["md", "html", "docx"])
def test_report_by_columns_of_any_name_has_all_its_figures(
    by_names: Path, here: Path, attempt, form: str
) -> None:
    by = [word for name in COLUMNS for word in ("--by", name)]
    assert attempt("report", by_names, *by, "--out", here / f"r.{form}") == ""
    if form == "md":
        words = (here / "r.md").read_text(encoding="utf-8")
        pictures = [path.name for path in (here / "r-figures").iterdir()]
        assert all(f"(r-figures/{name})" in words for name in pictures)
        assert words.count("(r-figures/") == len(pictures) >= 2 * len(COLUMNS)


@pytest.mark.slow
def test_names_of_cases_releases_and_waves_lead_nowhere(by_names: Path, study, here: Path, attempt) -> None:
    for name in COLUMNS:
        assert attempt("framework", by_names, "--case", name, "--out", here / "f.xlsx") == ""
        assert attempt("release", by_names, "--rule", "simple5", "--name", name, "--out", here / "r") == ""
        shutil.rmtree(here / "r")
        (here / "release-ledger.jsonl").unlink(missing_ok=True)
        for ledger in here.glob("*ledger*"):
            ledger.unlink()
    for name in ("../../outside", "\x1b[31mred", "n" * 300):
        words = ["topics", here / "wave.csv", "--text", "comment", "--id", "id", "--min-size", "5"]
        assert attempt(*words, "--by", name, "--wave", name, "--out", here / "t") == ""


@pytest.mark.slow
def test_codes_of_any_name_go_through_every_export_and_back(study, here: Path, attempt, write_csv) -> None:
    codes = [name for name in NAMES if name not in ("", "x\ny")] + ["x\x00y", "a\tb", "a,b", 'a"b']
    said = [{"id": code, "name": f"{n} {code}", "definition": "d"} for n, code in enumerate(codes)]
    lines = "".join(f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in said)
    book = here / "book.yaml"
    book.write_text(f'id: "../../book"\nversion: "../1"\ncodes:\n{lines}', encoding="utf-8")
    rows = [
        [row["id"], *(int(n % 7 == k % 7) for k in range(len(codes)))] for n, row in enumerate(study.rows)
    ]
    labels = write_csv(here / "labels.csv", ["id", *codes], rows)
    names = ["--text", "comment", "--id", "id", "--group", "person"]
    learn = ["train", study.comments, *names, "--labels", labels, "--codebook", book, "--out", here / "m"]
    assert attempt(*learn) == ""
    out = here / "coded"
    assert attempt("code", study.comments, *names, "--model", here / "m", "--out", out, "--bands") == ""
    for name in ("p.qdpx", "p.qdc", "p.sav", "p.xlsx", "p.csv", "p.parquet", "p.jsonl"):
        assert attempt("export", out, "--to", here / "e" / name, "--include-identifiers") == "", name
    for name in ("p.qdpx", "p.qdc"):
        assert attempt("import", here / "e" / name, "--out", here / f"i-{name}") == "", name
        assert len(Codebook.load(here / f"i-{name}" / "codebook.yaml").codes) == len(codes)
    for name in ("r.md", "r.html", "r.docx"):
        assert attempt("report", out, "--out", here / name) == "", name
    study_folder = here / "p"
    assert attempt("init", study_folder, "--from", out, "--codebook", book, "--annotator", "ann") == ""
    for form, name in (("label-studio", "l.json"), ("prodigy", "p.jsonl"), ("doccano", "d.jsonl"), ("csv", "l.csv")):  # fmt: skip
        sheet = here / "sheets" / name
        assert attempt("labels", "export", study_folder, sheet, "--form", form, "--annotator", "ann") == ""
        attempt("labels", "import", study_folder, sheet, "--form", form, "--annotator", "ann")


def test_samples_of_any_name_are_kept_apart_in_the_folder(here: Path) -> None:
    texts = Corpus(pd.DataFrame({"doc_id": ["u1", "u2", "u3"], "text": ["Money", "Time", "Both"]}))
    book = Codebook.from_labels(["money"])
    project = create_project(here / "p", texts, book, Settings(name="study"))
    samples = ["..\\..\\outside", "a b", "a?b"]
    with project.open_store() as store:
        tasks = [
            Task(annotator="ann", unit_id=f"u{n}", role="audit", probability=0.5, sample=sample)
            for n, sample in enumerate(samples, 1)
        ]
        store.assign(tasks)
        for n in (1, 2, 3):
            store.decide(f"u{n}", "ann", ["money"])
        paths = keep_annotations(project, store)
    checked = [path for path in paths if path.name.startswith("checked-")]
    assert len({path.name for path in checked}) == 3
    assert all(path.parent == project.annotations / "labels" and path.is_file() for path in checked)


@pytest.mark.parametrize(
    ("first", "second"),
    [("kept.csv", ""), ("to-read.csv", ""), ("a.csv", "a-evidence.csv"), ("a.csv", "A.csv")],
)
def test_codings_whose_names_would_meet_are_not_migrated(
    first: str, second: str, here: Path, attempt, write_csv
) -> None:
    files = [write_csv(here / name, ["id", "money"], [["u1", "1"]]) for name in (first, second) if name]
    book = "id: b\nversion: {}\ncodes:\n  - {{id: {}, definition: d}}\n"
    (here / "old.yaml").write_text(book.format("1.0.0", "money"), encoding="utf-8")
    (here / "new.yaml").write_text(book.format("2.0.0", "cash"), encoding="utf-8")
    (here / "changes.yaml").write_text("changes:\n  - {rename: money, to: cash}\n", encoding="utf-8")
    words = [word for file in files for word in ("--codings", file)]
    told = attempt("codebook", "migrate", here / "old.yaml", here / "new.yaml", "--changes",
                   here / "changes.yaml", *words, "--id", "id", "--out", here / "out")  # fmt: skip
    assert "would both be written as" in told and not (here / "out").exists()


def test_certificate_that_names_its_sample_on_another_machine_reaches_for_none(
    tmp_path: Path, textmine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from textmine.jobs.certify import _hash_as_it_lies
    from textmine.jobs.forget import _is_stale

    asked: list[str] = []
    monkeypatch.setattr(Path, "is_file", lambda path: bool(asked.append(str(path))))
    for name in ("//machine/share/s.csv", "\\\\machine\\share\\s.csv", "C:s.csv", "/etc/passwd", "s\0.csv"):
        assert is_anchored(name)
        sample = type("Sample", (), {"files": (name,), "band_files": {}, "id": "id"})()
        certificate = type("Certificate", (), {"sample": sample, "codes": ()})()
        assert _hash_as_it_lies(certificate, tmp_path) is None  # type: ignore[arg-type]
        plan = type("Plan", (), {"done": {}, "fingerprints": []})()
        assert not _is_stale(tmp_path / "c.json", {"sample": {"files": [name]}}, plan)  # type: ignore[arg-type]
    assert not asked


def test_no_name_in_an_error_gives_orders_to_a_terminal(tmp_path: Path, attempt, write_csv) -> None:
    bad = "\x1b]0;owned\x07\x9b31m\u202e\u2066"
    table = write_csv(tmp_path / "w.csv", ["id", bad], [["1", "a"], ["2", "b"]])
    told = attempt("read", table, "--text", "comment", "--out", tmp_path / "d.csv")
    assert "Columns: id" in told and not set("\x1b\x07\x9b\u202e\u2066") & set(told)
    assert show_plainly("é [b] :x:\ttab\n") == "é [b] :x:\ttab\n"


def test_store_takes_no_annotator_whose_file_would_lie_elsewhere(tmp_path: Path) -> None:
    with AnnotationStore(tmp_path / "s.sqlite", "study", Codebook.from_labels(["money"])) as store:
        for name in {*NAMES} - {"x.2024", "x.2025", "null"}:
            with pytest.raises(ValueError, match="cannot be an annotator's name"):
                store.decide("u1", name, ["money"])
