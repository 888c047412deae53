"""Which column of a survey is what: the respondent, the open questions, the question each text answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textmine.errors import InputError
from textmine.reading.columns import ID_WORDS, TEXT_WORDS, is_key, plain_name
from textmine.reading.profiles import Profile, profile_column
from textmine.reading.table import Table, list_names

_QUESTION_WORDS = {"question", "question_text", "question_wording", "prompt", "item_text", "question_label"}
_PERSON_NAMES = (
    "respondent_id respondent participant_id participant person_id user_id pupil_id student_id patient_id "
    "staff_id worker_id case_id case"
)
_PERSON_WORDS = frozenset(_PERSON_NAMES.split())
_KEY_CUE = re.compile(
    r"(?:^|_)(?:id|ref|reference|no|number|code|key|respondent|participant|case|serial|urn|uuid|guid)(?:_|$)"
)
_FUSED_KEY = re.compile(
    r"(?!(?:paid|unpaid|said|aid|bid|covid|valid|invalid|kid|raid|void|avoid|grid|solid|rapid|android)$)"
    r"(?:[a-z]{1,10}id|id_?(?:no|num|number|code)|(?:case|resp|respondent|subj|part|person|pupil|record|"
    r"survey|form)_?(?:no|num|nr))"
)
_SHORT_NAME = re.compile(r"[A-Za-z][\w.]{0,19}")
_WEIGHT = re.compile(r"\s*\d*\.?\d+\s*")
_DOCUMENTS = ("doc_id", "text")


@dataclass(frozen=True)
class ColumnUse:
    """A part (id, text, question, group, wave, weight), the column that plays it, and why."""

    part: str
    name: str
    why: str


@dataclass(frozen=True)
class Parts:
    """The columns by their part. ``keys`` and ``wordings`` go with ``texts``: the end of the document id and
    what was asked ('' where it is not known). Without an ``id`` the rows are numbered.
    """

    texts: tuple[str, ...]
    keys: tuple[str, ...]
    wordings: tuple[str, ...]
    id: str | None = None
    question: str | None = None
    group: str | None = None
    wave: str | None = None
    weight: str | None = None
    uses: tuple[ColumnUse, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def taken(self) -> set[str]:
        """The columns that are no attributes."""
        others = (self.id, self.question, self.group, self.wave, self.weight)
        return {*self.texts, *(name for name in others if name is not None)}


def pick_parts(
    table: Table, *, texts: Sequence[str], given: Mapping[str, str | None], attributes: Sequence[str]
) -> Parts:
    """The parts of a table's columns: as named, else found out; see ``read_survey``.

    Raises ``InputError`` when a named column is missing and when nothing or only short answers could be text.
    """
    texts, named, attributes = _check_named(table, texts, given, attributes)
    uses = [ColumnUse(part, name, "named") for part, name in named.items()]
    own = set(_DOCUMENTS) <= set(table.frame.columns) and not texts
    if own:
        _take_own_columns(table, named, uses)
        texts = ["text"]
    if "id" not in named:
        _find_id(table, named, uses, {*texts, *attributes})
    if "question" not in named:
        _find_question(table, named, uses, {*texts, *attributes})
    _find_wave_and_weight(table, named, uses, {*texts, *attributes})
    notes: list[str] = []
    if texts:
        why = "the column text of a table of documents" if own else "named"
        chosen = {name: why for name in texts}
    else:
        chosen = _find_texts(table, {*named.values(), *attributes}, notes)
    if (
        len(chosen) > 1
        and "question" in named
        and not any(u.part == "question" and u.why == "named" for u in uses)
    ):
        named.pop("question")  # with several open questions the wording is each column's own
        uses = [use for use in uses if use.part != "question"]
    wordings = tuple(_wording_of(table, name) for name in chosen)
    uses = [*(ColumnUse("text", name, why) for name, why in chosen.items()), *uses]
    if "id" not in named:
        how = f"{named['group']} and a number" if "group" in named else "row numbers"
        uses.append(ColumnUse("id", how, "no column tells the rows apart"))
    if len(chosen) > 1:
        uses.append(ColumnUse("question", "the wording of each text column", "several open questions"))
    elif wordings[0] and "question" not in named:
        uses.append(ColumnUse("question", wordings[0], "the wording of the text column"))
    others = {part: named.get(part) for part in ("id", "question", "group", "wave", "weight")}
    keys = _keys(table, tuple(chosen), set(named.values()))
    return Parts(tuple(chosen), keys, wordings, **others, uses=tuple(uses), notes=tuple(notes))


def _check_named(
    table: Table, texts: Sequence[str], named: Mapping[str, str | None], attributes: Sequence[str]
) -> tuple[list[str], dict[str, str], list[str]]:
    """The same names, those given as the question's wording turned into column names."""
    columns = [str(name) for name in table.frame.columns]
    by_wording = {text: name for name, text in table.layout.wording.items() if text and text not in columns}

    def find(option: str, name: str) -> str:
        found = name if name in columns else by_wording.get(" ".join(name.split()))
        if found is None:
            raise InputError(
                f"No column {name!r} in {table.source}. Columns: {list_names(columns)}. "
                f"Choose one with --{option}."
            )
        return found

    found = {part: find(part, name) for part, name in named.items() if name is not None}
    return [find("text", t) for t in texts], found, [find("attribute", a) for a in attributes]


