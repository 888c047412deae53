"""What the answers in a column look like: prose, a choice, a number, a date, a name, contact details."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SAMPLE = 4_000
_NO_LIST = 100

_NUMBER = re.compile(r"[£$€]?\s?[-+]?\d[\d,.]*\s*(?:%|/\s*\d+)?")
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]+\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?"
    r"|\d{1,2}(?:st|nd|rd|th)? [A-Za-z]{3,9},? \d{4}.*|[A-Za-z]{3,9} \d{1,2},? \d{4}.*",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+|https?://\S+|www\.\S+|\d{1,3}(?:\.\d{1,3}){3}|(?:\+|00)?[\d ()-]{9,17}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?(?:\d[A-Z]{2})?|anonymous",
    re.IGNORECASE,
)
_CODE = re.compile(r"[\w.:/-]*\d[\w.:/-]*|[0-9a-f]{8}-[0-9a-f-]{27}|R_\w+", re.IGNORECASE)
_SPLIT = re.compile(r"\s*[;|]\s*|,\s*(?=[A-Z])|,(?=\S)")
_FILLER_WORDS = (
    "n/a,na,n.a,none,nil,no,yes,nothing,not applicable,no comment,no comments,nothing to add,no answer,"
    "don't know,dont know,dk,not sure,unsure,as above,see above,same as above,-,--,..,?,x,no thanks,"
    "nothing else,did not answer,no response,.,"
)
_FILLERS = frozenset(_FILLER_WORDS.split(","))
_SCALE_WORDS = (
    "strongly somewhat very fairly quite not at all neither agree disagree nor satisfied dissatisfied "
    "likely unlikely always often sometimes rarely never usually occasionally yes no maybe good poor "
    "excellent fair bad better worse same important unimportant useful useless confident helpful a lot "
    "little great deal extremely slightly moderately completely partly mostly don't dont know prefer to "
    "say or average okay much more less the about well adequate once twice daily weekly monthly yearly "
    "every week month year day term true false male female other unsure sure applicable effective "
    "ineffective easy difficult hard frequently tend definitely probably some none few many most of "
    "time half "
)
_SCALE = frozenset(_SCALE_WORDS.split())
_LITTLE_WORDS = (
    "a an to is are was were it we they i you he she my our their in on at for with that this be not no have "
    "has had more but so because from as there what when if would could should can"
)
_SMALL_WORDS = frozenset(_LITTLE_WORDS.split())
_NAME_CUE = re.compile(
    r"\b(?:name|names|surname|forename|initials)\b|(?:first|last|full|user|school|trust)_?name",
    re.IGNORECASE,
)
_FACT_CUE = re.compile(
    r"\b(?:job|role|title|position|occupation|employer|subject|town|city|county|country|region|area|ward|"
    r"post ?code|address|e-?mail|phone|telephone|mobile|age|gender|sex|ethnic\w*|school|trust|department|"
    r"phase|nationality|language|date|year|how (?:many|long|often|much|old)|number of|which of|specify)\b",
    re.IGNORECASE,
)
_STRONG_CUE = re.compile(
    r"\bwhy\b|\bexplain|\bdescribe\b(?! you)|\bcomments?\b|\btell us\b|\bsuggest|\belaborate|\bown words\b"
    r"|\banything else\b|\bgive (?:your )?(?:reasons?|details?|examples?)|\bsay more\b",
    re.IGNORECASE,
)
_CLOSED_CUE = re.compile(
    r"\bwhich\b|\bbest describes\b|\bhow (?:far|satisfied|likely|useful|often|many|long|much|important|easy|"
    r"confident|well)\b|\bto what extent\b|\bselect\b|\btick\b|\bchoose\b|\brate\b",
    re.IGNORECASE,
)
_OPEN_CUE = re.compile(
    r"\b(?:why|what|how|please|explain|describe|comments?|tell us|suggest\w*|improve\w*|feedback|anything|"
    r"thoughts|views|opinions?|reasons?|details?|in your own words|elaborate|expand|examples?|else|"
    r"barriers?|benefits?|challenges?|open|verbatim|free ?text|text|response|answer)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Profile:
    """What a column holds, and why it is thought so.

    ``kind`` is open (prose), short (many different answers of a word or two), choice, number, date, contact,
    name, code or blank.
    """

    kind: str
    why: str


def profile_column(values: Sequence[str], *, asked: str = "", called_open: bool = False) -> Profile:
    """The kind of answers in a column, by a sample of its cells and by how it was asked.

    Answers that are none ('n/a', 'no comment') are left aside before lengths and differences are judged, so
    that an open question that most skip is still seen. ``called_open`` says that its export calls it open, or
    its name does.

    >>> profile_column(["More time to plan together", "n/a", "We share one trainer", "none"]).kind
    'open'
    >>> profile_column(["Strongly agree", "Neither agree nor disagree", "Agree", "Agree"]).kind
    'choice'
    """
    filled = [value.strip() for value in _sample(values) if value.strip()]
    if not filled:
        return Profile("blank", "no answers")
    answers = [value for value in filled if value.casefold().rstrip(".! ") not in _FILLERS and value != "?"]
    cued = called_open or (bool(_OPEN_CUE.search(asked)) and not _FACT_CUE.search(asked))
    if not answers:
        if cued and len({v.casefold() for v in filled}) > 1:
            return Profile("open", f"asked as an open question; all {len(filled)} answers are like 'n/a'")
        return Profile("choice", "no answer but such as yes, no or none")
    for kind, pattern, enough, said in (
        ("number", _NUMBER, 0.9, "numbers"), ("date", _DATE, 0.9, "dates or times"),
        ("contact", _CONTACT, 0.7, "contact details or addresses"), ("code", _CODE, 0.9, "codes"),
    ):  # fmt: skip
        if _share(answers, pattern) >= enough and (kind != "code" or not called_open):
            return Profile(kind, said)
    return _judge_words(answers, len(filled), asked, called_open, cued)


def _judge_words(answers: list[str], filled: int, asked: str, called_open: bool, cued: bool) -> Profile:
    words = [value.casefold().split() for value in answers]
    different = len({" ".join(w) for w in words})
    mean = sum(map(len, words)) / len(words)
    long = [" ".join(w) for w in words if len(w) >= 4]
    long_different = len(set(long)) / len(long) if long else 0.0
    figures = f"{filled} answers, {different} different, {mean:.0f} words on average"
    scale = sum(all(part.strip("',.-()") in _SCALE for part in w) for w in words) / len(words)
    if scale >= 0.8 and different <= 0.6 * len(answers) + 2:
        return Profile("choice", f"answers of a scale ({figures})")
    if _is_multiple(answers) and not (called_open and mean > 4):
        return Profile("choice", f"a few options, several at once ({figures})")
    if _look_like_names(answers, words) and (_NAME_CUE.search(asked) or not cued):
        return Profile("name", f"names ({figures})")
    strong = bool(_STRONG_CUE.search(asked))
    enough = 0.02 if strong and mean >= 3 else 0.2 if cued and not _CLOSED_CUE.search(asked) else 0.5
    if len(set(long)) >= _NO_LIST and _has_small_words(words):
        enough = 0.02  # no list of options has so many different sentences, however often they come again
    varied = strong or different > 2 or different == len(answers)
    prose = varied and long_different >= enough and len(long) >= max(1, 0.12 * len(answers))
    if _NAME_CUE.search(asked) and mean <= 6 and not _has_small_words(words):
        return Profile("name", f"names ({figures})")
    if prose and not (_FACT_CUE.search(asked) and mean < 4 and not called_open):
        return Profile("open", f"varied prose: {figures}")
    if called_open:
        return Profile("open", f"called open by its name or its export: {figures}")
    if different <= max(2, 0.5 * len(answers)):
        return Profile("choice", f"few different answers ({figures})")
    if cued and different >= 0.6 * len(answers):
        return Profile("open", f"asked as an open question: {figures}")
    return Profile("short", f"short answers ({figures})")


def _sample(values: Sequence[str]) -> Sequence[str]:
    if len(values) <= _SAMPLE:
        return values
    return [values[i] for i in np.linspace(0, len(values) - 1, _SAMPLE).astype(int)]


def _share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(value[:400]) is not None for value in values) / len(values)


def _is_multiple(answers: list[str]) -> bool:
    """Whether the answers are lists of the same few options."""
    listed = [
        [p for p in _SPLIT.split(answer.strip(" ;|")) if p] for answer in answers if len(answer) < 2_000
    ]
    if sum(len(parts) > 1 for parts in listed) < 0.2 * len(answers):
        return False
    parts = [part.casefold() for answer in listed for part in answer]
    return len(parts) >= 6 and len(set(parts)) <= max(3, 0.34 * len(parts))


def _look_like_names(answers: list[str], words: list[list[str]]) -> bool:
    alike = 0
    for answer, parts in zip(answers, words, strict=True):
        raw = answer.split()
        capital = sum(word[:1].isupper() for word in raw)
        sentence = answer[-1:] in ".!?" or any(part in _SMALL_WORDS for part in parts)
        alike += 2 <= len(raw) <= 7 and capital >= 0.7 * len(raw) and not sentence and not answer.isupper()
    return alike >= 0.8 * len(answers) and len(answers) > 1


def _has_small_words(words: list[list[str]]) -> bool:
    return sum(any(p in _SMALL_WORDS for p in w) for w in words) > 0.3 * len(words)
