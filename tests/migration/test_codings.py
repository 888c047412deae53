"""Old codings under a new codebook: what passes on, what must be read again, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import CodebookError, InputError
from textmine.migration import Changes, Migration, fill_codings, migrate_codings, return_codings

ROOT = Path(__file__).resolve().parents[2]
AGREED = ROOT / "annotations" / "school-collaboration" / "adjudicated.jsonl"


def make(codes: str, *rows: str, spans: list[list[object]] | None = None, **more: object) -> CodedDataset:
    """A dataset of codes by their letters; a row is such as '10-', where - is not coded."""
    values = [[{"1": 1.0, "0": 0.0, "-": np.nan}[cell] for cell in row] for row in rows]
    frame = pd.DataFrame(values, index=[f"u{n}" for n in range(1, len(rows) + 1)], columns=list(codes))
    found = pd.DataFrame(spans or [], columns=["unit_id", "code", "start", "end", "quote"])
    book = Codebook.from_labels(list(codes))
    return CodedDataset.from_labels(frame, book, coder="ann", spans=found)


def show(coded: CodedDataset) -> list[str]:
    """The decisions as ``make`` takes them."""
    names = {1.0: "1", 0.0: "0"}
    return ["".join(names.get(cell, "-") for cell in row) for row in coded.decisions.to_numpy().tolist()]


def move(coded: CodedDataset, new: str, *changes: str) -> Migration:
    return migrate_codings(
        coded, Changes.loads(f"changes: [{', '.join(changes)}]"), Codebook.from_labels(list(new))
    )


def read(found: Migration) -> list[tuple[str, str]]:
    return list(zip(found.to_read["unit_id"], found.to_read["code"], strict=True))


def test_a_rename_passes_all_on_and_nothing_must_be_read() -> None:
    found = move(make("ab", "10", "01", "--", spans=[["u1", "a", 0, 4, "word"]]), "cb", "{rename: a, to: c}")
    assert show(found.coded) == ["10", "01", "--"]
    assert found.coded.codes == ["c", "b"]
    assert found.coded.spans[["unit_id", "code", "quote"]].to_numpy().tolist() == [["u1", "c", "word"]]
    assert read(found) == [] and not len(found.kept) and not len(found.kept_spans)


def test_a_split_asks_for_the_units_that_carried_the_code() -> None:
    found = move(make("ax", "10", "01", "-1", "11"), "bcx", "{split: a, to: [b, c]}")
    assert show(found.coded) == ["--0", "001", "--1", "--1"]
    assert read(found) == [("u1", "b"), ("u1", "c"), ("u4", "b"), ("u4", "c")]
    assert set(found.to_read["carried"]) == {"a"}


def test_a_split_may_keep_the_old_id_for_one_part() -> None:
    found = move(make("a", "1", "0"), "ab", "{split: a, to: [a, b]}")
    assert show(found.coded) == ["--", "00"]


def test_a_split_into_a_code_that_was_there_spares_units_that_carried_it() -> None:
    found = move(make("ab", "11", "10", "01", "00"), "cb", "{split: a, to: [c, b]}")
    assert show(found.coded) == ["-1", "--", "01", "00"]
    assert read(found) == [("u1", "c"), ("u2", "c"), ("u2", "b")]


def test_a_merge_is_given_where_any_part_was_and_nothing_must_be_read() -> None:
    found = move(make("ab", "10", "01", "11", "00", "--"), "c", "{merge: [a, b], to: c}")
    assert show(found.coded) == ["1", "1", "1", "0", "-"]
    assert read(found) == []


def test_a_merge_of_codes_of_which_one_was_not_looked_for_must_be_read() -> None:
    found = move(make("ab", "1-", "0-"), "c", "{merge: [a, b], to: c}")
    assert show(found.coded) == ["1", "-"]
    assert read(found) == [("u2", "c")]


def test_evidence_of_merged_codes_stands_once() -> None:
    spans = [["u1", "a", 0, 4, "word"], ["u1", "b", 0, 4, "word"], ["u1", "b", 5, 9, "more"]]
    found = move(make("ab", "11", spans=spans), "c", "{merge: [a, b], to: c}")
    assert found.coded.spans["quote"].tolist() == ["word", "more"]


@pytest.mark.parametrize(
    ("effect", "left", "asked"),
    [
        ("widened", ["1", "-", "-"], ["u2"]),
        ("narrowed", ["-", "0", "-"], ["u1"]),
        ("both", ["-", "-", "-"], ["u1", "u2"]),
        ("wording", ["1", "0", "-"], []),
    ],
)
def test_a_redefinition_asks_for_those_whose_code_may_change(
    effect: str, left: list[str], asked: list[str]
) -> None:
    found = move(make("a", "1", "0", "-"), "a", f"{{redefine: a, effect: {effect}}}")
    assert show(found.coded) == left
    assert [unit for unit, _ in read(found)] == asked


def test_a_wider_code_may_be_looked_for_among_some_units_only() -> None:
    found = move(make("ab", "00", "01", "10"), "ab", "{redefine: a, effect: widened, among: [b]}")
    assert show(found.coded) == ["00", "-1", "10"]


def test_an_added_code_is_blank_for_all_that_were_coded() -> None:
    found = move(make("a", "1", "0", "-"), "ab", "{add: b}")
    assert show(found.coded) == ["1-", "0-", "--"]
    assert read(found) == [("u1", "b"), ("u2", "b")]


def test_a_retired_code_is_kept_in_the_record_with_its_evidence() -> None:
    found = move(make("ab", "10", "01", spans=[["u1", "a", 0, 4, "word"]]), "b", "{retire: a}")
    assert show(found.coded) == ["0", "1"]
    assert found.kept[["unit_id", "code", "value", "why"]].to_numpy().tolist() == [
        ["u1", "a", 1, "retired"],
        ["u2", "a", 0, "retired"],
    ]
    assert found.kept_spans["quote"].tolist() == ["word"]


ALL = (
    "{split: a, to: [g, h]}",
    "{merge: [b, c], to: i}",
    "{rename: d, to: j}",
    "{redefine: j, effect: narrowed}",
    "{redefine: e, effect: widened}",
    "{retire: f}",
    "{add: k}",
)


@pytest.mark.parametrize("seed", range(20))
def test_there_and_back_with_the_record_is_the_identity(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = ["".join(rng.choice(["1", "0", "-"], 6, p=[0.4, 0.45, 0.15])) for _ in range(12)]
    coded = make("abcdef", *rows)
    ones = np.argwhere(coded.decisions.to_numpy() == 1)
    spans = pd.DataFrame(
        [
            [f"u{unit + 1}", "abcdef"[code], n, n + 1, f"q{n % 3}"]
            for n, (unit, code) in enumerate(ones.tolist())
        ],
        columns=["unit_id", "code", "start", "end", "quote"],
    )
    coded = CodedDataset.from_labels(coded.decisions, coded.codebook, coder="ann", spans=spans)
    changes = Changes.loads(f"changes: [{', '.join(ALL)}]")
    there = migrate_codings(coded, changes, Codebook.from_labels(list("ghijek")))
    back = return_codings(there.coded, changes, coded.codebook, kept=there.kept, kept_spans=there.kept_spans)
    pd.testing.assert_frame_equal(back.coded.decisions, coded.decisions, check_names=False)
    order = ["unit_id", "code", "start"]
    pd.testing.assert_frame_equal(
        back.coded.spans.sort_values(order, ignore_index=True),
        coded.spans.sort_values(order, ignore_index=True),
        check_dtype=False,
    )
    assert not len(back.to_read)


def test_without_the_record_what_is_lost_is_named_and_nothing_is_wrong() -> None:
    coded = make("abcdef", "101010", "010101", "000000")
    changes = Changes.loads(f"changes: [{', '.join(ALL)}]")
    there = migrate_codings(coded, changes, Codebook.from_labels(list("ghijek")))
    back = return_codings(there.coded, changes, coded.codebook)
    given, was = back.coded.decisions, coded.decisions[back.coded.codes]
    assert (given.isna() | (given == was)).all().all()
    lost = set(zip(back.to_read["unit_id"], back.to_read["code"], strict=True))
    blank = {(u, c) for c in coded.codes for u in was.index if c not in given or np.isnan(given.at[u, c])}
    assert lost == blank
    assert set(zip(there.kept["unit_id"], there.kept["code"], strict=True)) == blank


def test_a_rename_there_and_back_needs_no_record() -> None:
    coded = make("ab", "10", "0-", spans=[["u1", "a", 0, 4, "word"]])
    changes = Changes.loads("changes: [{rename: a, to: c}]")
    there = migrate_codings(coded, changes, Codebook.from_labels(["c", "b"]))
    back = return_codings(there.coded, changes, coded.codebook)
    pd.testing.assert_frame_equal(back.coded.decisions, coded.decisions)
    pd.testing.assert_frame_equal(back.coded.spans, coded.spans, check_dtype=False)


def test_what_was_read_again_stands_on_the_way_back() -> None:
    coded = make("a", "1", "1")
    changes = Changes.loads("changes: [{split: a, to: [b, c]}]")
    there = migrate_codings(coded, changes, Codebook.from_labels(["b", "c"]))
    again = pd.DataFrame({"b": [0.0], "c": [0.0]}, index=["u2"])  # a second reading found neither
    filled, left = fill_codings(there, again)
    assert left == 2
    back = return_codings(filled, changes, coded.codebook, kept=there.kept)
    assert show(back.coded) == ["1", "0"]


def test_reading_again_fills_blanks_and_changes_nothing_else() -> None:
    there = move(make("a", "1", "0"), "ab", "{add: b}")
    filled, left = fill_codings(
        there, pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, np.nan]}, index=["u1", "u2"])
    )
    assert show(filled) == ["11", "0-"] and left == 1


def test_scores_pass_on_only_where_the_code_stays_what_it_was() -> None:
    coded = make("abc", "101", "010")
    scores = coded.decisions * 0.8 + 0.1
    scored = CodedDataset(
        coded.decisions, coded.codebook, "m", scores=scores, thresholds=dict.fromkeys("abc", 0.5)
    )
    found = move(scored, "adx", "{merge: [b, c], to: d}", "{add: x}")
    assert found.unscored == ("d", "x")
    assert found.coded.scores is not None
    assert found.coded.scores["a"].tolist() == [0.9, 0.1]
    assert found.coded.scores[["d", "x"]].isna().all().all()
    cut = found.coded.recut({"a": 0.95})
    assert show(cut) == ["01-", "01-"]


def test_changes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(CodebookError, match="not in the new codebook; say what became of it"):
        move(make("ab", "10"), "b")


def test_a_record_of_other_codes_is_refused() -> None:
    coded = make("a", "1")
    with pytest.raises(InputError, match="lacks"):
        return_codings(coded, Changes(), coded.codebook, kept=pd.DataFrame({"unit_id": ["u1"]}))
    other = pd.DataFrame({"unit_id": ["u1"], "code": ["z"], "value": [1]})
    with pytest.raises(InputError, match="the old codebook lacks: z"):
        return_codings(coded, Changes(), coded.codebook, kept=other)


@pytest.fixture(scope="module")
def agreed() -> CodedDataset:
    """The shipped agreed set as a dataset."""
    lines = [json.loads(line) for line in AGREED.read_text("utf-8").splitlines()]
    book = Codebook.load(ROOT / "corpora" / "school-collaboration" / "codebook.yaml")
    units = list(dict.fromkeys(line["unit_id"] for line in lines))
    frame = pd.DataFrame(0.0, index=units, columns=book.ids)
    spans = []
    for line in lines:
        if line["code"] != "none":
            frame.at[line["unit_id"], line["code"]] = 1.0
            spans.append([line["unit_id"], line["code"], -1, -1, line["quote"], "agreed", line["stance"]])
    names = ["unit_id", "code", "start", "end", "quote", "coder", "stance"]
    return CodedDataset.from_labels(
        frame, Codebook.from_labels(book.ids), coder="agreed", spans=pd.DataFrame(spans, columns=names)
    )


def lines_with(*codes: str) -> list[str]:
    """Ids of the agreed set's lines with one of these codes, straight from the file."""
    lines = [json.loads(line) for line in AGREED.read_text("utf-8").splitlines()]
    return list(dict.fromkeys(line["unit_id"] for line in lines if line["code"] in codes))


