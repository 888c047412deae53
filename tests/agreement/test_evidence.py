"""Agreement on stretches: by code, over texts, what is missing, and overlapping codes."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.agreement import measure_agreement, measure_unitizing
from textmine.errors import InputError

TEXTS = {"u1": "x" * 10, "u2": "y" * 30}


def measure(make_coded, first, second, values=None, texts=TEXTS, **options):
    values = values or {"u1": [1, 0], "u2": [0, 1]}
    coders = [
        make_coded(name, values, ["a", "b"], spans) for name, spans in (("ann", first), ("ben", second))
    ]
    return measure_agreement(*coders, texts=texts, **options).evidence


def test_shift_is_as_worked_by_hand(make_coded) -> None:
    one = make_coded("ann", {"u1": [1]}, ["a"], [("u1", "a", 0, 5)])
    other = make_coded("ben", {"u1": [1]}, ["a"], [("u1", "a", 2, 7)])
    found = measure_agreement(one, other, texts=TEXTS).evidence
    row = found.codes.iloc[0]
    assert row["u_alpha"] == pytest.approx(0.32) and row["overlap_f1"] == pytest.approx(0.6)
    assert found.overall.set_index("measure")["value"]["u_nominal"] == pytest.approx(0.32)


def test_texts_are_one_line_after_another(make_coded) -> None:
    first, second = [("u1", "a", 0, 5), ("u2", "b", 3, 9)], [("u1", "a", 2, 7), ("u2", "b", 0, 12)]
    found = measure(make_coded, first, second)
    lines = [[(0, 5, "a"), (13, 19, "b")], [(2, 7, "a"), (10, 22, "b")]]
    wanted = measure_unitizing(lines, 40)
    values = found.overall.set_index("measure")["value"]
    assert values["u_nominal"] == pytest.approx(wanted.nominal)
    assert values["u_binary"] == pytest.approx(wanted.binary)
    assert values["cu_nominal"] == pytest.approx(wanted.coincident)
    alone = [[(s, e, v) for s, e, v in line if v == "b"] for line in lines]
    assert found.codes["u_alpha"].iloc[1] == pytest.approx(measure_unitizing(alone, 40).binary)


def test_book_example_holds_for_three_coders(make_coded) -> None:
    book = {
        "alex": [(0, 7, 1), (7, 13, 2), (30, 32, 5), (32, 37, 6), (37, 44, 6), (44, 60, 7)],
        "paul": [(0, 7, 1), (7, 13, 3), (13, 21, 5), (32, 44, 6)],
        "suzan": [(0, 7, 1), (7, 13, 4), (13, 21, 5), (32, 37, 6), (37, 41, 6), (41, 44, 6)],
    }
    codes = [f"c{n}" for n in range(1, 8)]
    coders = [
        make_coded(
            name,
            {"u": [float(any(v == n for *_, v in segments)) for n in range(1, 8)]},
            codes,
            [("u", f"c{v}", start, end) for start, end, v in segments],
        )
        for name, segments in book.items()
    ]
    found = measure_agreement(*coders, texts={"u": "x" * 60}).evidence.overall.set_index("measure")["value"]
    assert found["u_nominal"] == pytest.approx(0.50998, abs=5e-6)
    assert found["u_binary"] == pytest.approx(0.41360, abs=5e-6)
    assert found["cu_nominal"] == pytest.approx(0.724, abs=5e-4)


def test_overlapping_codes_have_no_overall_form(make_coded) -> None:
    values, first = {"u1": [1, 1]}, [("u1", "a", 0, 5), ("u1", "b", 4, 8)]
    found = measure(make_coded, first, [("u1", "a", 0, 5), ("u1", "b", 5, 8)], values)
    assert (
        found.overall.empty
        and found.reason == "a coder's stretches of different codes overlap in 1 reading(s)"
    )
    assert found.codes["u_alpha"].notna().all()


def test_stretches_of_one_code_that_overlap_are_one(make_coded) -> None:
    first = [("u1", "a", 0, 4), ("u1", "a", 2, 5), ("u2", "b", 0, 9)]
    found = measure(make_coded, first, [("u1", "a", 0, 5), ("u2", "b", 0, 9)])
    assert found.codes["u_alpha"].tolist() == [1, 1] and found.overall["value"].tolist() == [1, 1, 1]


def test_code_without_a_stretch_says_nothing_of_where(make_coded) -> None:
    found = measure(make_coded, [("u1", "a", 0, 5), ("u2", "b", 0, 9)], [("u2", "b", 0, 9)])
    rows = found.codes.set_index("code")
    assert rows.loc["a", "n_units"] == 1 and np.isnan(rows.loc["a", "u_alpha"])
    assert rows.loc["b", "u_alpha"] == 1
    assert found.notes == ["1 code(s) were given without a stretch; they are left out of the span agreement."]


def test_empty_reading_is_a_gap_and_not_reading_is_none(make_coded) -> None:
    one = make_coded("ann", {"u1": [1], "u2": [1]}, ["a"], [("u1", "a", 0, 5), ("u2", "a", 0, 5)])
    other = make_coded("ben", {"u1": [1], "u2": [0]}, ["a"], [("u1", "a", 0, 5)])
    partly = make_coded("ben", {"u1": [1]}, ["a"], [("u1", "a", 0, 5)])
    assert measure_agreement(one, other, texts=TEXTS).evidence.codes["overlap_f1"].iloc[0] == pytest.approx(
        2 / 3
    )
    assert measure_agreement(one, partly, texts=TEXTS).evidence.codes["overlap_f1"].iloc[0] == 1


def test_without_texts_it_is_said_that_stretches_are_not_compared(make_coded) -> None:
    spans = [("u1", "a", 0, 5)]
    found = measure_agreement(
        *(make_coded(name, {"u1": [1], "u2": [0]}, ["a"], spans) for name in ("ann", "ben"))
    )
    assert found.evidence is None and any("but not the texts" in note for note in found.notes)


def test_text_that_is_missing_is_counted(make_coded) -> None:
    both = [("u1", "a", 0, 5), ("u2", "b", 0, 9)]
    found = measure(make_coded, both, both, texts={"u1": "x" * 10})
    assert "1 unit(s) have no text and are left out of the span agreement." in found.notes


def test_stretch_behind_its_text_is_refused_without_its_words(make_coded) -> None:
    with pytest.raises(InputError, match=r"ben: 1 unit\(s\) have a stretch that ends behind the text"):
        measure(make_coded, [("u1", "a", 0, 5)], [("u1", "a", 5, 11)])


def test_intervals_are_drawn_by_document(make_coded) -> None:
    rng = np.random.default_rng(0)
    units = [f"u{n}" for n in range(40)]
    first = [(unit, "a", 5, 15) for unit in units]
    second = [(unit, "a", 5 + int(rng.integers(0, 12)), 18) for unit in units]
    coders = [
        make_coded(name, {u: [1] for u in units}, ["a"], s) for name, s in (("ann", first), ("ben", second))
    ]
    row = measure_agreement(*coders, texts={u: "x" * 50 for u in units}).evidence.codes.iloc[0]
    assert row["u_alpha_low"] < row["u_alpha"] < row["u_alpha_high"]
    assert row["u_alpha_error"] == pytest.approx((row["u_alpha_high"] - row["u_alpha_low"]) / 3.92, rel=0.3)


def test_stretches_that_share_nothing_have_no_overlap(make_coded) -> None:
    found = measure(make_coded, [("u1", "a", 1, 3)], [("u1", "a", 5, 9)], {"u1": [1, 0]})
    assert found.codes["overlap_f1"].iloc[0] == 0
    assert found.codes["reason"].tolist() == ["", "no variation: no stretch was marked, or all of it"]


def test_text_that_begins_unmarked_and_text_without_a_mark_count_like_others(make_coded) -> None:
    texts = {"u1": "x" * 10, "u2": "y" * 30}
    values = {"u1": [1, 0], "u2": [0, 0]}
    found = measure(make_coded, [("u1", "a", 1, 5)], [("u1", "a", 2, 7)], values, texts)
    wanted = measure_unitizing([[(1, 5, "a")], [(2, 7, "a")]], 10 + 30)
    # The gap ends with its text, and a gap's length stands for itself, so that one line says the same.
    value = found.overall.set_index("measure")["value"]
    assert value["u_nominal"] == pytest.approx(wanted.nominal)
    assert value["u_binary"] == pytest.approx(wanted.binary)
    assert found.codes["u_alpha"].iloc[0] == pytest.approx(wanted.binary)


def test_everything_of_the_stretches_goes_into_json(make_coded) -> None:
    one = make_coded("ann", {"u1": [1]}, ["a"], [("u1", "a", 0, 5)])
    other = make_coded("ben", {"u1": [1]}, ["a"], [("u1", "a", 2, 7)])
    told = measure_agreement(one, other, texts=TEXTS).to_dict()["evidence"]
    assert told["overall"]["u_nominal"]["value"] == pytest.approx(0.32)
    assert told["per_code"][0]["code"] == "a" and told["reason"] == ""


def test_empty_stretch_says_nothing_of_where(make_coded) -> None:
    one = make_coded("ann", {"u1": [1], "u2": [1]}, ["a"], [("u1", "a", 3, 3), ("u2", "a", 0, 5)])
    other = make_coded("ben", {"u1": [1], "u2": [1]}, ["a"], [("u1", "a", 2, 7), ("u2", "a", 0, 5)])
    assert measure_agreement(one, other, texts=TEXTS).evidence.codes["n_units"].tolist() == [1]
