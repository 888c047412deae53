"""The exports of Qualtrics, SurveyMonkey, Microsoft Forms and Google Forms, told by their header rows."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

#: What a SurveyMonkey export writes under a question that was answered in the respondent's own words.
OPEN_ENDED = "Open-Ended Response"

_QUALTRICS = (
    "startdate enddate status ipaddress progress duration_in_seconds finished recordeddate responseid "
    "recipientlastname recipientfirstname recipientemail externalreference externaldatareference "
    "locationlatitude locationlongitude distributionchannel userlanguage responseset name"
)
_SURVEYMONKEY = (
    "respondent_id collector_id date_created date_modified ip_address email_address first_name last_name "
    "custom_data custom_data_1 custom_1 custom_2 custom_3 start_date end_date empty_column"
)
_MS_FORMS = (
    "id start_time completion_time email name last_modified_time language total_points quiz_feedback "
    "grade_posted_time"
)
_GOOGLE = "timestamp email_address username score"

_TAGS = re.compile(r"<\s*(br|/p|/div|/li)\s*/?>|<[^<>]{1,400}>", re.IGNORECASE)
_STYLES = re.compile(r"<(style|script)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Export:
    """The header of a recognised export.

    ``rows`` is how many header rows it has, ``names`` the columns, ``wording`` what was asked under each
    name, ``metadata`` the columns that the program adds, ``respondent`` the one that names the respondent
    and ``open_ended`` those that the export itself calls open.
    """

    program: str
    rows: int
    names: list[str]
    wording: dict[str, str] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    respondent: str | None = None
    open_ended: tuple[str, ...] = ()


def recognise_export(head: Sequence[Sequence[str]]) -> Export | None:
    """The export that the first rows of a table are the header of; None for any other table.

    >>> found = recognise_export([["Timestamp", "What helped?"], ["01/03/2025 09:00:00", "Time"]])
    >>> found.program, found.metadata
    ('Google Forms', ('Timestamp',))
    """
    if not head:
        return None
    first = [_plain(cell) for cell in head[0]]
    for recognise in (_as_qualtrics, _as_surveymonkey, _as_ms_forms, _as_google):
        if (found := recognise(head, first)) is not None:
            return found
    return None


def clean_wording(text: str) -> str:
    r"""A question as a person would read it: no HTML, no line breaks, single spaces.

    >>> clean_wording("<b>Why</b>&nbsp;do you\nsay so?<br>Please&hellip;")
    'Why do you say so? Please…'
    """
    if "<" in text:
        text = _TAGS.sub(lambda found: " " if found[1] else "", _STYLES.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.replace("\u200b", "").split())


def make_unique(names: Sequence[str]) -> list[str]:
    """Names in order, each after the first of its kind with a number: 'Why?', 'Why? (2)'."""
    used = set(names)
    given: set[str] = set()
    unique = []
    for name in names:
        number, candidate = 2, name
        while candidate in given or (candidate != name and candidate in used):
            candidate = f"{name} ({number})"
            number += 1
        given.add(candidate)
        unique.append(candidate)
    return unique


def _as_qualtrics(head: Sequence[Sequence[str]], first: list[str]) -> Export | None:
    known = set(_QUALTRICS.split())
    compact = [name.replace("_", "") if name != "duration_in_seconds" else name for name in first]
    met = [name for name in compact if name in known]
    imports = next((i for i in (1, 2) if i < len(head) and _has_import_ids(head[i])), None)
    worded = len(head) > 1 and len(met) >= 4 and _repeats_metadata(head[0], head[1], known)
    if imports is None and not worded:
        return None
    rows = imports + 1 if imports is not None else 2
    names = make_unique([name or f"column_{i + 1}" for i, name in enumerate(head[0])])
    asked = _padded(head[1], len(names)) if worded or rows == 3 else [""] * len(names)
    wording = {name: clean_wording(text) for name, text in zip(names, asked, strict=True) if text.strip()}
    metadata = tuple(name for name, plain in zip(names, compact, strict=True) if plain in known)
    id_of = dict(zip(compact, names, strict=True))
    return Export("Qualtrics", rows, names, wording, metadata, id_of.get("responseid"))


def _has_import_ids(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum('"ImportId"' in cell for cell in filled) > len(filled) / 2


def _repeats_metadata(names: Sequence[str], texts: Sequence[str], known: set[str]) -> bool:
    """Whether the second row says the metadata again in words: StartDate, then 'Start Date'."""
    pairs = [
        (_plain(n).replace("_", ""), _plain(t).replace("_", "")) for n, t in zip(names, texts, strict=False)
    ]
    return sum(name in known and name == text for name, text in pairs) >= 3


def _as_surveymonkey(head: Sequence[Sequence[str]], first: list[str]) -> Export | None:
    known = set(_SURVEYMONKEY.split())
    at_start = first[:1] == ["respondent_id"] and "collector_id" in first[:3]
    if not at_start or len(head) < 2:
        return None
    width = max(len(head[0]), len(head[1]))
    asked, options = _padded(head[0], width), _padded(head[1], width)
    if options[0].strip():  # one header row only: the second is an answer
        return None
    names, wording, metadata, open_ended = [], {}, [], []
    question = ""
    for position in range(width):
        title, option = clean_wording(asked[position]), clean_wording(options[position])
        plain = _plain(title)
        is_metadata = plain in known and not option
        if title:
            question = "" if is_metadata else title
        bare = option.casefold() in {"", "response", OPEN_ENDED.casefold()}
        name = (title or question) if bare else f"{question} - {option}" if question else option
        names.append(name or f"column_{position + 1}")
    names = make_unique(names)
    for position, name in enumerate(names):
        option = clean_wording(options[position])
        if _plain(asked[position]) in known and not option:
            metadata.append(name)
            continue
        wording[name] = re.sub(r" \(\d+\)$", "", name)
        if option.casefold() == OPEN_ENDED.casefold():
            open_ended.append(name)
    return Export("SurveyMonkey", 2, names, wording, tuple(metadata), names[0], tuple(open_ended))


def _as_ms_forms(head: Sequence[Sequence[str]], first: list[str]) -> Export | None:
    if not ({"start_time", "completion_time"} <= set(first[:5]) and "id" in first[:2]):
        return None
    return _one_row(head, first, "Microsoft Forms", set(_MS_FORMS.split()), first.index("id"), 9)


def _as_google(head: Sequence[Sequence[str]], first: list[str]) -> Export | None:
    if first[:1] != ["timestamp"] or len(first) < 2:
        return None
    if len(head) > 1 and not re.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", (head[1] or [""])[0]):
        return None
    return _one_row(head, first, "Google Forms", set(_GOOGLE.split()), None, 4)


def _one_row(
    head: Sequence[Sequence[str]],
    first: list[str],
    program: str,
    known: set[str],
    id_at: int | None,
    most: int,
) -> Export:
    """An export with one header row: metadata in the first columns, questions as the names of the rest."""
    names = make_unique([name if name.strip() else f"column_{i + 1}" for i, name in enumerate(head[0])])
    metadata = tuple(name for name, plain in zip(names[:most], first, strict=False) if plain in known)
    wording = {n: clean_wording(given) for n, given in zip(names, head[0], strict=True) if n not in metadata}
    respondent = names[id_at] if id_at is not None else None
    return Export(program, 1, names, wording, metadata, respondent)


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")
