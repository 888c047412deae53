"""Quotes on their way out: redacted, of enough people alike, not too many of one, for a person to sign."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from textmine.errors import InputError
from textmine.files import sha256_of
from textmine.privacy import carry_codes, redact_texts

#: Columns of a table of quotes; the attributes shown beside a quote come after them.
QUOTE_COLUMNS = ("quote_id", "code", "quote", "status", "reasons", "rare_words", "removed", "content_sha256")
HELD, TO_REVIEW = "held back", "to review"
_NO = {"no", "n", "0", "false", "refused", "withdrawn"}
_YES = {"yes", "y", "1", "true", "given"}
_WORD = re.compile(r"[^\W\d_][\w'’-]{3,}")
_REMOVED = re.compile(r"\[[^\[\]]{1,40} removed\]")
_SHOWN = 5


@dataclass(frozen=True)
class QuoteRules:
    """What a quote must hold to. ``smallest_cell``: so many people share all attributes shown beside it.

    ``per_respondent`` is the most quotes of one person, over all releases. ``rare`` is in how many texts of
    the study a word may stand to be shown to the reviewer as rare. ``consent`` names a column that says
    whether a person may be quoted; blank is no. ``longest`` is the most characters of a quote.

    >>> QuoteRules(smallest_cell=20, consent="may_quote").per_respondent
    2
    """

    smallest_cell: int = 10
    per_respondent: int = 2
    rare: int = 2
    consent: str | None = None
    longest: int = 500


@dataclass(frozen=True, eq=False)
class GatedQuotes:
    """Quotes as the machine leaves them: a row each, 'to review' or 'held back' with the reasons.

    ``table`` has ``quote_id, code, quote`` (redacted), the attributes that may stand beside it ('' where left
    out), ``status, reasons, rare_words, removed`` (how many stretches were taken out of it) and
    ``content_sha256``, what a signature is of. ``respondents`` has each quote's person; it is private, and so
    is what was held back.
    """

    table: pd.DataFrame
    respondents: dict[str, str]
    attributes: tuple[str, ...]
    rules: QuoteRules


def gate_quotes(
    quotes: pd.DataFrame,
    texts: Mapping[str, str],
    respondents: Mapping[str, str],
    *,
    attributes: pd.DataFrame | None = None,
    rules: QuoteRules | None = None,
    consent: Mapping[str, str] | None = None,
    earlier: Mapping[str, int] | None = None,
    engine: str | None = "spacy",
) -> GatedQuotes:
    """Quotes through the gate that a machine can keep; a person must still read and sign each.

    ``quotes`` has ``unit_id, code, start, end`` (code points of the unit's text), the best first. ``texts``
    are all texts of the study, by unit (a name found in one is taken out of all), ``respondents`` says whose
    each unit is. ``attributes`` is people x columns, in the order of their worth: from the last on they are
    left out until ``smallest_cell`` people share those that stay. ``earlier`` counts the quotes of a person
    that went out before. Held back are quotes without consent, of too few people even without attributes, one
    too many of a person, empty, too long, and repeats. Raises ``InputError`` for missing columns and unknown
    units. ``rules`` are the numbers to hold to (``QuoteRules()`` if None); ``engine`` is that of
    ``redact_texts``.

    >>> said = {"u1": "Dr Patel was kind to us all", "u2": "Nobody rang"}
    >>> quotes = pd.DataFrame({"unit_id": ["u1"], "code": ["care"], "start": [0], "end": [17]})
    >>> few = QuoteRules(smallest_cell=2)
    >>> done = gate_quotes(quotes, said, {"u1": "p1", "u2": "p2"}, rules=few, engine=None)
    >>> done.table.loc[0, ["quote", "status"]].tolist()
    ['[name removed] was kind', 'to review']
    """
    rules = rules or QuoteRules()
    if missing := {"unit_id", "code", "start", "end"} - set(quotes.columns):
        raise InputError(f"The quotes lack the columns {', '.join(sorted(missing))}.")
    units = [str(unit) for unit in quotes["unit_id"]]
    if unknown := sum(unit not in texts or unit not in respondents for unit in units):
        raise InputError(f"{unknown} of {len(units)} quotes are of units that are not in the texts given.")
    people = list(dict.fromkeys(str(person) for person in respondents.values()))
    beside = _read_attributes(attributes, people)
    ids, said = list(texts), [str(text) for text in texts.values()]
    redacted = redact_texts(said, ids=ids, mode="removed", engine=engine)
    carried, _ = carry_codes(quotes[["unit_id", "code", "start", "end"]].assign(quote="x"), redacted, said)
    counted = Counter(word for text in redacted.texts for word in set(_words(text)))
    used = Counter(dict(earlier or {}))
    seen: set[str] = set()
    rows, owners = [], {}
    names = list(beside.columns)
    sizes = [beside.groupby(names[:n]).size().to_dict() if n else {} for n in range(len(names) + 1)]
    places = zip(quotes["start"].tolist(), quotes["end"].tolist(), strict=True)
    for unit, (start, end), row in zip(units, places, carried.to_dict("records"), strict=True):
        quote, person = " ".join(str(row["quote"]).split()), str(respondents[unit])
        values = tuple(beside.loc[person])
        kept = _choose_shown(values, sizes, rules.smallest_cell)
        reasons = _list_reasons(quote, person, rules, consent, len(people), seen, used)
        if not reasons:
            used[person] += 1
            seen.add(quote.casefold())
        rare = sorted({w for w in _words(quote) if counted[w] <= rules.rare}, key=lambda w: (counted[w], w))
        shown = {
            name: value if i < kept else "" for i, (name, value) in enumerate(zip(names, values, strict=True))
        }
        quote_id = name_quote(unit, str(row["code"]), int(start), int(end))
        owners[quote_id] = person
        rows.append(
            {
                "quote_id": quote_id,
                "code": str(row["code"]),
                "quote": quote,
                **shown,
                "status": HELD if reasons else TO_REVIEW,
                "reasons": "; ".join(reasons),
                "rare_words": ", ".join(rare[:_SHOWN]),
                "removed": len(_REMOVED.findall(quote)),
                "content_sha256": hash_content(str(row["code"]), quote, shown),
            }
        )
    columns = ["quote_id", "code", "quote", *names, *QUOTE_COLUMNS[3:]]
    return GatedQuotes(pd.DataFrame(rows, columns=columns), owners, tuple(names), rules)


def name_quote(unit_id: str, code: str, start: int, end: int) -> str:
    """The id of a quote: the same wherever the same stretch of the same text is quoted for the same code.

    ``start`` and ``end`` are code points of the text as it was coded, before any redaction.

    >>> name_quote("u1", "care", 0, 17)
    'q9eb863bbf4bd'
    """
    return f"q{sha256_of([unit_id, code, str(start), str(end)])[:12]}"


def hash_content(code: str, quote: str, attributes: Mapping[str, str]) -> str:
    """The sha256 of what would stand in print: the code, the quote and the attributes beside it.

    >>> hash_content("care", "They rang", {}) == hash_content("care", "They  rang", {})
    False
    """
    return sha256_of([code, quote, sorted((str(k), str(v)) for k, v in attributes.items())])


def limit_quotes(rules: QuoteRules, *, rule_base: int) -> QuoteRules:
    """The rules with a smallest cell that is no smaller than the base of the rule for tables.

    >>> limit_quotes(QuoteRules(smallest_cell=3), rule_base=10).smallest_cell
    10
    """
    return replace(rules, smallest_cell=max(rules.smallest_cell, rule_base))


def _read_attributes(attributes: pd.DataFrame | None, people: Sequence[str]) -> pd.DataFrame:
    if attributes is None:
        return pd.DataFrame(index=pd.Index(people))
    table = attributes.set_axis(attributes.index.astype(str), axis=0)
    if missing := len(set(people) - set(table.index)):
        raise InputError(f"{missing} of {len(people)} people have no row in the attributes.")
    if taken := sorted(set(map(str, table.columns)) & set(QUOTE_COLUMNS)):
        raise InputError(f"Attributes are named like columns of the quotes: {', '.join(taken)}. Rename them.")
    asked: pd.DataFrame = table.loc[list(people)].astype(str)
    stripped: pd.DataFrame = asked.apply(lambda column: column.str.strip())
    return stripped


def _choose_shown(values: Sequence[str], sizes: Sequence[Mapping[object, int]], smallest: int) -> int:
    """How many of the attributes, from the first on, enough people share."""
    for n in range(len(values), 0, -1):
        if sizes[n].get(tuple(values[:n]), sizes[n].get(values[0], 0) if n == 1 else 0) >= smallest:
            return n
    return 0


def _list_reasons(
    quote: str,
    person: str,
    rules: QuoteRules,
    consent: Mapping[str, str] | None,
    people: int,
    seen: set[str],
    used: Counter[str],
) -> list[str]:
    """Why a quote is held back, all reasons; the limit is told where nothing else holds it."""
    reasons = []
    if not _WORD.search(_REMOVED.sub(" ", quote)):
        reasons.append("nothing is left of it")
    if len(quote) > rules.longest:
        reasons.append(f"longer than {rules.longest} characters")
    if people < rules.smallest_cell:
        reasons.append(f"fewer than {rules.smallest_cell} people in all")
    if consent is not None and str(consent.get(person, "")).strip().casefold() not in _YES:
        reasons.append("no consent to be quoted")
    if quote.casefold() in seen:
        reasons.append("the same words are quoted already")
    if not reasons and used[person] >= rules.per_respondent:
        reasons.append(f"more than {rules.per_respondent} quotes of one person")
    return reasons


def _words(text: str) -> list[str]:
    return [match.group().casefold() for match in _WORD.finditer(_REMOVED.sub(" ", text))]
