"""Labels out to other tools and back: offsets over emoji, accents and line ends; what was read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import Project, Settings, create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.exchange.label_tools import to_label_studio
from textmine.exchange.labels import Matcher, list_readings
from textmine.exchange.quote_places import find_place
from textmine.jobs.labels import export_labels, import_labels

TEXTS = {
    "s1": "😀👩‍🏫 We pool money for cafe\u0301 trips",
    "s2": 'first line\r\nthen "saves", time\r\nand money',
    "s3": "=SUM(1) money",
    "s4": "Nothing at all",
    "007": "Never read by anybody \u2028 Quillfeather",
}
CODES = """\
id: synthetic
version: 1.0.0
codes:
  - {id: money, name: Money saved, definition: Money is saved or pooled.}
  - {id: time, name: Time & pace, definition: 'Time is won, "gained".'}
"""
FORMS = {
    "label-studio": "out.json",
    "prodigy": "out.jsonl",
    "doccano": "out.jsonl",
    "csv": "a.csv",
    "xlsx": "a.xlsx",
}


def make(folder: Path, *people: str) -> Project:
    corpus = Corpus(pd.DataFrame({"doc_id": list(TEXTS), "text": list(TEXTS.values())}))
    project = create_project(folder, corpus, Codebook.loads(CODES), Settings(name="study"))
    with project.open_store() as store:
        for name in people:
            store.add_annotator(name, "owner")
    return project


def span(unit: str, code: str, words: str) -> dict:
    start = TEXTS[unit].index(words)
    return {"code": code, "start": start, "end": start + len(words), "quote": words}


@pytest.fixture
def read(tmp_path: Path) -> Project:
    """A project in which ann has read all but one text, with stretches over what breaks offsets."""
    project = make(tmp_path / "read")
    with project.open_store() as store:
        spans = [span("s1", "money", "money for cafe\u0301"), span("s1", "time", "🏫 We")]
        store.decide("s1", "ann", ["money", "time"], spans=spans, seconds=3.5)
        spans = [span("s2", "time", '"saves", time'), span("s2", "money", "time\r\nand money")]
        store.decide("s2", "ann", ["time", "money"], spans=spans)
        store.decide("s3", "ann", ["money"])
        store.decide("s4", "ann", [])
    return project


def state(project: Project) -> dict:
    with project.open_store() as store:
        return {
            (r.unit_id, r.annotator): (
                dict(r.codes),
                sorted((s["code"], s["start"], s["end"]) for s in r.spans),
            )
            for r in list_readings(project, store)
            if r.codes is not None
        }


@pytest.mark.parametrize("form", FORMS)
def test_labels_come_back_as_they_went_out(read: Project, tmp_path: Path, form: str) -> None:
    path = tmp_path / FORMS[form]
    written = export_labels(read.folder, path, form=form, annotator="ann")
    assert (written.readings, written.unread) == (4, 1)
    fresh = make(tmp_path / "fresh")
    report = import_labels(
        fresh.folder, path, form=form, annotator="ann" if form in ("csv", "xlsx") else None
    )
    assert (report.new, report.known, report.unread) == (4, 0, 1)
    before = state(read)
    if form in ("csv", "xlsx"):
        before = {key: (codes, []) for key, (codes, _) in before.items()}
    assert state(fresh) == before
    with fresh.open_store() as store:
        for event in store.events():
            assert (event.role, event.probability) == ("imported", None)
            for found in event.payload["spans"]:
                assert TEXTS[event.unit_id][found["start"] : found["end"]] == found["quote"]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_known_already_changes_nothing(read: Project, tmp_path: Path, form: str) -> None:
    path = tmp_path / FORMS[form]
    export_labels(read.folder, path, form=form, annotator="ann")
    before = state(read)
    report = import_labels(read.folder, path, form=form, annotator="ann")
    assert (report.new, report.known) == (0, 4) and state(read) == before


def test_utf16_offsets_of_label_studio_slice_in_javascript_and_come_back(
    read: Project, tmp_path: Path
) -> None:
    path = tmp_path / "out.json"
    export_labels(read.folder, path, utf16=True)
    for task in json.loads(path.read_text(encoding="utf-8")):
        units = task["data"]["text"].encode("utf-16-le")
        for made in task["annotations"]:
            for value in (item["value"] for item in made["result"] if item["type"] == "labels"):
                assert units[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == value["text"]
    fresh = make(tmp_path / "fresh")
    import_labels(fresh.folder, path)
    assert state(fresh) == state(read)


def test_interface_of_label_studio_is_xml_with_every_code(read: Project, tmp_path: Path) -> None:
    from defusedxml.ElementTree import fromstring

    written = export_labels(read.folder, tmp_path / "out.json")
    tree = fromstring(written.paths[1].read_text(encoding="utf-8"))
    assert [node.get("value") for node in tree.iter("Choice")] == ["money", "time"]


def test_annotation_without_result_is_read_and_empty_and_a_cancelled_one_is_not_read(tmp_path: Path) -> None:
    tasks = [
        {
            "id": 1,
            "data": {"unit_id": "s3", "text": TEXTS["s3"]},
            "annotations": [{"result": [], "completed_by": 4}],
        },
        {"id": 2, "data": {"text": TEXTS["s4"]}, "annotations": [{"result": [], "was_cancelled": True}]},
        {"id": 3, "data": {"text": TEXTS["s1"]}, "predictions": [{"result": []}]},
    ]
    path = tmp_path / "ls.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    project = make(tmp_path / "fresh")
    report = import_labels(project.folder, path)
    assert (report.new, report.unread) == (1, 2)
    assert state(project) == {("s3", "user-4"): ({"money": 0, "time": 0}, [])}


def test_short_form_of_label_studio_is_read(tmp_path: Path) -> None:
    tasks = [
        {"unit_id": "s1", "text": TEXTS["s1"], "annotation_id": 1, "annotator": "a@example.org",
         "codes": {"choices": ["Money saved"]},
         "evidence": [{"start": 8, "end": 10, "labels": ["time"], "text": "We"}]},
        {"unit_id": "s3", "text": TEXTS["s3"], "annotation_id": 2, "annotator": "a@b.org", "codes": "time"},
    ]  # fmt: skip
    path = tmp_path / "ls.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    project = make(tmp_path / "fresh")
    import_labels(project.folder, path)
    at = TEXTS["s1"].index("We")
    assert state(project)["s1", "a"] == ({"money": 1, "time": 1}, [("time", at, at + 2)])
    assert state(project)["s3", "a"] == ({"money": 0, "time": 1}, [])


def test_binary_examples_of_prodigy_speak_of_one_code(tmp_path: Path) -> None:
    rows = [
        {"text": TEXTS["s3"], "label": "money", "answer": "accept", "_annotator_id": "set-ben"},
        {"text": TEXTS["s3"], "label": "time", "answer": "reject", "_annotator_id": "set-ben"},
        {"text": TEXTS["s4"], "label": "time", "answer": "reject", "_annotator_id": "set-ben"},
        {"text": TEXTS["s1"], "label": "time", "answer": "ignore", "_annotator_id": "set-ben"},
    ]
    path = tmp_path / "p.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    project = make(tmp_path / "fresh")
    report = import_labels(project.folder, path, form="prodigy")
    assert report.unread == 1
    assert state(project) == {
        ("s3", "set-ben"): ({"money": 1, "time": 0}, []),
        ("s4", "set-ben"): ({"time": 0}, []),
    }


@pytest.mark.parametrize(
    "labels",
    [
        {"label": [[8, 10, "time"]]},
        {"entities": [{"id": 3, "label": "time", "start_offset": 8, "end_offset": 10}], "Comments": []},
        {"labels": ["time"], "entities": [[8, 10, "time"]]},
    ],
)
def test_old_and_new_forms_of_doccano_are_read(tmp_path: Path, labels: dict) -> None:
    start = TEXTS["s1"].index("We")
    moved = json.loads(json.dumps(labels).replace("8", str(start)).replace("10", str(start + 2)))
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({"id": 91, "text": TEXTS["s1"], **moved}) + "\n", encoding="utf-8")
    project = make(tmp_path / "fresh")
    import_labels(project.folder, path, form="doccano", annotator="ben")
    assert state(project) == {("s1", "ben"): ({"money": 0, "time": 1}, [("time", start, start + 2)])}


def test_changed_label_replaces_and_keeps_the_history_and_the_draw(tmp_path: Path) -> None:
    project = make(tmp_path / "drawn", "ann")
    with project.open_store() as store:
        store.assign(project.plan(["ann"]))
        store.decide("s3", "ann", ["time"])
    path = tmp_path / "p.jsonl"
    path.write_text(
        json.dumps({"text": TEXTS["s3"], "accept": ["money"], "answer": "accept"}), encoding="utf-8"
    )
    report = import_labels(project.folder, path, form="prodigy", annotator="ann")
    assert report.new == 1
    with project.open_store() as store:
        assert [event.applied for event in store.history("s3")] == [["time"], ["money"]]
        assert store.decisions()[["role", "probability"]].values.tolist() == [["random", 1.0]]


@pytest.mark.parametrize("form", FORMS)
def test_code_that_came_later_stays_missing_on_the_way_out_and_back(tmp_path: Path, form: str) -> None:
    project = make(tmp_path / "grown", "ann")
    with project.open_store() as store:
        store.decide("s1", "ann", ["money"])
        store.decide("s4", "ann", [])
    book = CODES + "  - {id: travel, name: Travel, definition: Trips.}\n"
    (project.folder / "codebook.yaml").write_text(book, encoding="utf-8")
    project = Project.load(project.folder)
    path = tmp_path / FORMS[form]
    export_labels(project.folder, path, form=form, annotator="ann")
    report = import_labels(project.folder, path, form=form, annotator="ann")
    assert (report.new, report.known) == (0, 2)
    assert state(project)["s1", "ann"] == ({"money": 1, "time": 0}, [])
    if form == "csv":
        lines = [line.replace("?", "") for line in path.read_text("utf-8-sig").splitlines(keepends=True)]
        path.write_text("".join(lines), encoding="utf-8")
        import_labels(project.folder, path, form=form, annotator="ann")
        assert state(project)["s1", "ann"] == ({"money": 1, "time": 0, "travel": 0}, [])


def test_correction_in_a_sheet_keeps_the_evidence_of_codes_that_stay(read: Project, tmp_path: Path) -> None:
    with read.open_store() as store:
        store.decide("s4", "ann", ["time", "money"], stances={"time": "denies", "money": "affirms"})
    path = tmp_path / "a.csv"
    export_labels(read.folder, path, annotator="ann")
    before = state(read)["s2", "ann"][1]
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig").set_index("unit_id")
    frame.loc["s2", "money"] = ""
    frame.loc["s4", "money"] = ""
    frame.to_csv(path, encoding="utf-8")
    assert import_labels(read.folder, path, annotator="ann").new == 2
    assert state(read)["s2", "ann"] == ({"money": 0, "time": 1}, [s for s in before if s[0] == "time"])
    with read.open_store() as store:
        assert store.history("s4")[-1].payload["stances"] == {"time": "denies"}


# --- stretches --------------------------------------------------------------------------------------------


def test_stretch_counted_over_lf_is_found_in_crlf() -> None:
    text = TEXTS["s2"]
    shown = text.replace("\r\n", "\n")
    start = shown.index("and money")
    place = find_place(text, start, start + 9, "and money", "task 1")
    assert text[place.start : place.end] == "and money"


def test_quote_that_stands_twice_is_found_where_it_is_meant() -> None:
    text = "😀😀😀 money, 😀 money"
    place = find_place(text, 14, 19, "money", "task 1")  # UTF-16 units
    assert (place.start, place.end) == (text.rindex("money"), len(text))


def test_stretch_without_words_beyond_the_text_is_refused_without_words() -> None:
    with pytest.raises(InputError) as met:
        find_place("Quillfeather", 3, 99, None, "task 7")
    assert "task 7" in str(met.value) and "Quill" not in str(met.value)


# --- sheets -----------------------------------------------------------------------------------------------


def fill(path: Path, rows: dict[str, dict[str, str]]) -> None:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    for unit, marks in rows.items():
        for column, mark in marks.items():
            frame.loc[frame["unit_id"] == unit, column] = mark
    frame.to_csv(path, index=False, encoding="utf-8")


def test_sheet_of_somebody_new_comes_back_filled(tmp_path: Path) -> None:
    project = make(tmp_path / "p", "ann", "ben")
    path = tmp_path / "ben.csv"
    export_labels(project.folder, path, annotator="ben")
    fill(path, {"s1": {"money": "X"}, "s2": {"time": "1", "money": "0"}, "s4": {"none": "x"}})
    report = import_labels(project.folder, path, annotator="ben")
    assert (report.new, report.unread, report.notes) == (3, 2, [])
    assert {unit: codes for (unit, _), (codes, _) in state(project).items()} == {
        "s1": {"money": 1, "time": 0},
        "s2": {"money": 0, "time": 1},
        "s4": {"money": 0, "time": 0},
    }


def test_id_that_a_spreadsheet_changed_is_found_by_its_words(tmp_path: Path) -> None:
    project = make(tmp_path / "p", "ann")
    path = tmp_path / "ann.csv"
    export_labels(project.folder, path)
    fill(path, {"007": {"time": "x", "unit_id": "7"}})
    assert import_labels(project.folder, path).new == 1
    assert state(project)["007", "ann"][0] == {"money": 0, "time": 1}


def test_sheet_that_excel_saved_in_its_own_way_is_read(tmp_path: Path) -> None:
    project = make(tmp_path / "p", "ann")
    path = tmp_path / "ann.csv"
    export_labels(project.folder, path)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.loc[0, "money"] = "x"
    frame.to_csv(path, index=False, sep=";", encoding="cp1252", errors="replace", lineterminator="\r\n")
    report = import_labels(project.folder, path)
    assert report.new == 1 and "not as they went out" in report.notes[0]  # the emoji are gone, the id is not


def test_marks_that_cannot_be_are_told_by_row_and_column_without_words(tmp_path: Path) -> None:
    project = make(tmp_path / "p", "ann")
    path = tmp_path / "ann.csv"
    export_labels(project.folder, path)
    fill(path, {"s1": {"money": "Quillfeather"}, "s2": {"money": "x", "none": "x"}})
    with pytest.raises(InputError) as met:
        import_labels(project.folder, path)
    told = str(met.value)
    assert "column money: neither x nor empty" in told and "codes and none are both marked" in told
    assert "Quillfeather" not in told
    assert state(project) == {}, "nothing is stored where anything does not fit"


def test_missing_column_is_named(tmp_path: Path) -> None:
    project = make(tmp_path / "p", "ann")
    path = tmp_path / "ann.csv"
    export_labels(project.folder, path)
    pd.read_csv(path).drop(columns=["time", "none"]).to_csv(path, index=False)
    with pytest.raises(InputError, match="No column time, none"):
        import_labels(project.folder, path)


def test_no_cell_of_a_sheet_is_a_formula(read: Project, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    export_labels(read.folder, tmp_path / "a.xlsx", annotator="ann")
    export_labels(read.folder, tmp_path / "a.csv", annotator="ann")
    page = load_workbook(tmp_path / "a.xlsx")["coding"]
    cells = [cell for row in page.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "'=SUM(1) money" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_texts_are_locked_and_marks_have_a_drop_down(read: Project, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    export_labels(read.folder, tmp_path / "a.xlsx", annotator="ann")
    book = load_workbook(tmp_path / "a.xlsx")
    page = book["coding"]
    assert page.protection.sheet and page["C2"].protection.locked and not page["D2"].protection.locked
    assert [str(rule.sqref) for rule in page.data_validations.dataValidation] == ["D2:F6"]
    assert "definition" in [cell.value for row in book["how to code"].iter_rows() for cell in row]


def test_sheet_has_the_same_bytes_twice(read: Project, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        export_labels(read.folder, tmp_path / name, annotator="ann")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


# --- refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"text": "Quillfeather elsewhere", "accept": [], "answer": "accept"}, "no unit has its id"),
        ({"text": TEXTS["s3"], "accept": ["mony"], "answer": "accept"}, "no code 'mony'"),
        ({"text": TEXTS["s3"], "spans": [{"start": 5, "end": 3, "label": "time"}], "answer": "accept"},
         "line 1: a stretch"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_line_without_words(tmp_path: Path, row: dict, told: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    project = make(tmp_path / "fresh")
    with pytest.raises(InputError, match=told) as met:
        import_labels(project.folder, path, form="prodigy", annotator="ann")
    assert "Quillfeather" not in str(met.value) and "line 1" in str(met.value)


def test_unknown_form_and_name_are_refused(read: Project, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Choose one with --form"):
        export_labels(read.folder, tmp_path / "out.jsonl")
    with pytest.raises(InputError, match="No annotator 'zoe'"):
        project = make(tmp_path / "p", "ann")
        export_labels(project.folder, tmp_path / "z.csv", annotator="zoe")


def test_two_people_go_out_as_two_annotations_of_one_task(tmp_path: Path) -> None:
    project = make(tmp_path / "p")
    with project.open_store() as store:
        store.decide("s3", "ann", ["money"])
        store.decide("s3", "ben", [])
        tasks = to_label_studio(list_readings(project, store))
    assert [len(task["annotations"]) for task in tasks if task["data"]["unit_id"] == "s3"] == [2]
    assert len(tasks) == len(TEXTS)
    assert Matcher(project).find_code("MONEY SAVED", "x") == "money"
