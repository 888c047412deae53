"""Ids of figures: stable, short, other for other inputs."""

from __future__ import annotations

import pytest

from textmine.errors import InputError
from textmine.report.figure_ids import hash_inputs, name_figure, split_figure_id


def test_the_same_figure_of_the_same_inputs_has_the_same_id() -> None:
    inputs = hash_inputs({"corpus": "a", "by": ["region"]})
    assert name_figure("share", "money", inputs=inputs) == name_figure("share", "money", inputs=inputs)
    assert name_figure("share", "money", inputs=inputs) != name_figure("share", "money", inputs="other")


def test_groups_that_look_alike_when_short_differ_in_the_hash() -> None:
    one, other = (name_figure("share", "money", "", "site", g, inputs="x") for g in ("A b", "a-B"))
    assert one != other


def test_an_id_comes_apart_again() -> None:
    name, found = split_figure_id(name_figure("share", "money", "", "site", "St. Mary's", inputs="x"))
    assert name == "share:money::site:st._mary_s" and len(found) == 8


@pytest.mark.parametrize("words", ["", "money", "share:money", "share:money@xyz", "a b@12345678"])
def test_what_is_no_id_is_told(words: str) -> None:
    with pytest.raises(InputError, match="no id of a figure"):
        split_figure_id(words)
