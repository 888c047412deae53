"""What two waves were coded with, and which codes may be compared."""

from __future__ import annotations

import pytest

from textmine.errors import InputError
from textmine.waves.making import compare_making


def test_waves_coded_alike_have_nothing_to_tell(make_wave) -> None:
    making = compare_making(make_wave(), make_wave("new"))
    assert making.table.empty and not making.barred and making.codes == ["money", "sport"]


def test_redefined_code_is_barred_and_the_others_are_not(make_wave) -> None:
    new = make_wave("new", book="2", definitions={"money": "other", "sport": "b"})
    making = compare_making(make_wave(), new)
    assert list(making.barred) == ["money"] and not making.same_codebook
    assert making.table["what"].tolist() == ["codebook", "definition"]


def test_code_of_which_the_wording_alone_changed_may_be_compared(make_wave) -> None:
    new = make_wave("new", book="2", definitions={"money": "other", "sport": "b"})
    assert not compare_making(make_wave(), new, same=["money"]).barred
    with pytest.raises(InputError, match="No code weather in both waves"):
        compare_making(make_wave(), new, same=["weather"])


def test_other_codebook_with_unknown_definitions_bars_every_code(make_wave) -> None:
    new = make_wave("new", book="2", definitions={"weather": "x"})
    assert set(compare_making(make_wave(), new).barred) == {"money", "sport"}


def test_other_model_is_named_and_bars_naive_counts_alone(make_wave) -> None:
    making = compare_making(make_wave(), make_wave("new", model="9"))
    assert not making.same_model and not making.barred
    assert "corrected shares may" in making.table["means"][0]
