"""Who confuses what with what, and which units are most in dispute."""

from __future__ import annotations

from textmine.agreement import measure_agreement

NAN = float("nan")


def test_code_in_the_place_of_another_is_counted_with_its_direction(make_coded) -> None:
    one = make_coded(
        "ann", {"u1": [1, 0, 0], "u2": [1, 0, 0], "u3": [0, 1, 0], "u4": [1, 1, 0], "u5": [1, 0, 0]}
    )
    other = make_coded(
        "ben", {"u1": [0, 1, 0], "u2": [0, 1, 0], "u3": [1, 0, 0], "u4": [0, 1, 0], "u5": [0, 0, 0]}
    )
    found = measure_agreement(one, other).confusions
    rows = found.set_index(["first_gave", "second_gave"])[["n", "of"]]
    assert rows.loc[("a", "b")].tolist() == [2, 4]
    assert rows.loc[("b", "a")].tolist() == [1, 1]
    assert rows.loc[("a", "(none)")].tolist() == [1, 4]
    assert len(rows) == 3  # u4: ben gave nothing that ann did not give
    assert found["n"].is_monotonic_decreasing


def test_gap_is_no_confusion(make_coded) -> None:
    one = make_coded("ann", {"u1": [1, 0, 0], "u2": [1, 0, 0]})
    other = make_coded("ben", {"u1": [NAN, 1, 0], "u2": [1, 0, 0]})
    assert measure_agreement(one, other).confusions["first_gave"].tolist() == ["(none)"]


def test_most_disputed_unit_comes_first_by_id_alone(make_coded) -> None:
    one = make_coded("ann", {"u1": [1, 0, 0], "u2": [1, 0, 0], "u3": [1, 1, 0]})
    other = make_coded("ben", {"u1": [1, 0, 0], "u2": [0, 1, 1], "u3": [1, 0, 0]})
    found = measure_agreement(one, other).disputed
    assert found["unit_id"].tolist() == ["u2", "u3"]
    assert found["disputed_codes"].tolist() == ["a; b; c", "b"]
    assert found["distance"].tolist() == [1, 0.6667]
    assert list(found.columns) == ["unit_id", "coders", "codes", "disputed_codes", "distance"]


def test_equally_frequent_confusions_stand_in_the_order_of_the_codes(make_coded) -> None:
    codes = [f"c{n:02d}" for n in range(30)]
    one, other = (
        make_coded(
            name, {f"u{n}": [float(at == (n + shift) % 30) for at in range(30)] for n in range(30)}, codes
        )
        for name, shift in (("ann", 0), ("ben", 1))
    )
    assert measure_agreement(one, other, draws=1).confusions["first_gave"].tolist() == codes


def test_each_disputed_unit_tells_how_many_coded_it(make_coded) -> None:
    ann = make_coded("ann", {"u1": [1, 1, 0], "u2": [1, 0, 0]})
    ben = make_coded("ben", {"u1": [1, 0, 0], "u2": [0, 1, 1]})
    cat = make_coded("cat", {"u1": [1, 0, 0]})
    found = measure_agreement(ann, ben, cat).disputed
    assert found["coders"].tolist() == [2, 3] and found.index.tolist() == [0, 1]
    assert found["codes"].tolist() == [3, 1]
