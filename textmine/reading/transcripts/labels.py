"""What looks like a speaker's label at the front of a line, and what a name looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textmine.reading.transcripts.lines import STAMP, Line, tell_time, word_set
from textmine.reading.transcripts.notes import is_direction, is_placeholder

#: Words that say who speaks without naming anybody, often with a number behind.
ROLE_WORDS = word_set(
    "interviewer interviewee interview int inter ir iv ivr ie i q a r p m f s moderator mod facilitator "
    "fac researcher res respondent resp participant part speaker spk spkr voice unknown unidentified "
    "observer interpreter translator chair host guest panel group all others everyone student pupil "
    "teacher parent governor head headteacher patient nurse doctor carer manager male female man woman "
    "boy girl subject informant client question answer operator narrator transcriber note-taker "
    "notetaker fg member audience presenter"
)

#: Keys of the facts above a transcript; none of them speaks.
FACT_WORDS = word_set(
    "date time day duration length location place venue setting site project study title transcription "
    "transcriber transcribed typist typed file filename audio recording recorded record key conventions "
    "id ref reference code number no phase school trust role job gender sex age ethnicity region area "
    "type method mode format version status language consent present attendees apologies started start "
    "finished end wave round organisation organization position post years experience size subject "
    "topic theme keywords abbreviations confidentiality confidential notes note context background "
    "summary interviewed case tape checked pseudonym pseudonymised anonymised sector employer link "
    "attending via platform"
)

# Single words that open a sentence before a colon and name nobody.
_NO_NAMES = word_set(
    "yes no yeah ok okay well so right anyway also plus then now and but or because first second third "
    "fourth firstly secondly thirdly finally lastly next last one two three four five six example "
    "examples remember note notes nb ps warning important problem money answer monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september "
    "october november december today tomorrow yesterday something nothing everything anything thing "
    "point result conclusion sometimes often basically obviously clearly honestly actually meaning "
    "again look listen see think imagine this that these those there here it he she we they you what "
    "why how who when where which if however sorry thanks hello hi morning afternoon mm mmm um er erm "
    "hmm oh ah http https www mailto tel e.g i.e section chapter part page figure table box appendix "
    "source sources total"
)
_JOINING = word_set(
    "de da di del du der den van von le la el al bin ibn of the and & y e und the mac ap st ben"
)
_WORD = r"[^\W_][\w.'’‘/&#-]{0,30}"
_ASIDE = r"(?:\s{0,2}[(\[][^()\[\]\n:]{1,40}[)\]])"
_NAME = rf"{_WORD}(?:,?[ \u00a0](?:&|[-–]|{_WORD})){{0,5}}?{_ASIDE}?"
_FRONT = rf"(?P<time1>{STAMP})?[ \t]*[-–—•>]{{0,2}}[ \t]*"
_COLON = re.compile(
    rf"{_FRONT}(?:\[(?P<boxed>{_NAME})\]|<(?P<angled>{_NAME})>|(?P<name>{_NAME}))"
    rf"[ \t,-]{{0,3}}(?P<time2>{STAMP})?[ \t]*[:\uff1a](?=\s|$|[^\d/\s])"
    rf"[ \t]*(?P<time3>{STAMP})?[ \t]*(?P<rest>.*)$",
    re.DOTALL,
)
_ALONE = re.compile(
    rf"{_FRONT}(?:\[(?P<boxed>{_NAME})\]|(?P<name>{_NAME}))[ \t,|-]*(?P<time2>{STAMP})?"
    r"(?P<time3>)(?P<rest>)\s*$"
)
_TAB = re.compile(
    rf"{_FRONT}(?P<name>{_NAME})[ ]{{0,3}}(?P<time2>{STAMP})?[ ]*\t\s*(?P<time3>{STAMP})?\s*(?P<rest>\S.*)$",
    re.DOTALL,
)
_DASH = re.compile(
    rf"{_FRONT}(?P<name>[A-Za-z][A-Za-z0-9]{{0,14}})(?:[ ]+[-–—][ ]+|\.[ ]+|[)][ ]*|[>][ ]+)"
    r"(?P<time2>)(?P<time3>)(?P<rest>\S.*)$"
)
_STAMPED = re.compile(
    rf"(?P<time1>{STAMP})[ \t]+(?P<name>{_NAME})[ \t]{{2,}}(?P<time2>)(?P<time3>)(?P<rest>\S.*)$"
)
_BRACKET = re.compile(r"\[(?P<name>[^\[\]\n]{1,30})\][ \t]+(?P<rest>\S.*)$")
_VOICE = re.compile(
    r"(?:speaker|spk|interviewer|interviewee|respondent|participant|moderator|facilitator)\b", re.IGNORECASE
)
_FACT = re.compile(r"\s*(?P<key>[^\W\d_][^:\n]{0,38}?)\s*:\s*(?P<value>.*)$", re.DOTALL)
_SPACED_FACT = re.compile(rf"\s*(duration|length|date|time)\s+({STAMP}|\d.{{0,40}})$", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """What may be a label: the name as the file gives it, how it stands there, its time, and the speech.

    ``form`` is colon, alone, lone (alone and set off by nothing), tab, dash, bold, bracket or given;
    ``kind`` is that of ``tell_kind``.
    """

    name: str
    form: str
    kind: str
    time: str
    rest: str
    bold: bool
    starts: bool

    @property
    def key(self) -> str:
        """The name by which the same speaker is known again."""
        return " ".join(self.name.casefold().split()).rstrip(".")


def find_candidate(line: Line) -> Candidate | None:
    """The label that a line may begin with, or None.

    >>> found = find_candidate(Line("[00:01:02] Int: How so?"))
    >>> found.name, found.time, found.rest
    ('Int', '00:01:02', 'How so?')
    >>> find_candidate(Line("One thing: it was late")) is None
    True
    """
    if line.speaker:
        name = line.speaker.strip().rstrip(":").strip()
        rest = line.text
        return Candidate(name, "given", tell_kind(name) or "title", line.time, rest, False, line.starts)
    text = line.text.strip()
    if (found := _COLON.match(text)) and (candidate := _make(found, "colon", line)):
        return candidate
    if line.bold and (candidate := _find_bold(text, line)):
        return candidate
    alone = _ALONE.match(text)
    if alone and _stands_out(alone, line):
        return _make(alone, "alone", line)
    for form, pattern in (("tab", _TAB), ("stamped", _STAMPED), ("dash", _DASH), ("bracket", _BRACKET)):
        found = pattern.match(text)
        if found and (candidate := _make(found, form, line)) and _fits(candidate):
            return candidate
    return _make(alone, "lone", line) if alone and line.starts and not line.time else None


def tell_kind(name: str) -> str:
    """What a name looks like: role, initials, capitals, title, lower, or '' where it looks like none.

    >>> [tell_kind(name) for name in ("Speaker 1", "JS", "MARY ANN", "Dr Smith", "jane", "One thing")]
    ['role', 'initials', 'capitals', 'title', 'lower', '']
    """
    bare = re.sub(_ASIDE + "$", "", name).strip().rstrip(".")
    if re.search(r"[?!;…\"“”]", bare):
        return ""
    if "," in bare:  # 'Headteacher, School B'; but 'Yes, Margaret' names nobody
        first, _, rest = bare.partition(",")
        fits = tell_kind(first) == "role" and len(first) > 3 and tell_kind(rest.strip()) != ""
        return "role" if fits else ""
    words = bare.replace("\u00a0", " ").split()
    if not words or len(bare) > 45 or len(words) > 6:
        return ""
    low = [re.sub(r"[\d_#.-]+[a-z]?$", "", word.casefold()) for word in words]
    if all(word in ROLE_WORDS or not word for word in low) and any(low):
        return "role"
    if low[0] in ROLE_WORDS and len(low[0]) > 2 and len(words) <= 3 and bare[0].isupper():
        return "role"
    if len(words) == 1 and words[0].casefold() in _NO_NAMES:
        return ""
    letters = [char for char in bare if char.isalpha()]
    if all(char.isupper() or not char.islower() for char in letters):
        return "initials" if len(letters) <= 4 else "capitals"
    if words[-1].casefold() in _JOINING and len(words) > 1:
        return ""
    if all(
        word[0].isupper() or word[0].isdigit() or word.casefold() in _JOINING or word in "-–"
        for word in words
    ):
        return "title" if words[0][0].isupper() or len(words) > 1 else ""
    return "lower" if len(words) == 1 and len(bare) <= 20 else ""


def is_name(cell: str) -> bool:
    """Whether a cell of a table may hold a speaker's name (a time beside it is no hindrance)."""
    bare = re.sub(STAMP, "", cell.split("\n")[0]).strip().rstrip(":")
    return bool(bare) and tell_kind(bare) != ""