def test_on_the_shipped_annotations_a_split_lists_its_94_units_and_no_other(agreed: CodedDataset) -> None:
    book = Codebook.from_labels([*agreed.codes[2:], "savings", "joint_bids", *agreed.codes[:1]])
    changes = Changes.loads("changes: [{split: financial_benefit, to: [savings, joint_bids]}]")
    found = migrate_codings(agreed, changes, book)
    assert len(lines_with("financial_benefit")) == 94  # as the datasheet counts them
    assert list(dict.fromkeys(found.to_read["unit_id"])) == lines_with("financial_benefit")
    assert len(found.to_read) == 2 * 94
    assert found.to_read["unit_id"].tolist()[:4] == ["c0005", "c0005", "c0020", "c0020"]  # lines 5 and 22
    assert found.coded.decisions.notna().sum()["savings"] == 900 - 94


def test_on_the_shipped_annotations_a_merge_and_a_rename_list_nothing(agreed: CodedDataset) -> None:
    left = [code for code in agreed.codes if code not in ("practical_barriers", "policy_alignment")]
    new = ["partners" if code == "informal_partnerships" else code for code in left]
    changes = Changes.loads(
        "changes: [{merge: [practical_barriers, policy_alignment], to: barriers},"
        " {rename: informal_partnerships, to: partners}]"
    )
    found = migrate_codings(agreed, changes, Codebook.from_labels([*new, "barriers"]))
    assert not len(found.to_read)
    units = lines_with("practical_barriers", "policy_alignment")
    assert sorted(found.coded.decisions.index[found.coded.decisions["barriers"] == 1]) == sorted(units)
    assert found.coded.counts()["partners"] == 56
    back = return_codings(found.coded, changes, agreed.codebook, kept=found.kept, kept_spans=found.kept_spans)
    pd.testing.assert_frame_equal(back.coded.decisions, agreed.decisions)
    keys = ["unit_id", "code", "quote", "stance"]
    assert sorted(back.coded.spans[keys].to_numpy().tolist()) == sorted(
        agreed.spans[keys].to_numpy().tolist()
    )
    assert set(found.lost["code"]) == {"practical_barriers", "policy_alignment"}
    assert found.lost["units"].tolist() == [len(units), len(units)]
