"""Draft codes: what no code covers is proposed, with examples in which nobody can be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.topics.model import TopicModel
from textmine.topics.proposals import add_proposals, propose_codes

BOOK = Codebook(version="1", codes=(Code("cover"), Code("buses")), bare=True)


@pytest.fixture
def coded(corpus, themes_of) -> CodedDataset:
    """The themes 'cover' and 'buses' are coded; 'sport' is not in the codebook."""
    themes = np.array(themes_of)
    frame = pd.DataFrame({"cover": themes == 0, "buses": themes == 2}, index=corpus.ids).astype(float)
    return CodedDataset(frame, BOOK, coder="people")


def test_theme_the_codebook_lacks_is_proposed(corpus, coded, themes_of) -> None:
    drafts = propose_codes(TopicModel(n_topics=3).fit(corpus), corpus, coded, groups=1, engine=None)
    sport = {u for u, theme in zip(corpus.ids, themes_of, strict=True) if theme == 1}
    assert len(drafts) == 1 and set(drafts[0].ids) <= sport and drafts[0].size > 50
    assert {"pool", "netball", "football", "sports"} & set(drafts[0].words)
    assert drafts[0].code.definition.startswith("Draft") and drafts[0].code.examples


def test_examples_are_redacted(corpus, coded) -> None:
    frame = corpus.frame.copy()
    frame["text"] = [f"{text}, ask office@example.org" for text in frame["text"]]
    named = type(corpus)(frame)
    drafts = propose_codes(TopicModel(n_topics=3).fit(named), named, coded, groups=1, engine=None)
    examples = " ".join(drafts[0].code.examples)
    assert "[EMAIL]" in examples and "office@example.org" not in examples


def test_nothing_is_proposed_where_every_comment_has_a_code(corpus, coded) -> None:
    all_coded = CodedDataset(coded.decisions.assign(cover=1.0), BOOK, coder="people")
    assert propose_codes(TopicModel(n_topics=3).fit(corpus), corpus, all_coded) == []


def test_accepted_drafts_make_the_next_version(corpus, coded) -> None:
    drafts = propose_codes(TopicModel(n_topics=3).fit(corpus), corpus, coded, groups=2, engine=None)
    book = add_proposals(BOOK, drafts[:1], "2")
    assert book.version == "2" and book.ids == ["cover", "buses", drafts[0].code.id]
    with pytest.raises(InputError, match="own"):
        add_proposals(BOOK, drafts, "1")
    with pytest.raises(InputError, match="already"):
        add_proposals(book, drafts[:1], "3")
