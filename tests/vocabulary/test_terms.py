"""Vocabularies: what makes one, how terms are written, and what is told of a faulty one."""

from __future__ import annotations

import pytest

from textmine.codebook import Codebook
from textmine.errors import CodebookError
from textmine.vocabulary import Vocabulary

#: What the issue of the field names at the least, by id.
FORMS = (
    "mat sat hard_federation soft_federation umbrella_trust collaborative teaching_school_alliance cluster"
)
ROLES = "executive_head sbm nle lle sle"


def vocabulary(codes: str) -> Vocabulary:
    return Vocabulary.from_codebook(Codebook.loads(f"codes: [{codes}]"))


def test_shipped_vocabulary_is_sound() -> None:
    terms = Vocabulary.load("school-terms")
    assert terms.codebook.check() == []
    assert {term.kind for term in terms.terms} == {"form", "role", "initiative", "body"}
    assert all(term.definition and term.source for term in terms.terms)
    assert {term.source for term in terms.terms} <= {"appendix 1", "appendix 2", "body", "field"}


def test_every_form_and_no_other_term_tells_formality_and_governance() -> None:
    for term in Vocabulary.load("school-terms").terms:
        is_form = term.kind == "form"
        assert (term.formality in {"formal", "informal", "varies"}) is is_form, term.id
        assert (term.shared_governance in {"yes", "no", "varies"}) is is_form, term.id


def test_informal_forms_share_no_governance_and_hard_ones_do() -> None:
    terms = Vocabulary.load("school-terms")
    assert {t.shared_governance for t in terms.terms if t.formality == "informal"} == {"no"}
    assert {
        terms[id].shared_governance for id in ("mat", "federation", "hard_federation", "hard_partnership")
    } == {"yes"}


def test_forms_and_roles_of_the_field_are_there() -> None:
    terms = Vocabulary.load("school-terms")
    assert {terms[id].kind for id in FORMS.split()} == {"form"}
    assert {terms[id].kind for id in ROLES.split()} == {"role"}


def test_a_keyword_brings_its_plural_and_the_hyphen_closed_up() -> None:
    (term,) = vocabulary("{id: t, definition: D., keywords: [co-operative academy, bus, MAT]}").terms
    assert [s.text for s in term.surfaces] == [
        "co-operative academy",
        "cooperative academy",
        "co-operative academies",
        "cooperative academies",
        "bus",
        "MAT",
        "MATs",
    ]


def test_capitals_count_by_word() -> None:
    (term,) = vocabulary("{id: t, definition: D., keywords: [LA School, Trust]}").terms
    assert (term.surfaces[0].words, term.surfaces[0].exact) == (("LA", "school"), (True, False))
    assert (term.surfaces[2].words, term.surfaces[2].exact) == (("trust",), (False,))


def test_codes_without_keywords_are_no_terms() -> None:
    codes = "{id: a, definition: D., children: [{id: b, definition: D., keywords: [queue]}]}"
    terms = vocabulary(codes)
    assert terms.ids == ["b"]
    assert terms["b"].kind == "a"


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ("{formality: stiff}", "code 'a': attribute formality"),
        ("{shared_governance: perhaps}", "attribute shared_governance"),
        ("{colour: red}", "attribute colour"),
        ("{context: [{befor: the}]}", "attribute context 0 befor"),
        ("{context: [{before: '@nouns'}]}", "no word list @nouns"),
        ("{context: [{of: [line], before: the}]}", "context is of 'line', which is no keyword"),
    ],
)
def test_faulty_attributes_are_told(attributes: str, told: str) -> None:
    with pytest.raises(CodebookError, match=told):
        vocabulary(f"{{id: a, definition: D., keywords: [queue], attributes: {attributes}}}")


def test_all_faults_are_told_at_once() -> None:
    rest = "definition: D., keywords: [queue], attributes: {formality: x}"
    with pytest.raises(CodebookError) as caught:
        vocabulary(f"{{id: a, {rest}}}, {{id: b, {rest}}}")
    assert len(caught.value.problems) == 4
    assert "codes 'a' and 'b' share the keyword 'queue'" in str(caught.value)


def test_unknown_term_is_told_with_those_there_are() -> None:
    with pytest.raises(CodebookError, match=r"No term 'x'.*Terms: t"):
        vocabulary("{id: t, definition: D., keywords: [queue]}")["x"]
