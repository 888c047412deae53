"""Redacted texts: consistent, stable when done again, and with the way back to the raw words."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.privacy import carry_codes, redact_texts
from textmine.privacy.pseudonyms import is_pseudonym
from textmine.spans import Span

KEY = b"a key of sixteen"
TEXTS = [
    "Ask Jo Merrifield or Mrs Patel at St Mary's Primary, 01632 960123.",
    "Jo said the Wrenhelm Academies Trust in Leeds would pay. Merrifield agreed 😀",
    "Nothing to hide",
    "Mail office@example.org, then ring Jo",
    "Mr D. Wrenfold wrote, fr d. wrenfold did not; nor did Mr B or J K Patel",
]


@pytest.mark.parametrize("mode", ["placeholder", "numbered", "pseudonym"])
def test_redacting_a_redacted_text_changes_nothing(mode: str) -> None:
    once = redact_texts(TEXTS, mode=mode, key=KEY)
    again = redact_texts(once.texts, mode=mode, key=KEY)
    assert again.texts == once.texts
    assert again.log.empty


@pytest.mark.parametrize("mode", ["placeholder", "numbered", "pseudonym"])
def test_log_and_maps_lead_back_to_the_raw_words(mode: str) -> None:
    done = redact_texts(TEXTS, ids=list("abcde"), mode=mode, key=KEY)
    assert done.log["id"].tolist() == sorted(done.log["id"])
    for unit, start, end, _, replacement in done.log.itertuples(index=False):
        i = "abcde".index(unit)
        now = done.maps[i].to_clean(Span(start, end))
        assert now.slice(done.texts[i]) == replacement
        assert done.maps[i].to_raw(now) == Span(start, end)
    assert done.texts[2] == TEXTS[2]
    assert not {"Jo", "Merrifield", "Patel", "Mary", "Leeds"} & set(" ".join(done.texts).split())


def test_same_person_has_the_same_number() -> None:
    done = redact_texts(TEXTS, mode="numbered", engine=None)
    assert done.texts[0].startswith("Ask [PERSON_1] or Mrs [PERSON_2]")
    assert done.texts[1].startswith("[PERSON_1] said")


def test_pseudonyms_are_consistent_keyed_and_made_up() -> None:
    done = redact_texts(TEXTS, mode="pseudonym", key=KEY)
    jo, merrifield = done.texts[0].split()[1:3]
    assert is_pseudonym(jo.casefold()) and is_pseudonym(merrifield.casefold())
    assert done.texts[1].split()[0] == jo
    assert done.texts[3].endswith(f"then ring {jo}")
    assert f"{merrifield} agreed" in done.texts[1]
    assert "Primary" in done.texts[0] and "Academies Trust" in done.texts[1]
    assert redact_texts(TEXTS, mode="pseudonym", key=KEY).texts == done.texts
    assert redact_texts(TEXTS, mode="pseudonym", key=b"another sixteen!").texts != done.texts


def test_pseudonym_is_no_word_of_the_study() -> None:
    first = redact_texts(["Mrs Patel came"], mode="pseudonym", key=KEY, engine=None).texts[0].split()[1]
    text = f"Mrs Patel came. The {first} stayed"
    done = redact_texts([text], mode="pseudonym", key=KEY, engine=None).texts[0]
    assert done.split()[1] != first


def test_codes_are_carried_over_and_their_quotes_redacted() -> None:
    done = redact_texts(["Jo Merrifield helps us a lot"], ids=["u1"], engine=None)
    codes = pd.DataFrame(
        {
            "unit_id": ["u1", "u1", "u1", "u2"],
            "code": ["a", "b", "none", "c"],
            "start": ["14", "3", "", "0"],
            "end": ["19", "19", "", "4"],
            "quote": ["helps", "Merrifield helps", "", "gone"],
        }
    )
    moved, lost = carry_codes(codes, done, ["Jo Merrifield helps us a lot"])
    assert moved["quote"].tolist() == ["helps", "[PERSON] helps", "", ""]
    assert moved["start"].tolist() == ["9", "0", "", ""]
    assert lost == 1
    assert codes["quote"][1] == "Merrifield helps"


def test_a_quote_without_offsets_is_looked_up() -> None:
    done = redact_texts(["So Jo Merrifield helps"], ids=["u1"], engine=None)
    codes = pd.DataFrame({"id": ["u1", "u1"], "code": ["a", "b"], "quote": ["Merrifield helps", "not there"]})
    moved, lost = carry_codes(codes, done, ["So Jo Merrifield helps"])
    assert moved["quote"].tolist() == ["[PERSON] helps", ""]
    assert lost == 1


def test_what_will_not_do_is_told_without_the_words() -> None:
    with pytest.raises(InputError, match="Choose among: placeholder, numbered, pseudonym"):
        redact_texts(["a"], mode="blur")
    with pytest.raises(InputError, match="16 bytes"):
        redact_texts(["a"], mode="pseudonym", key=b"short")
    with pytest.raises(InputError, match="2 ids for 1 texts"):
        redact_texts(["a"], ids=["1", "2"])
    with pytest.raises(InputError, match="Wanted: an id"):
        carry_codes(pd.DataFrame({"code": ["a"]}), redact_texts(["a"], engine=None), ["a"])
