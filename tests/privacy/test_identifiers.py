"""Finding over a study: both passes, the model behind its gate, lists to allow and deny."""

from __future__ import annotations

import itertools

import pytest

from textmine.errors import InputError, ModelError
from textmine.privacy import find_identifiers, find_in_texts
from textmine.privacy.identifiers import gate_share


def kinds(text: str, **options) -> list[tuple[str, str]]:
    return [(one.kind, one.span.slice(text)) for one in find_identifiers(text, **options)]


def test_a_name_found_once_is_found_in_every_text() -> None:
    texts = ["Mrs Wrenfold chairs it.", "Wrenfold never came", "ask wrenfold", "nothing here"]
    finds = find_in_texts(texts, engine=None)
    assert [[one.span.slice(text) for one in found] for text, found in zip(texts, finds, strict=True)] == [
        ["Wrenfold"], ["Wrenfold"], ["wrenfold"], [],
    ]  # fmt: skip


def test_a_village_of_the_study_is_no_person() -> None:
    texts = ["We meet at Wrenholt.", "Down near Wrenholt they shut.", "So Wrenholt's clerk typed it"]
    assert [found[0].kind for found in find_in_texts(texts)] == ["place"] * 3


def test_model_finds_a_name_that_no_list_has() -> None:
    assert ("person", "Anselm Thrushcroft") in kinds(
        "The meeting was chaired by Anselm Thrushcroft last year."
    )


def test_model_is_run_on_few_texts() -> None:
    assert (
        gate_share(
            ["More time please", "Ofsted and the DfE", "NO MONEY", "Sarah helps", "so Wrenna Quillfold"]
        )
        == 0.2
    )


def test_kinds_and_names_can_be_chosen() -> None:
    text = "Mrs Patel, patel@example.org, 07700 900123"
    assert kinds(text, kinds=["phone"]) == [("phone", "07700 900123")]
    assert [kind for kind, _ in kinds(text, names=False)] == ["email", "phone"]


def test_names_in_an_email_are_one_find() -> None:
    assert kinds("sarah.patel@example.org") == [("email", "sarah.patel@example.org")]


def test_terms_are_allowed_and_denied() -> None:
    text = "Sarah runs the Northgate rota"
    finds = find_in_texts([text], engine=None, allow=["sarah"], deny=["school: northgate", "rota"])[0]
    assert [(one.kind, one.span.slice(text)) for one in finds] == [
        ("school", "Northgate"),
        ("person", "rota"),
    ]


def test_finds_never_overlap_and_stay_out_of_placeholders() -> None:
    text = "[PERSON_1] at [SCHOOL A], 14 Mill Lane, Leeds, LS1 4AP; Dr Sarah Patel <NAME>"
    finds = find_identifiers(text)
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(finds))
    assert [one.kind for one in finds] == ["address", "postcode", "person"]


def test_unknown_kind_and_engine_are_told() -> None:
    with pytest.raises(InputError, match=r"No kind shoe-size\. Choose among: email, "):
        find_identifiers("a", kinds=["shoe-size"])
    with pytest.raises(ModelError, match="Choose spacy or presidio"):
        find_identifiers("a", engine="none")


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "😀" * 50, "A" * 5000, "@" * 2000, "1 " * 4000, "a.a@" * 1500]
)
def test_odd_texts_are_no_trouble(text: str) -> None:
    assert isinstance(find_identifiers(text, engine=None), list)
