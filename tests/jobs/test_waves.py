"""`textmine waves`: what it reads and writes, names and marks, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError, InvalidDesign
from textmine.jobs.waves import WaveOptions, compare_folders, name_waves

OPTIONS = ("--unit", "answer", "--base", "answered", "--no-topics")


@pytest.fixture(scope="module")
def coded(study, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three coded folders of the synthetic study, each with ids and respondents of its own."""
    from textmine.jobs.code import code_files
    from textmine.jobs.labelled import ColumnNames

    folder = tmp_path_factory.mktemp("waves")
    found = {}
    for year in ("2023", "2024", "2025"):
        rows = [
            [f"{year}-{row['id']}", f"{year}{row['person']}", row["question"], f"{row['comment']} {year}"]
            for row in study.rows
        ]
        source = folder / f"{year}.csv"
        pd.DataFrame(rows, columns=["id", "person", "question", "comment"]).to_csv(source, index=False)
        columns = ColumnNames("comment", "id", "question", "person")
        code_files([source], str(tiny_model), folder / year, columns=columns)
        found[year] = folder / year
    return found


@pytest.fixture
def checked(study, write_csv: Callable[..., Path], tmp_path: Path) -> Path:
    """Labels of 45 units of each wave, drawn at random, in one file."""
    rows = []
    for seed, year in enumerate(("2023", "2024", "2025")):
        units = np.sort(np.random.default_rng(seed).permutation(list(study.truth))[:45])
        rows += [[f"{year}-{unit}", *study.truth[unit]] for unit in units]
    return write_csv(tmp_path / "checked.csv", ["id", "training", "money"], rows)


def test_two_waves_are_compared_and_written(textmine, coded, checked, tiny_model, tmp_path, secret) -> None:
    out = tmp_path / "out"
    ran = textmine("waves", coded["2024"], coded["2025"], "--checked", checked, "--model", tiny_model,
                   *OPTIONS, "--out", out)  # fmt: skip
    assert ran.code == 0 and str(out / "waves.html") in ran.out
    assert "Did the codes change? [not found]" in ran.out and "four waves of five" in ran.out
    codes = pd.read_csv(out / "codes.csv")
    assert codes["code"].tolist() == ["training", "money"]
    assert (codes["n_read_before"] == 45).all() and codes["detectable"].gt(0).all()
    assert "unknown words" in pd.read_csv(out / "words.csv")["measure"].tolist()
    written = "".join(path.read_text("utf-8") for path in out.iterdir() if path.suffix in (".csv", ".html"))
    assert secret not in written and secret.casefold() not in written and secret not in ran.out
    assert not (out / "trend.csv").exists()


def test_three_waves_make_a_trend(textmine, coded, checked, tmp_path) -> None:
    out = tmp_path / "out"
    years = [f"--time={year}" for year in coded]
    ran = textmine("waves", *coded.values(), "--checked", checked, *years, *OPTIONS, "--out", out)
    assert ran.code == 0 and "no trend was found" in ran.out
    trend = pd.read_csv(out / "trend.csv")
    assert trend["time"].tolist() == [2023, 2024, 2025] * 2
    assert (out / "trend-figure.png").is_file() and (out / "breaks.csv").is_file()


def test_same_input_gives_the_same_bytes(coded, checked, tmp_path) -> None:
    folders = [coded["2024"], coded["2025"]]
    options = WaveOptions(unit="answer", base="answered", topics=False)
    made = []
    for _ in range(2):
        compare_folders(folders, {folder: [checked] for folder in folders}, tmp_path / "out", options=options)
        made.append({path.name: path.read_bytes() for path in sorted((tmp_path / "out").iterdir())})
    assert made[0] == made[1] and "codes.csv" in made[0]


def test_unread_waves_and_missing_texts_are_said(textmine, coded, tmp_path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(coded["2024"], bare)
    pd.read_csv(bare / "coded_wide.csv", dtype=str).drop(columns="comment").to_csv(
        bare / "coded_wide.csv", index=False
    )
    ran = textmine("waves", bare, coded["2025"], *OPTIONS, "--json", "--out", tmp_path / "out")
    found = json.loads(ran.out)
    asked = {row["question"]: row["found"] for row in found["answers"]}
    assert asked["Did the words change?"] == asked["Did the codes change?"] == "not asked"
    assert any("no texts of bare" in note for note in found["notes"])
    assert all(row["change"] is None and row["naive_change"] is not None for row in found["codes"])


def test_other_codebook_and_model_are_named(textmine, coded, checked, tmp_path) -> None:
    other = tmp_path / "other"
    shutil.copytree(coded["2025"], other)
    said = json.loads((other / "provenance.json").read_text("utf-8"))
    said["model"]["sha256"] = "9" * 64
    said["codebook"] |= {"version": "2.0.0", "sha256": "8" * 64}
    (other / "provenance.json").write_text(json.dumps(said), "utf-8")
    out = tmp_path / "out"
    ran = textmine("waves", coded["2024"], other, "--checked", checked, *OPTIONS, "--out", out)
    assert "They differ in: model, codebook, definition. Not compared: training, money." in ran.out
    codes = pd.read_csv(out / "codes.csv")
    assert codes["change"].isna().all() and codes["validity"].str.contains("--same").all()
    same = ["--same", "training", "--same", "money"]
    textmine("waves", coded["2024"], other, "--checked", checked, *OPTIONS, *same, "--out", out)
    assert pd.read_csv(out / "codes.csv")["change"].notna().all()


def test_one_folder_twice_one_folder_alone_and_wrong_pairs_are_refused(textmine, coded, tmp_path) -> None:
    folder, out = coded["2024"], tmp_path / "out"
    with pytest.raises(InvalidDesign, match="given twice"):
        compare_folders([folder, folder], {}, out)
    with pytest.raises(InputError, match="Give two or more"):
        compare_folders([folder], {}, out)
    said = textmine("waves", folder, coded["2025"], "--checked", "elsewhere=x.csv", "--out", out).error
    assert "FOLDER=FILE" in said
    assert not out.exists()


def test_units_that_a_model_chose_are_refused_and_nothing_is_written(
    textmine, coded, study, write_csv, tmp_path
) -> None:
    rows = [[f"2025-{unit}", *codes, "active"] for unit, codes in list(study.truth.items())[:30]]
    path = write_csv(tmp_path / "active.csv", ["id", "training", "money", "sampling_role"], rows)
    out = tmp_path / "out"
    ran = textmine("waves", coded["2024"], coded["2025"], "--checked-new", path, "--out", out)
    assert "not drawn at random" in ran.error and not out.exists()


def test_waves_have_names_of_their_own() -> None:
    assert name_waves([Path("a/2024"), Path("a/2025")]) == ["2024", "2025"]
    assert name_waves([Path("2024/coded"), Path("2025/coded")], ["old", "new"]) == ["old", "new"]
    assert name_waves([Path("x/y/coded"), Path("z/y/coded")]) == ["wave 1", "wave 2"]
    with pytest.raises(InputError, match="Give each its own"):
        name_waves([Path("a"), Path("b")], ["one"])
