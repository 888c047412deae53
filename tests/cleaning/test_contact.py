"""Requests to be contacted."""

from __future__ import annotations

import pytest

from textmine.cleaning.contact import wants_contact


@pytest.mark.parametrize(
    "text",
    ["Please call me", "PLEASE RING ME ON 01632 960 111",
     "I would like someone to contact me on 01632 960 111",
     "Can you get back to me?", "Could somebody from the school ring my wife", "I’d like a call back",
     "pls email me",
     "Great service. My number is 01632 960 111.", "Happy to be contacted", "Who can I speak to about this?",
     "Looking forward to hearing from you", "They said no, so please can someone phone me"],
)  # fmt: skip
def test_request_is_found(text: str) -> None:
    assert wants_contact(text)


@pytest.mark.parametrize(
    "text",
    ["", "They never called me back", "They told me someone would call me back and nobody did",
     "Answer the phone",
     "Do not contact me", "please don't ring me", "It is hard to contact other schools",
     "The nurse rang me twice",
     "I was told they would get back to me", "Heads should talk to each other", "contactless payment please"],
)  # fmt: skip
def test_talk_of_contact_is_no_request(text: str) -> None:
    assert not wants_contact(text)
