"""The learning curve of a model in training: a table and a figure beside the card."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from textmine.coding.coder import Coder
from textmine.jobs.labelled import ColumnNames, read_labelled
from textmine.jobs.learning_curve import write_learning_curve


def test_folder_gets_the_table_and_the_figure(study, tmp_path: Path) -> None:
    columns = ColumnNames("comment", "id", "question", "person")
    labelled = read_labelled(study.comments, [study.wide], columns=columns)
    said: list[str] = []
    table = write_learning_curve(
        Coder(folds=2), labelled, tmp_path, sizes=(0.5, 1.0), folds=2, progress=said.append
    )
    written = pd.read_csv(tmp_path / "learning_curve.csv", dtype={"note": str}, keep_default_na=False)
    assert written.columns.tolist() == table.columns.tolist()
    assert written["value"].tolist() == table["value"].tolist()
    assert (
        written["gain"].tolist()[:3] == [""] * 3 and float(written["gain"].iloc[3]) == table["gain"].iloc[3]
    )
    assert table["respondents"].drop_duplicates().tolist() == [9, 18]
    assert ElementTree.parse(tmp_path / "learning_curve.svg").getroot().tag.endswith("svg")
    assert said == ["learning curve, size 1 of 2", "learning curve, size 2 of 2"]
