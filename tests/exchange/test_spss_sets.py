"""The record of multiple-response sets: its bytes, and files that cannot take it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from textmine.errors import InputError
from textmine.exchange.spss_sets import ResponseSet, add_response_sets, format_set

CASES = Path(__file__).resolve().parents[3] / "shared" / "methods_testcases.json"
EXPECTED = "$themes=D1 1 16 Themes mentioned code_wai code_sta code_non\n"
THEMES = ResponseSet("themes", "Themes mentioned", ("code_waiting", "code_staff", "code_none"))
SHORT = {"code_waiting": "CODE_WAI", "code_staff": "CODE_STA", "code_none": "CODE_NON"}


def test_bytes_of_the_record() -> None:
    assert format_set(THEMES, SHORT) == EXPECTED
    if not CASES.is_file():
        pytest.skip("no methods_testcases.json here")
    assert json.loads(CASES.read_text(encoding="utf-8"))["spss_mrset_bytes"] == EXPECTED


def test_label_is_counted_in_bytes() -> None:
    assert format_set(ResponseSet("t", "Thème", ("a",)), {}) == "$t=D1 1 6 Thème a\n"


def test_two_sets_in_a_file_with_labels_of_every_length(tmp_path: Path) -> None:
    path = tmp_path / "o.sav"
    names = [f"a_variable_with_a_long_name_{number}" for number in range(9)]
    frame = pd.DataFrame({name: [1.0, 0.0] for name in names} | {"text": ["x" * 700, "y"]})
    labels = {name: {0: "n" * size, 1: "yes"} for size, name in enumerate(names, 1)}
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=[*("l" * n for n in range(1, 10)), ""],
        variable_value_labels=labels,
        missing_ranges={names[0]: [9], names[1]: [{"lo": 5, "hi": 9}]},
        note="a note",
    )
    add_response_sets(
        path, [ResponseSet("one", "First", tuple(names[:4])), ResponseSet("two", "2", (names[8],))]
    )
    back, about = pyreadstat.read_sav(str(path))
    assert {name: found["variable_list"] for name, found in about.mr_sets.items()} == {
        "one": names[:4],
        "two": [names[8]],
    }
    assert back["text"].tolist() == ["x" * 700, "y"]


def test_names_with_capitals_beyond_ascii_come_back(tmp_path: Path) -> None:
    names = ["Ünï", "ŵyr", "Ŵylfa_costau_hir", "Straße", "Staff"]
    pyreadstat.write_sav(pd.DataFrame({name: [1.0] for name in names}), str(tmp_path / "o.sav"))
    add_response_sets(tmp_path / "o.sav", [ResponseSet("themes", "Themes", tuple(names))])
    _, about = pyreadstat.read_sav(str(tmp_path / "o.sav"))
    assert about.mr_sets["themes"]["variable_list"] == names


def test_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for name, data in {"a.sav": b"", "b.sav": b"$FL3" + b"\0" * 200, "c.sav": b"$FL2" + b"\0" * 200}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError):
            add_response_sets(tmp_path / name, [THEMES])
