"""Codebooks: reading, both forms of hierarchy, all problems at once, the hash of what they mean."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from textmine.codebook import Code, Codebook
from textmine.errors import CodebookError

NESTED = """
id: ward
version: 1.10
unit: comment
codes:
  - id: staff
    name: Staff
    definition: How staff are.
    children:
      - {id: manner, name: Manner, definition: How staff speak., include: [rude, kind]}
  - {id: waiting, name: Waiting, definition: Delay.}
"""
FLAT = """
# a comment
codes:
  - {name: Waiting, id: waiting, definition: "Delay."}
  - colour: "#ff0000"
    id: staff
    name: Staff
    definition: >
      How staff
      are.
  - {id: manner, name: Manner, definition: How staff speak., include: [rude, kind], parent: staff}
unit: comment
version: 2.0.0
id: ward
title: Another title
"""


def problems_of(text: str) -> list[str]:
    return Codebook.loads(text, strict=False).check()


def one_code(keys: str) -> str:
    return f"codes:\n  - {{id: a, definition: D., {keys}}}\n"


def test_nested_codes_follow_their_parent() -> None:
    codebook = Codebook.loads(NESTED)
    assert codebook.ids == ["staff", "manner", "waiting"]
    assert codebook.children("staff") == ["manner"]
    assert codebook.ancestors("manner") == ["staff"]
    assert codebook.ancestors("waiting") == []
    assert codebook.code("manner").include == ("rude", "kind")


def test_codes_key_nests_like_children() -> None:
    assert Codebook.loads(NESTED.replace("children:", "codes:")) == Codebook.loads(NESTED)


def test_words_that_yaml_takes_for_other_types_stay_text() -> None:
    codebook = Codebook.loads("version: 1.10\ncodes: [{id: no, name: 2024, definition: off}]")
    assert (codebook.version, codebook.codes[0]) == ("1.10", Code("no", "2024", "off"))


def test_list_of_codes_alone_is_a_codebook() -> None:
    assert Codebook.loads("- {id: waiting, definition: Delay.}").ids == ["waiting"]


def test_single_note_may_stand_without_a_list() -> None:
    assert Codebook.loads(one_code("include: a queue")).code("a").include == ("a queue",)


def test_name_is_the_id_where_none_is_given() -> None:
    assert Codebook.loads("codes: [{id: waiting, definition: Delay.}]").code("waiting").name == "waiting"


def test_empty_values_count_as_not_given() -> None:
    assert Codebook.loads(one_code("include: , parent: ~, colour: null")).code("a") == Code(
        "a", definition="D."
    )


def test_saved_codebook_reads_back_equal(tmp_path: Path) -> None:
    codebook = Codebook.loads(NESTED)
    codebook.save(tmp_path / "codebook.yaml")
    again = Codebook.load(tmp_path / "codebook.yaml")
    assert again == codebook
    assert again.sha256 == codebook.sha256


@pytest.mark.parametrize(
    "text", ["no", "~", "1.10", "# not a comment", "a: b", "*star", " spaced", "é😀", "!!x"]
)
def test_any_label_survives_saving(tmp_path: Path, text: str) -> None:
    codebook = Codebook.from_labels([text, "other"])
    codebook.save(tmp_path / "c.yaml")
    assert Codebook.load(tmp_path / "c.yaml").ids == [text, "other"]


def test_file_with_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + NESTED.replace("\n", "\r\n").encode())
    assert Codebook.load(path) == Codebook.loads(NESTED)


def test_hash_holds_against_form_order_title_colour_and_version() -> None:
    assert Codebook.loads(NESTED).sha256 == Codebook.loads(FLAT).sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Delay.", "Delays."),
        ("rude", "gruff"),
        ("id: waiting", "id: queueing"),
        ("name: Waiting", "name: Queues"),
        ("unit: comment", "unit: turn"),
        ("unit: comment", "multi_label: false\nunit: comment"),
        ("unit: comment", "rule: Code claims.\nunit: comment"),
        (", definition: Delay.", ", definition: Delay., exclude: [noise]"),
        (", definition: Delay.", ", definition: Delay., examples: [An hour]"),
        (", definition: Delay.", ", definition: Delay., parent: staff"),
    ],
)
def test_hash_changes_with_the_meaning(old: str, new: str) -> None:
    assert old in NESTED
    assert Codebook.loads(NESTED.replace(old, new)).sha256 != Codebook.loads(NESTED).sha256


def test_unknown_code_error_lists_those_that_work() -> None:
    with pytest.raises(
        CodebookError, match=r"No code 'food' in codebook 'ward'\. Codes: staff, manner, waiting"
    ):
        Codebook.loads(NESTED).code("food")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("codes: []", "no codes"),
        ("id: x", "no codes"),
        ("codes: {a: b}", "wanted a list"),
        ("codes: [a]", "codes, item 1: wanted a code"),
        ("codes: [{id: a}]", "line 1: code 'a': no definition"),
        ("codes: [{name: A, definition: D.}]", "no id"),
        ("codes: [{id: None, definition: D.}]", "'none' is kept"),
        ('codes: [{id: "a\\nb", definition: D.}]', "line break"),
        (one_code("parent: b"), "parent 'b' does not exist; codes: a"),
        (one_code("parent: a"), "is its own ancestor"),
        (
            one_code("includes: [x]"),
            "line 2: code 'a': unknown or repeated key 'includes'; did you mean include?",
        ),
        (one_code("color: red, colour: red"), "repeated key 'colour'"),
        (one_code("definition: E."), "the key 'definition' stands twice"),
        (one_code("core: perhaps"), "code 'a': core: input should be a valid boolean"),
        (one_code("name: [x]"), "code 'a': name: input should be a valid string"),
        (one_code("include: [{x: y}]"), "code 'a': include: input should be a valid string"),
        (one_code("children: [{id: b, definition: D., parent: c}]"), "parent 'c' of a code nested under 'a'"),
        (one_code("") + "  - {id: a, name: B, definition: D.}", "line 3: code 'a': the id stands twice"),
        (one_code("name: X") + "  - {id: b, name: x, definition: D.}", "the name 'x' stands twice"),
        (
            "titel: T\n" + one_code(""),
            "line 1: codebook: unknown or repeated key 'titel'; did you mean title?",
        ),
        ("cods: [x]\n" + one_code(""), "unknown or repeated key 'cods'; did you mean codes?"),
        ("version: [1]\n" + one_code(""), "line 1: codebook: version: input should be"),
        ("id: [1]\n" + one_code(""), "line 1: codebook: id: input should be"),
    ],
)
def test_each_problem_is_told_once_with_its_place(text: str, wanted: str) -> None:
    problems = problems_of(text)
    assert [wanted in problem for problem in problems] == [True], problems
    with pytest.raises(CodebookError) as error:
        Codebook.loads(text, "book.yaml")
    assert error.value.problems == problems
    assert str(error.value).startswith("book.yaml: ") and "\n" not in str(error.value)


def test_circle_of_parents_is_told_once_and_ends() -> None:
    text = (
        "codes: ["
        + ", ".join(f"{{id: {a}, definition: D., parent: {b}}}" for a, b in ("ab", "bc", "cb"))
        + "]"
    )
    codebook = Codebook.loads(text, strict=False)
    assert [problem for problem in codebook.check() if "own ancestor" in problem] == [
        "line 1: code 'b': is its own ancestor (among c, b); break the circle of parents"
    ]
    assert codebook.ancestors("a") == ["b", "c"]


def test_all_problems_are_reported_together() -> None:
    text = "titel: T\ncodes:\n" + "".join(f"  - {{id: c{n}, definitoin: D.}}\n" for n in range(4))
    with pytest.raises(CodebookError, match=r"\(and 4 more\)$") as error:
        Codebook.loads(text, "book.yaml")
    assert len(error.value.problems) == 9


def test_same_name_under_different_parents_is_no_problem() -> None:
    below = "children: [{id: %s, name: Praise, definition: D.}]"
    text = f"- {{id: a, definition: D., {below % 'a1'}}}\n- {{id: b, definition: D., {below % 'b1'}}}"
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "holds no codebook"),
        ("just words", "holds no codebook"),
        ("codes: [", "book.yaml: line 1: not YAML"),
        ("id: a\nname: Waiting: times", "book.yaml: line 2: not YAML"),
        ("a: 1\n---\nb: 2", "not YAML"),
        ("id: \x07", "characters that YAML forbids"),
        (
            "id: !!python/object/apply:os.getcwd []",
            r"line 1: the tag !!python/object/apply:os\.getcwd is not allowed",
        ),
        ("!!python/name:os.getcwd : x", "is not allowed"),
        ("id: !own x", "the tag !own is not allowed"),
        ("a: &x [1]\nb: [*x, *x]", "line 2: not YAML as wanted .an alias"),
        ("[" * 5000, "nested too deeply"),
        ('id: "\\ud800"', "line 1: half a character"),
    ],
)
def test_text_that_is_no_codebook_is_refused_in_one_line(text: str, wanted: str) -> None:
    with pytest.raises(CodebookError, match=wanted) as error:
        Codebook.loads(text, "book.yaml", strict=False)
    assert "\n" not in str(error.value)


def test_missing_file_folder_and_wrong_encoding_are_told(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("id: café".encode("latin-1"))
    for path, wanted in [
        (tmp_path / "x.yaml", "No codebook file"),
        (tmp_path, "cannot be read"),
        (latin, "UTF-8"),
    ]:
        with pytest.raises(CodebookError, match=wanted):
            Codebook.load(path)


def test_labels_become_ids_unchanged() -> None:
    names = ["Staff manner & personal attributes", "Food", "waiting times "]
    codebook = Codebook.from_labels(names)
    assert codebook.ids == names
    assert codebook.check() == []
    assert len(codebook.notes()) == 1


def test_saved_labels_load_again_without_definitions(tmp_path: Path) -> None:
    codebook = Codebook.from_labels(["Food", "Waiting"])
    codebook.save(tmp_path / "labels.yaml")
    assert Codebook.load(tmp_path / "labels.yaml") == codebook


@pytest.mark.parametrize("names", [[], [""], ["a", "a"], ["none"], ["a\nb"]])
def test_labels_that_cannot_be_codes_are_refused(names: list[str]) -> None:
    with pytest.raises(CodebookError, match="make no codebook"):
        Codebook.from_labels(names)


def test_notes_give_advice_that_check_does_not() -> None:
    codebook = Codebook.loads("codes: [{id: Waiting Times, definition: Delay., include: [queue]}]")
    assert codebook.check() == []
    assert [note.split(": ")[-1] for note in codebook.notes()] == [
        "no version; add one, so that codings can say which they followed",
        "an id of a-z, 0-9 and _ makes a better column name",
        "no exclude note",
        "no example",
    ]


def test_codes_and_codebooks_do_not_change() -> None:
    codebook = Codebook.loads(NESTED)
    with pytest.raises(FrozenInstanceError):
        codebook.id = "x"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        codebook.codes[0].id = "x"  # type: ignore[misc]
