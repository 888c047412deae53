"""The gate of every export: what may identify people stays at home unless it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ENDS = ("x.qdpx", "x.sav", "x.xlsx", "x.csv", "x.parquet", "x.jsonl", "datapackage.json")


@pytest.fixture
def code_with(textmine, tiny_model: Path, study, tmp_path: Path, write_csv):
    """Codes the synthetic study with one more column, or with other ids."""

    def run(header: str, cells: list[str], *, id: str = "id") -> Path:
        rows = [[*row.values(), cells[i % len(cells)]] for i, row in enumerate(study.rows)]
        wave = write_csv(tmp_path / "wave.csv", [*study.rows[0], header], rows)
        out = tmp_path / "coded"
        ran = textmine("code", wave, "--text", "comment", "--id", id, "--model", tiny_model, "--out", out)
        assert ran.code == 0, ran.err
        return out

    return run


@pytest.mark.parametrize("end", ENDS)
def test_no_export_holds_a_column_that_identifies_unless_asked(
    textmine, code_with, tmp_path: Path, end: str
) -> None:
    coded = code_with("Email", ["a@example.org", "b@example.org"])
    to = tmp_path / "out" / end
    error = textmine("export", coded, "--to", to).error
    assert "'Email' (an email address, by its name)" in error and "--include-identifiers" in error
    assert "example.org" not in error and not to.exists()
    assert textmine("export", coded, "--to", to, "--include-identifiers").code == 0
    assert to.exists()


def test_column_is_told_by_its_cells(textmine, code_with, tmp_path: Path) -> None:
    coded = code_with("q9", ["SW1A 1AA", "M1 1AE", "B33 8TH"])
    assert "'q9' (a postcode, by its cells)" in textmine("export", coded, "--to", tmp_path / "x.sav").error


def test_column_that_is_not_handed_on_is_no_matter(textmine, code_with, tmp_path: Path) -> None:
    coded = code_with("Surname", ["x", "y"])
    ran = textmine("export", coded, "--to", tmp_path / "x.csv", "--attribute", "question")
    assert ran.code == 0, ran.err
    assert "Surname" not in (tmp_path / "x.csv").read_text(encoding="utf-8")


def test_ids_that_are_plain_codes_pass_and_ids_that_identify_do_not(
    textmine, code_with, tmp_path: Path
) -> None:
    addresses = [f"p{n}@example.org" for n in range(72)]
    coded = code_with("who", addresses, id="who")
    error = textmine("export", coded, "--to", tmp_path / "x.csv").error
    assert "'who' (an email, by its cells)" in error and "plain codes" in error


def test_codebook_holds_nobody(textmine, code_with, study, tmp_path: Path) -> None:
    coded = code_with("Email", ["a@example.org"])
    ran = textmine("export", coded, "--to", tmp_path / "x.qdc", "--codebook", study.codebook)
    assert ran.code == 0, ran.err


def test_imported_project_goes_through_the_gate(textmine, code_with, tmp_path: Path) -> None:
    coded = code_with("Email", ["a@example.org", "b@example.org"])
    textmine("export", coded, "--to", tmp_path / "x.qdpx", "--include-identifiers")
    assert textmine("import", tmp_path / "x.qdpx", "--out", tmp_path / "back").code == 0
    assert "'Email'" in textmine("export", tmp_path / "back", "--to", tmp_path / "y.qdpx").error
    ran = textmine(
        "export", tmp_path / "back", "--to", tmp_path / "y.qdpx", "--include-identifiers", "--json"
    )
    assert ran.code == 0 and json.loads(ran.out)["counts"]["codings"] > 0