def _take_own_columns(table: Table, named: dict[str, str], uses: list[ColumnUse]) -> None:
    for part, column in (("id", "doc_id"), ("question", "question"), ("group", "group")):
        if part not in named and column in table.frame.columns:
            if part == "id" and not is_key(table.frame[column].tolist()):
                continue
            named[part] = column
            uses.append(ColumnUse(part, column, "a column of a table of documents"))


def _find_id(table: Table, named: dict[str, str], uses: list[ColumnUse], aside: set[str]) -> None:
    """Add the id, and the respondent where it stands in several rows, to what is named."""
    layout, columns = table.layout, [str(name) for name in table.frame.columns]
    own = layout.respondent
    if own in columns and own not in {*named.values(), *aside} and is_key(table.frame[own].tolist()):
        named["id"] = str(own)
        uses.append(ColumnUse("id", named["id"], f"the respondent's number in {layout.program}"))
        return
    free = [name for name in columns if name not in {*named.values(), *aside, *layout.metadata}]
    ranked = sorted((n for n in free if _id_rank(n) < 100), key=_id_rank)
    best = next((name for name in ranked if is_key(table.frame[name].tolist())), None)
    if best is not None:
        named["id"] = best
        uses.append(ColumnUse("id", best, "its name says so, and its values are all there and all different"))
    people = [name for name in free if plain_name(name) in _PERSON_WORDS and name != best]
    repeated = next((n for n in people if _repeats(table, n)), None)
    if repeated is None and best is None:
        repeated = next((n for n in ranked if _id_rank(n) < 20 and _repeats(table, n)), None)
    if repeated is not None and "group" not in named:
        named["group"] = repeated
        uses.append(ColumnUse("group", repeated, "it names a respondent, who may stand in several rows"))
    if best is None and repeated is None and ranked:
        worst = ranked[0]  # nearly a key: rows that repeat it are set aside and named
        values = [value for value in table.frame[worst].tolist() if value.strip()]
        if len(set(values)) >= 0.9 * len(table.frame):
            named["id"] = worst
            uses.append(
                ColumnUse("id", worst, "its name says so; rows without an id of their own are set aside")
            )


def _id_rank(name: str) -> int:
    """How well a name fits an id; 100 for not at all."""
    plain = plain_name(name)
    if plain in ID_WORDS:
        return ID_WORDS.index(plain)
    if plain.endswith("_id"):
        return 20
    if _FUSED_KEY.fullmatch(plain):
        return 30
    return 40 if len(plain) <= 30 and "?" not in name and _KEY_CUE.search(plain) else 100


def _repeats(table: Table, name: str) -> bool:
    """Whether values stand in several rows, as those of a respondent with several answers do."""
    values = [value for value in table.frame[name].tolist() if value.strip()]
    return len(values) >= 0.9 * len(table.frame) and 1 < len(set(values)) < 0.9 * len(values)


