"""What is new: topics found in the old wave, followed into the new one, and themes that the old one lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from textmine.errors import InputError
from textmine.topics.model import TopicModel
from textmine.topics.waves import FEWEST, TIMES_AS_COMMON, follow_wave
from textmine.waves.wave import CodedWave

NEW = ["theme", "words", "count", "old_count", "p", "examples"]
TOPICS = ["topic", "words", "wave", "count", "n", "share", "low", "high"]
#: Ids of comments that are shown for a theme.
_EXAMPLES = 5


@dataclass(frozen=True, eq=False)
class News:
    """``new``: themes of the new wave alone; ``topics``: each topic of the old wave in both waves."""

    new: pd.DataFrame
    topics: pd.DataFrame
    notes: list[str] = field(default_factory=list)


def find_news(
    old: CodedWave, new: CodedWave, *, model: TopicModel | None = None, stop_words: Sequence[str] = ()
) -> News:
    """The themes of the new wave that the old one lacks, and how common the old one's topics are in both.

    ``model`` is a topic model of the old wave (one is fitted without). See ``follow_wave`` for the test,
    which is over all looks. Examples are ids, not words. Raises ``InputError`` where a wave has no texts or
    there are too few to find topics in.
    """
    before, after = old.corpus(), new.corpus()
    if model is None:
        model = TopicModel(stop_words=stop_words).fit(before)
    found = follow_wave(model, before, after)
    words = [", ".join(row) for row in model.table_["words"].tolist()]
    topics = found.prevalence.assign(
        wave=found.prevalence["by"].map({"old": old.name, "new": new.name}),
        words=[words[topic] for topic in found.prevalence["topic"]],
    )
    rows = [
        (number, ", ".join(t.words), t.count, t.old_count, t.p_value, " ".join(t.ids[:_EXAMPLES]))
        for number, t in enumerate(found.new, 1)
    ]
    said = (
        f"a theme of fewer than {FEWEST} new comments, or less than {TIMES_AS_COMMON:g} times as common as "
        "before, passes unseen"
    )
    return News(pd.DataFrame(rows, columns=NEW), topics.reindex(columns=TOPICS), [said])


def say_why_not(error: InputError) -> str:
    """The reason why nothing was asked, as a note."""
    return f"what is new was not asked: {error}"
