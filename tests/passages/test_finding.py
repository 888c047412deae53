"""Reading by code and attribute: who is found, in what order, in which sections, from any cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.errors import InputError


def ids(passages: Any) -> list[str]:
    return list(passages.table["unit_id"])


def test_surest_come_first(coded: CodedDataset) -> None:
    assert ids(coded.read("money")) == ["u2", "u3", "u1"]
    assert ids(coded.read()) == ["u1", "u2", "u3", "u4", "u5"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"where": {"region": "North"}}, ["u2", "u1"]),
        ({"where": {"region": ["North", "South"], "wave": 2}}, ["u2", "u3"]),
        ({"also": "training"}, ["u1"]),
        ({"without": "training"}, ["u2", "u3"]),
        ({"stance": "denies"}, ["u2"]),
        ({"stance": ["affirms", "denies"]}, ["u2", "u3", "u1"]),
        ({"stance": ""}, []),
        ({"containing": "SAVES"}, ["u3", "u1"]),
        ({"band": "review"}, ["u2", "u3", "u1", "u4"]),
        ({"band": "reject"}, ["u5"]),
    ],
)
def test_conditions_narrow_what_is_read(
    coded: CodedDataset, options: dict[str, Any], found: list[str]
) -> None:
    assert ids(coded.read("money", **options)) == found


def test_blank_attribute_can_be_asked_for(coded: CodedDataset) -> None:
    assert ids(coded.read(where={"region": ""})) == ["u5"]


@pytest.mark.parametrize("blank", ["(not given)", "(not stated)"])
def test_row_of_those_of_whom_nothing_is_stated_leads_to_them(coded: CodedDataset, blank: str) -> None:
    row = {"code": "money", "by": "region", "group": blank}
    silent = coded.attributes["region"].where(coded.attributes.index != "u1", "")
    told = replace(coded, attributes=coded.attributes.assign(region=silent))
    assert ids(told.read(row)) == ["u1"]
    own = replace(coded, attributes=coded.attributes.assign(region=silent.replace("North", blank)))
    assert "u1" not in ids(own.read(row)) and len(own.read(row)) > 0


def test_unit_not_coded_for_a_code_is_not_without_it_and_that_is_said(coded: CodedDataset) -> None:
    passages = coded.read(without="travel")
    assert ids(passages) == ["u1", "u3", "u4"]
    assert passages.notes == ("1 texts were not coded for travel and are left out.",)


def test_value_that_nobody_has_is_said(coded: CodedDataset) -> None:
    passages = coded.read("money", where={"region": "Nrth"})
    assert len(passages) == 0 and "region" in passages.notes[0]
    assert "0 of 5 texts" in passages._repr_html_()


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ({"code": "money", "by": "region", "group": "North", "estimate": 0.4}, ["u2", "u1"]),
        ({"code": "money", "by": "", "group": ""}, ["u2", "u3", "u1"]),
        ({"code": "money", "wave": 2.0}, ["u2", "u3"]),
        ({"code_a": "money", "code_b": "training", "count": 1}, ["u1"]),
        (("money", "South"), ["u3"]),
        (("money", "training"), ["u1"]),
        ((2, "money"), ["u2", "u3"]),
    ],
)
def test_any_cell_of_a_table_leads_to_its_comments(coded: CodedDataset, cell: Any, found: list[str]) -> None:
    assert ids(coded.read(cell)) == found
    if isinstance(cell, dict):
        assert ids(coded.read(pd.Series(cell))) == found


def test_label_that_is_nowhere_is_refused_without_being_told(coded: CodedDataset, secret: str) -> None:
    with pytest.raises(InputError) as met:
        coded.read(("money", secret))
    assert secret not in str(met.value) and "where=" in str(met.value)


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        ("region", {"North": 2, "South": 1}),
        ("stance", {"affirms": 2, "denies": 1}),
        ("sub_theme", {"travel": 1, "(no sub-theme)": 2}),
        ("code", {"travel": 1, "Training": 1, "(no other code)": 1}),
    ],
)
def test_sections(coded: CodedDataset, by: str, counts: dict[str, int]) -> None:
    passages = coded.read("money", by=by)
    assert passages.counts() == counts
    first = next(iter(counts))
    assert len(passages.section(first)) == counts[first]
    assert passages.units == 3


def test_topics_are_read_once_they_are_added(coded: CodedDataset) -> None:
    topics = pd.DataFrame({"id": ["u1", "u2", "u3"], "topic": [4, 4, -1]})
    passages = coded.add_attributes(topics).read("money", by="topic")
    assert passages.counts() == {"4": 2, "-1": 1}
    assert ids(coded.add_attributes(topics).read({"code": "money", "topic": 4})) == ["u2", "u1"]


def test_codes_below_count_where_asked_for(coded: CodedDataset) -> None:
    only_below = coded.decisions.assign(money=0.0)
    passages = replace(coded, decisions=only_below).read("money", below=True)
    assert ids(passages) == ["u2"]
    assert passages.table["code"].tolist() == ["money"]


def test_attribute_named_like_a_column_keeps_its_values(coded: CodedDataset) -> None:
    named = coded.add_attributes(pd.Series("x", index=coded.decisions.index, name="code"))
    assert set(named.read("money").table["code_"]) == {"x"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"code": "mony"}, "No code mony. Codes: money, travel, training."),
        ({"code": "money", "also": "mony"}, "No code mony"),
        ({"code": "money", "where": {"area": "x"}}, "No attribute area. Attributes: region, wave."),
        ({"code": "money", "band": "sure"}, "Bands: given"),
        ({"code": "money", "by": "area"}, "Nothing called 'area' to group by"),
        ({"stance": "affirms"}, "Name the code"),
        ({"code": {"group": "North"}}, "names no code"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(
    coded: CodedDataset, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match="(?s)" + said.replace(".", r"\.")):
        coded.read(**asked)


def test_without_texts_there_is_nothing_to_read(coded: CodedDataset) -> None:
    with pytest.raises(InputError, match="no texts"):
        replace(coded, texts=None).read("money")


def test_page_escapes_marks_and_turns(coded: CodedDataset) -> None:
    shown = coded.read("money", by="region")._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert "<mark>It saves money</mark>" in shown and "Money &amp; cost: 3 of 5 texts" in shown
    second = coded.read("money").show(1, 1)._repr_html_()
    assert second.count('class="said"') == 1 and "Passages 1 to 1 of 3" in second and ".show(2)" in second


def test_attributes_that_fit_no_unit_are_refused(coded: CodedDataset) -> None:
    with pytest.raises(InputError, match="none of this dataset"):
        coded.add_attributes(pd.Series([1], index=["elsewhere"], name="topic"))