def _find_question(table: Table, named: dict[str, str], uses: list[ColumnUse], aside: set[str]) -> None:
    free = [str(name) for name in table.frame.columns if name not in {*named.values(), *aside}]
    found = [name for name in free if plain_name(name) in _QUESTION_WORDS]
    if not found:
        ending = [name for name in free if plain_name(name).endswith("_question")]
        found = [name for name in ending if _holds_wordings(table.frame[name].tolist())]
    if len(found) == 1:
        named["question"] = found[0]
        uses.append(ColumnUse("question", found[0], "its name says so"))


def _find_wave_and_weight(
    table: Table, named: dict[str, str], uses: list[ColumnUse], aside: set[str]
) -> None:
    for part in ("wave", "weight"):
        if part in named or part not in table.frame.columns or part in {*named.values(), *aside}:
            continue
        if part == "weight" and not all(_WEIGHT.fullmatch(cell) for cell in table.frame[part].tolist()):
            continue
        named[part] = part
        uses.append(ColumnUse(part, part, "its name says so"))


def _holds_wordings(values: Sequence[str]) -> bool:
    """Whether values are the wordings of a few questions."""
    different = {value for value in values if value.strip()}
    words = sum(len(value.split()) for value in different) / max(1, len(different))
    return bool(different) and len(different) <= max(1, 0.1 * len(values)) and words >= 3


def _find_texts(table: Table, taken: set[str], notes: list[str]) -> dict[str, str]:
    """The open questions and why each is thought one, in the order of the columns."""
    layout = table.layout
    free = [str(n) for n in table.frame.columns if str(n) not in taken and str(n) not in layout.metadata]
    profiles: dict[str, Profile] = {}
    for name in free:
        called = name in layout.open_ended or plain_name(name) in TEXT_WORDS
        asked = f"{name} {layout.wording.get(name, '')}".replace("_", " ")
        profiles[name] = profile_column(table.frame[name].tolist(), asked=asked, called_open=called)
    chosen = {name: p.why for name, p in profiles.items() if p.kind == "open"}
    short = [name for name, p in profiles.items() if p.kind == "short"]
    if not chosen:
        worded = [n for n in free if plain_name(n) in TEXT_WORDS or n in layout.open_ended]
        chosen = {worded[0]: "its name says so"} if len(worded) == 1 else {}
    if not chosen and len(short) == 1:
        return {short[0]: f"the only column of words that are not a few options: {profiles[short[0]].why}"}
    if not chosen:
        columns = list_names([str(name) for name in table.frame.columns])
        maybe = f"Perhaps: {list_names(short)}" if short else f"Columns: {columns}"
        raise InputError(
            f"No column of {table.source} looks like free text. {maybe}. Choose one with --text "
            "(it may be given again)."
        )
    if short:
        notes.append(
            f"Short answers kept as attributes: {list_names(short)}. --text takes one as a question."
        )
    personal = [name for name, p in profiles.items() if p.kind in {"name", "contact"}]
    if personal:
        notes.append(f"These attributes may identify people: {list_names(personal)}.")
    return chosen


def _wording_of(table: Table, name: str) -> str:
    """What was asked under a column; '' where its name is only a name."""
    wording = table.layout.wording.get(name, "")
    is_label = wording != " ".join(name.split()) or name in table.layout.open_ended
    return wording if is_label or "?" in wording or len(wording.split()) >= 4 else ""


def _keys(table: Table, texts: Sequence[str], taken: set[str]) -> tuple[str, ...]:
    """The end of the document ids: the column's name if it is short, else q and its number.

    Numbers count all columns that are neither the program's own nor the id or another named part.
    """
    aside = (taken | set(table.layout.metadata)) - set(texts)
    questions = [str(name) for name in table.frame.columns if name not in aside]
    keys = [name if _SHORT_NAME.fullmatch(name) else f"q{questions.index(name) + 1}" for name in texts]
    return tuple(keys) if len(set(keys)) == len(keys) else tuple(f"q{questions.index(n) + 1}" for n in texts)
