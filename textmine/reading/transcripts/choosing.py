"""Which of the lines that look like labels are labels: what comes again, and what is set the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from textmine.reading.transcripts.labels import Candidate, find_candidate, find_fact, is_fact
from textmine.reading.transcripts.lines import Line

_WEAK = frozenset({"title", "lower"})


def choose_labels(lines: Sequence[Line]) -> list[Candidate | None]:
    """For each line the label it begins with, or None for a line that goes on.

    A name that comes again is a label; one that comes once is, if it names a role or is set as the others are
    (bold, stamped, in capitals, at the start of a paragraph). 'One thing: ...' is speech. A label alone on
    its line needs a time, bold type, a heading or capitals, and to come again.

    >>> lines = [Line("Int: So?"), Line("R: Two things: cost."), Line("Int: And?"), Line("R: Time.")]
    >>> [label.name for label in choose_labels(lines)]
    ['Int', 'R', 'Int', 'R']
    """
    found = [find_candidate(line) for line in lines]
    found = [_without_facts(candidate) for candidate in found]
    found = _settle_lone(found)
    found = _settle_alone(found)
    count = Counter(candidate.key for candidate in found if candidate)
    sure = {
        candidate.key for candidate in found if candidate and _is_sure(candidate, count[candidate.key], found)
    }
    if not sure:
        sure = _accept_short(lines, found)
    sure = _drop_misplaced(lines, found, sure)
    accepted = [candidate if candidate and candidate.key in sure else None for candidate in found]
    return _accept_single(lines, found, accepted)


def _without_facts(candidate: Candidate | None) -> Candidate | None:
    """None for what is a fact above or below a transcript (Date: ...), unless its form makes it a voice."""
    if candidate and candidate.form == "colon" and candidate.kind != "role" and is_fact(candidate.name):
        return None if len(candidate.name.split()) <= 4 and not candidate.time else candidate
    return candidate


def _settle_lone(found: Sequence[Candidate | None]) -> list[Candidate | None]:
    """Names alone on a paragraph with nothing to set them off count only where they divide all of a file.

    That is where at least two of them come again, each with speech below it, and no name stands in front of
    its speech: 'Teacher' may be an answer.
    """
    count = Counter(c.key for c in found if c and c.form == "lone")
    other = Counter(c.key for c in found if c and c.form != "lone" and c.kind != "lower")
    follows = Counter(
        one.key for one, after in pairwise([*found, None]) if one and one.form == "lone" and after is None
    )
    keys = {key for key, times in count.items() if times > 1 and follows[key] == times}
    total = sum(count[key] for key in keys)
    roles = any(c.key in keys and c.kind in {"role", "initials"} for c in found if c)
    settled = (
        len(keys) > 1
        and total >= (4 if roles else 6)
        and total >= 0.2 * len(found)
        and not any(times > 2 for times in other.values())
    )
    return [
        (replace(c, form="alone") if settled and c.key in keys else None) if c and c.form == "lone" else c
        for c in found
    ]


def _settle_alone(found: Sequence[Candidate | None]) -> list[Candidate | None]:
    """Labels alone on a line count only where that is how the file does it: with a time, or coming again."""
    alone = Counter(candidate.key for candidate in found if candidate and candidate.form == "alone")
    timed = any(c and c.form == "alone" and c.time for c in found)
    headed = _headed_roles(found)
    return [
        None
        if candidate
        and candidate.form == "alone"
        and not candidate.time
        and candidate.key not in headed
        and (alone[candidate.key] < 2 or (timed and not candidate.bold))
        else candidate
        for candidate in found
    ]


def _headed_roles(found: Sequence[Candidate | None]) -> set[str]:
    """Roles that stand as headings or in bold alone on their lines, where several do: one turn is enough."""
    keys = {c.key for c in found if c and c.form == "alone" and c.bold and c.kind == "role"}
    return keys if len(keys) > 1 else set()


def _is_sure(candidate: Candidate, count: int, found: Sequence[Candidate | None]) -> bool:
    if candidate.form == "given":
        return True
    if candidate.form == "bracket" and candidate.kind != "role":
        return count > 1 and sum(1 for c in found if c and c.form == "bracket") > 0.6 * len(found)
    if candidate.form in {"dash", "bracket"}:
        return count > 2
    if candidate.kind == "lower":
        same = sum(1 for other in found if other)
        return count > 2 and count >= 0.1 * same
    if candidate.form == "alone" and (candidate.time or candidate.key in _headed_roles(found)):
        return True
    return count > 1


def _accept_short(lines: Sequence[Line], found: Sequence[Candidate | None]) -> set[str]:
    """The labels of a transcript too short for any to come again: most paragraphs must have one."""
    labels = [candidate for candidate in found if candidate and candidate.form in {"colon", "bold", "tab"}]
    labels = [candidate for candidate in labels if candidate.kind != "lower"]
    paragraphs = sum(line.starts for line in lines)
    roles = sum(candidate.kind == "role" for candidate in labels)
    if len({candidate.key for candidate in labels}) > 1 and (roles or len(labels) >= 0.6 * paragraphs):
        return {candidate.key for candidate in labels}
    return set()


def _drop_misplaced(lines: Sequence[Line], found: Sequence[Candidate | None], sure: set[str]) -> set[str]:
    """Without names that mostly stand in mid-paragraph, where all other labels start paragraphs."""
    starts = Counter(c.key for line, c in zip(lines, found, strict=True) if c and (line.starts or line.paged))
    count = Counter(candidate.key for candidate in found if candidate)
    dropped: set[str] = set()
    for key in sorted(sure, key=lambda key: starts[key] / count[key]):
        others = sure - dropped - {key}
        total = sum(count[other] for other in others)
        placed = sum(starts[other] for other in others)
        if total > 1 and placed >= 0.85 * total and starts[key] < 0.5 * count[key]:
            dropped.add(key)
    return sure - dropped


def _accept_single(
    lines: Sequence[Line], found: Sequence[Candidate | None], accepted: list[Candidate | None]
) -> list[Candidate | None]:
    """Take names met once that are set as the others are; drop any that stand where no other label does."""
    labels = [candidate for candidate in accepted if candidate]
    if not labels:
        return accepted
    first = next(number for number, candidate in enumerate(accepted) if candidate)
    form = Counter(candidate.form for candidate in labels).most_common(1)[0][0]
    bold = _share(labels, lambda c: c.bold)
    timed = _share(labels, lambda c: bool(c.time))
    capitals = _share(labels, lambda c: c.name.upper() == c.name)
    lower = _share(labels, lambda c: c.rest[:1].islower())
    starts = _share(
        [c for c, line in zip(accepted, lines, strict=True) if c and not line.paged], lambda c: c.starts
    )
    settled: list[Candidate | None] = []
    for number, (line, candidate, taken) in enumerate(zip(lines, found, accepted, strict=True)):
        if candidate is None or candidate.form == "given":
            settled.append(taken)
            continue
        placed = candidate.starts or line.paged or starts < 0.85
        if taken is not None:
            settled.append(taken if placed or candidate.kind not in _WEAK else None)
            continue
        fits = (
            placed
            and (number > first or (candidate.kind == "role" and not _is_value(candidate.rest)))
            and candidate.form == form
            and candidate.kind != "lower"
            and (candidate.bold or bold < 0.8)
            and (bool(candidate.time) or timed < 0.8)
            and (candidate.name.upper() == candidate.name or capitals < 0.8 or candidate.kind == "role")
            and (not candidate.rest[:1].islower() or lower > 0.3 or candidate.kind == "role")
            and (candidate.kind == "role" or starts >= 0.85 or _ends_sentence(lines[number - 1].text))
        )
        settled.append(candidate if fits else None)
    return settled


def tell_by_type(lines: Sequence[Line]) -> list[Line]:
    """Lines without any label, their speakers told by the type: questions in bold, answers in plain.

    Only where half of the bold paragraphs ask; else the lines come back as they are.
    """
    bold = [line.bold >= len(line.text) > 0 for line in lines]
    asking = sum(
        is_bold and line.text.rstrip().endswith("?") for is_bold, line in zip(bold, lines, strict=True)
    )
    if asking < 2 or asking < 0.5 * sum(bold) or sum(bold) > 0.7 * len(lines):
        return list(lines)
    first = next(n for n, line in enumerate(lines) if bold[n] and line.text.rstrip().endswith("?"))
    return [
        replace(line, speaker="Interviewer" if is_bold else "Participant") if number >= first else line
        for number, (line, is_bold) in enumerate(zip(lines, bold, strict=True))
    ]


def find_body(lines: Sequence[Line], labels: Sequence[Candidate | None]) -> int:
    """The place of the first line that is speech; above it stand the title and the facts of the case.

    'Interviewer: DK' among such facts as 'Date: 6 February' is one of them.
    """
    facts = [_fact_key(line) for line in lines[:80]]
    for number, label in enumerate(labels):
        if label is None:
            continue
        if label.form == "given" or not _is_header(label, number, lines, labels, facts):
            return number
    return len(lines)


def _fact_key(line: Line) -> str:
    fact = find_fact(line.text)
    return fact[0].casefold() if fact and is_fact(fact[0]) and len(fact[1]) < 160 else ""


def _is_header(
    label: Candidate, number: int, lines: Sequence[Line], labels: Sequence[Candidate | None], facts: list[str]
) -> bool:
    if number >= len(facts) or label.form not in {"colon", "bold", "tab"} or not _is_value(label.rest):
        return False
    for step in (-1, 1):
        place = number + step
        while 0 <= place < len(facts):
            if lines[place if step > 0 else place + 1].starts and not _all_start(lines, place, number):
                break
            other = labels[place]
            if facts[place] and not (other and other.kind == "role" and other.key in _spoken(labels)):
                return True
            if other is None or not _is_value(other.rest) or other.key == label.key:
                break
            place += step
    return False


def _spoken(labels: Sequence[Candidate | None]) -> set[str]:
    count = Counter(label.key for label in labels if label)
    return {key for key, times in count.items() if times > 2}


def _all_start(lines: Sequence[Line], place: int, number: int) -> bool:
    """Whether each line here is a paragraph of its own, so that nothing follows from one's start."""
    around = lines[min(place, number) : max(place, number) + 3]
    return all(line.starts for line in around)


def _is_value(rest: str) -> bool:
    """Whether what follows a colon is a fact (DK; CEO of a trust) rather than speech."""
    if not rest or len(rest.split()) > 12 or rest.rstrip("\"'”’)")[-1:] in {"?", "!", "…"}:
        return False
    if len(rest) <= 3 and rest.isupper() and rest != "OK":
        return True  # initials: 'Interviewer: I'
    first = rest.split()[0].strip(",.").casefold()
    if first in {
        "ok",
        "okay",
        "so",
        "right",
        "yes",
        "yeah",
        "no",
        "hello",
        "hi",
        "thanks",
        "thank",
        "good",
        "well",
        "um",
        "erm",
        "i",
        "we",
        "and",
        "can",
        "could",
    }:
        return False
    return not (rest.endswith(".") and len(rest.split()) > 3)


def _ends_sentence(text: str) -> bool:
    return text.rstrip("\"'”’)]")[-1:] in {".", "?", "!", "…", ":"} or text.endswith(
        ("]", "-", "–", "—", "//")
    )


def _share(labels: Sequence[Candidate], test: Callable[[Candidate], bool]) -> float:
    return sum(test(label) for label in labels) / len(labels) if labels else 0.0
