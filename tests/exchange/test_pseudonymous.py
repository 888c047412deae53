"""Exports under pseudonyms: no id goes out in any form, and edits find their way back with the key."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.exchange.pseudonymous import Pseudonyms, open_pseudonymous
from textmine.jobs.export import ExportOptions, export_folder
from textmine.jobs.import_refi import import_file

MAILS = {"A": "ann.archer@example.org", "B": "bo@example.org", "C": "cy@example.org"}
ANN = "77777777-7777-4777-8777-777777777777"


@pytest.fixture
def telling_folder(study_folder: Path) -> Path:
    """The study with e-mail addresses for respondents, once more in another column, and a pointer."""
    path = study_folder / "coded_wide.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame["person"] = frame["person"].map(MAILS)
    frame["contact"] = frame["person"]
    frame["duplicate_of"] = ["", "01", "", "", ""]
    frame.to_csv(path, index=False)
    return study_folder


def bytes_of(path: Path) -> bytes:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as held:
            return b"\n".join(held.read(name) for name in held.namelist())
    if path.suffix == ".parquet":
        return str(pd.read_parquet(path).to_dict()).encode()
    return path.read_bytes()


@pytest.mark.parametrize(
    "name", ["o.csv", "o.jsonl", "o.parquet", "o.xlsx", "o.sav", "o.qdpx", "datapackage.json"]
)
def test_no_id_of_a_person_goes_out_in_any_form(telling_folder: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="may identify people"):
        export_folder(telling_folder, out / name)
    options = ExportOptions(pseudonymous_ids=tmp_path / "ids.key")
    report = export_folder(telling_folder, out / name, options=options)
    held = b"\n".join(bytes_of(path) for path in out.rglob("*") if path.is_file())
    assert b"example.org" not in held and b"id_" in held
    assert any("ids.key" in note for note in report.notes)
    assert (tmp_path / "ids.key").stat().st_mode & 0o077 == 0


def test_same_key_gives_the_same_pseudonyms_and_keys_still_join(telling_folder: Path, tmp_path: Path) -> None:
    options = ExportOptions(pseudonymous_ids=tmp_path / "ids.key")
    for name in ("a", "b"):
        export_folder(telling_folder, tmp_path / f"{name}.csv", options=options)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    wide = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    long = pd.read_csv(tmp_path / "a_long.csv", dtype=str)
    assert set(long["unit_id"]) <= set(wide["id"]) and wide["id"].is_unique
    assert wide["person"].nunique() == 3 and (wide["person"] == wide["contact"]).all()
    assert wide["duplicate_of"][1] == wide["id"][0]
    before = pd.read_csv(telling_folder / "coded_wide.csv", dtype=str, keep_default_na=False)
    same = ["question", "age", "said", "training", "money"]
    assert wide[same].equals(before[same])
    other = ExportOptions(pseudonymous_ids=tmp_path / "other.key")
    export_folder(telling_folder, tmp_path / "c.csv", options=other)
    assert not set(pd.read_csv(tmp_path / "c.csv", dtype=str)["id"]) & set(wide["id"])


def test_edit_made_under_a_pseudonym_comes_back_to_its_own_unit(telling_folder: Path, tmp_path: Path) -> None:
    key, path = tmp_path / "ids.key", tmp_path / "o.qdpx"
    export_folder(telling_folder, path, options=ExportOptions(pseudonymous_ids=key))
    with zipfile.ZipFile(path) as held:
        parts = {name: held.read(name).decode("utf-8") for name in held.namelist()}
    xml = parts["project.qde"].replace("</Users>", f'<User guid="{ANN}" name="ann"/></Users>')
    code = re.search(r'<Code guid="([^"]+)" name="Training"', xml)
    at = re.search(
        r'<PlainTextSelection [^>]*name="Nothing =really"[^>]*>\s*<Description>[^<]*</Description>', xml
    )
    assert code and at
    given = f'<Coding guid="{ANN}" creatingUser="{ANN}"><CodeRef targetGUID="{code.group(1)}"/></Coding>'
    parts["project.qde"] = xml[: at.end()] + given + xml[at.end() :]
    with zipfile.ZipFile(path, "w") as held:
        for name, content in parts.items():
            held.writestr(name, content)
    report = import_file(path, tmp_path / "back", against=telling_folder, pseudonymous_ids=key)
    with (tmp_path / "back" / "decisions.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [(r["unit_id"], r["code"], r["change"], r["coder"]) for r in rows] == [
        ("02", "training", "added", "ann")
    ]
    assert report.decisions is not None and report.decisions["unit_id"].tolist() == ["02"]
    with pytest.raises(InputError, match="No key file"):
        import_file(path, tmp_path / "b", against=telling_folder, pseudonymous_ids=tmp_path / "gone")
    with pytest.raises(InputError, match="--against"):
        import_file(path, tmp_path / "b", pseudonymous_ids=key)


def test_turns_of_a_talk_stay_together() -> None:
    made = Pseudonyms(b"some secret words", turns=True)
    first, second = made.of("ann smith:1"), made.of("ann smith:2")
    assert first.rpartition(":")[0] == second.rpartition(":")[0] == made.of("ann smith")
    assert (first[-2:], second[-2:]) == (":1", ":2")


def test_imported_project_is_refused_plainly(telling_folder: Path, tmp_path: Path) -> None:
    export_folder(telling_folder, tmp_path / "o.qdpx", options=ExportOptions(include_identifiers=True))
    import_file(tmp_path / "o.qdpx", tmp_path / "in")
    with pytest.raises(InputError, match="this one was imported"), open_pseudonymous(tmp_path / "in", b"k"):
        pass
