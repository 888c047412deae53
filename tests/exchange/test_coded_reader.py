"""A coded folder read back is what was written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions, write_coded_folder
from textmine.exchange.coded_reader import read_coded

COLUMNS = {"text": "said", "id": "id", "question": None}


def write(coded: CodedDataset, source: pd.DataFrame, folder: Path, **more) -> Path:
    said = {
        "model": {"id": "m", "sha256": "a" * 64},
        "codebook": {"id": "b", "version": "1", "sha256": coded.codebook.sha256},
        "columns": COLUMNS,
        "thresholds": dict(coded.thresholds),
    }
    write_coded_folder(coded, source, folder, provenance=said, **more)
    return folder


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_dataset_comes_back(coded, source, tmp_path: Path, form: str) -> None:
    options = WideOptions(bands=True, scores=True, formats=(form,))
    read = read_coded(write(coded, source, tmp_path / "c", options=options))
    pd.testing.assert_frame_equal(read.coded.decisions, coded.decisions, check_names=False)
    pd.testing.assert_frame_equal(read.coded.scores, coded.scores, check_names=False)
    assert read.coded.spans.to_dict("records") == coded.spans.to_dict("records")
    assert list(read.source.columns) == list(source.columns) and read.attributes == ["=odd"]
    assert read.column("text") == source["said"].tolist() and read.column("question") == [""] * 4


def test_codebook_is_taken_from_the_folder_or_named_bare(coded, source, tmp_path: Path) -> None:
    folder = write(coded, source, tmp_path / "c")
    read = read_coded(folder)
    assert (read.coded.codebook, read.notes) == (coded.codebook, ())
    (folder / "codebook.yaml").unlink()
    bare = read_coded(folder)
    assert (
        bare.coded.codebook.bare and bare.notes and bare.coded.codebook.code("money").name == "Money, saved"
    )


def test_codebook_that_lacks_a_code_is_refused(coded, source, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("codes: [{id: money, definition: D.}]", encoding="utf-8")
    with pytest.raises(InputError, match="lacks time"):
        read_coded(write(coded, source, tmp_path / "c"), codebook=other)


def test_evidence_that_does_not_stand_at_its_place_is_refused(coded, source, tmp_path: Path, secret) -> None:
    folder = write(coded, source, tmp_path / "c")
    wide = (folder / "coded_wide.csv").read_text(encoding="utf-8")
    (folder / "coded_wide.csv").write_text(wide.replace("HYPERLINK", secret), encoding="utf-8")
    with pytest.raises(InputError, match="2 stretches") as caught:
        read_coded(folder)
    assert secret not in str(caught.value)


@pytest.mark.parametrize("name", ["summary.csv", "coded_long.csv", "coded_wide.csv", "provenance.json"])
def test_folder_that_is_not_whole_is_refused(coded, source, tmp_path: Path, name: str) -> None:
    folder = write(coded, source, tmp_path / "c")
    (folder / name).unlink()
    with pytest.raises(InputError):
        read_coded(folder)


def test_folder_in_which_nothing_applies_is_read(coded, source, tmp_path: Path) -> None:
    from dataclasses import replace

    empty = replace(coded, decisions=coded.decisions * 0, scores=coded.scores * 0, spans=coded.spans[:0])
    read = read_coded(write(empty, source, tmp_path / "c"))
    assert not len(read.long) and not len(read.coded.spans) and len(read.coded) == 4