def find_fact(text: str) -> tuple[str, str] | None:
    """Key and value of a line 'Key: value' or 'Duration 00:14:21', or None."""
    if found := _SPACED_FACT.match(text):
        return found[1], found[2]
    found = _FACT.match(text)
    return (found["key"].strip(" *-•\t"), found["value"].strip()) if found else None


def is_fact(key: str) -> bool:
    """Whether a key is one of the facts above a transcript (Date, Duration, Transcribed by, ...)."""
    words = re.findall(r"[a-z]+", key.casefold())
    return bool(words) and len(words) <= 5 and any(word in FACT_WORDS for word in words)


def _make(found: re.Match[str], form: str, line: Line) -> Candidate | None:
    groups = found.groupdict()
    name = (groups.get("boxed") or groups.get("angled") or groups["name"] or "").strip()
    kind = tell_kind(name)
    if not kind or (kind == "lower" and form != "colon"):
        return None
    stamps = (groups.get("time1"), groups.get("time2"), groups.get("time3"))
    time = line.time or next((tell_time(stamp) for stamp in stamps if stamp), "")
    return Candidate(
        name, form, kind, time, groups["rest"].strip(), line.heading or line.bold >= len(name), line.starts
    )


def _find_bold(text: str, line: Line) -> Candidate | None:
    """A label that only its bold type tells: a bold name and then plain words, or a bold name alone."""
    front, rest = text[: line.bold].strip(), text[line.bold :].strip()
    found = _ALONE.match(front.rstrip(":"))
    if found is None:
        return None
    candidate = _make(found, "bold" if rest else "alone", line)
    if candidate is None:
        return None
    stamp = re.match(STAMP, rest.lstrip(": "))
    time = candidate.time or (tell_time(stamp[0]) if stamp else "")
    rest = rest.lstrip(": ")[stamp.end() if stamp else 0 :].lstrip(": ")
    return Candidate(
        candidate.name, candidate.form if rest else "alone", candidate.kind, time, rest, True, line.starts
    )


def _fits(candidate: Candidate) -> bool:
    """Whether a form that ordinary prose may have too is borne out by the name."""
    if candidate.form == "dash":
        return candidate.kind == "role" or (candidate.kind == "initials" and len(candidate.name) > 1)
    if candidate.form == "bracket":
        if _VOICE.match(candidate.name):  # [SPEAKER 1]; but [TEACHER A] stands for a name
            return candidate.kind == "role"
        return candidate.kind in {"role", "title", "initials"} and not (
            is_direction(candidate.name) or is_placeholder(candidate.name)
        )
    return candidate.kind != "lower"


def _stands_out(found: re.Match[str], line: Line) -> bool:
    """Whether a name alone on its line has what tells it from a short answer: a time, a heading, capitals."""
    if found["time1"] or found["time2"] or line.heading:
        return True
    return line.starts and not line.time and _is_capitals(line.text)


def _is_capitals(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 1 and all(char.isupper() for char in letters)
