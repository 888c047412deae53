"""Redacted texts with the way back: placeholders or consistent pseudonyms, a log, and codes carried over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from textmine.errors import InputError
from textmine.offsets import OffsetMap
from textmine.privacy.found import KINDS, NAMED, Found, check_kinds
from textmine.privacy.identifiers import find_in_texts
from textmine.privacy.lexicon import fold, is_word
from textmine.privacy.pseudonyms import assign_pseudonyms
from textmine.privacy.removal import widen_finds, word_removal
from textmine.privacy.wording import Wording
from textmine.spans import Span, find_quote

MODES = ("placeholder", "numbered", "pseudonym", "removed")
_PASSES = 3
LOG_COLUMNS = ("id", "start", "end", "kind", "replacement")


@dataclass(frozen=True, eq=False)
class Redacted:
    """Texts with what was found replaced.

    ``texts`` are in the order given. ``log`` has a row for each replacement: ``id``, ``start`` and ``end``
    (code points of the text given), ``kind`` and ``replacement``; it holds no word that was taken out.
    ``maps`` lead from each text given (raw) to the redacted one (clean) and back. ``finds`` are the finds
    with their rules, for the review.
    """

    ids: list[str]
    texts: list[str]
    log: pd.DataFrame
    maps: list[OffsetMap]
    finds: list[list[Found]]

    @property
    def counts(self) -> dict[str, int]:
        """How many stretches of each kind were replaced, kinds in their usual order."""
        counted = Counter(self.log["kind"].tolist())
        return {kind: counted[kind] for kind in KINDS if counted[kind]}


def redact_texts(
    texts: Sequence[str],
    *,
    ids: Sequence[str] | None = None,
    mode: str = "placeholder",
    key: bytes | None = None,
    kinds: Iterable[str] | None = None,
    names: bool = True,
    engine: str | None = "spacy",
    allow: Iterable[str] = (),
    deny: Iterable[str] = (),
    finds: Sequence[Sequence[Found]] | None = None,
) -> Redacted:
    """The texts of a study with what may identify somebody replaced, each time in the same way.

    ``mode`` 'placeholder' puts ``[PERSON]``, ``[EMAIL]`` and so on; 'numbered' puts ``[PERSON_1]``, the same
    number for the same words (and for 'Jo' and 'Jo Merrifield', where only one full name holds 'Jo');
    'removed' puts ``[name removed]`` for quotes in a report, titles and hospital wards taken out too;
    'pseudonym' puts made-up names for people, schools, trusts, organisations and places, chosen by the secret
    ``key`` (16 bytes or more; keep it apart from the data), and placeholders for the rest. The same name gets
    the same pseudonym in every text. ``ids`` are those of the log (0, 1, ... where None). ``finds`` replaces
    the search by finds already settled, for instance after a review; the other options are those of
    ``find_in_texts``. Redacting a redacted text changes nothing. No method finds all: have a sample checked.
    Raises ``InputError`` for a mode, kind or key that will not do.

    ``kinds`` limits what is looked for; words in ``allow`` are left, those in ``deny`` always taken out.
    ``engine`` is what finds names by their place in a sentence: 'spacy', 'presidio' or None for none.

    >>> done = redact_texts(["Ask Mrs Patel, office@example.org."], engine=None)
    >>> done.texts
    ['Ask Mrs [PERSON], [EMAIL].']
    >>> done.log.to_dict("records")[0]
    {'id': '0', 'start': 8, 'end': 13, 'kind': 'person', 'replacement': '[PERSON]'}
    """
    texts = list(texts)
    named = [str(i) for i in (range(len(texts)) if ids is None else ids)]
    if len(named) != len(texts):
        raise InputError(f"{len(named)} ids for {len(texts)} texts. Give each text an id.")
    if mode not in MODES:
        raise InputError(f"No mode {mode!r}. Choose among: {', '.join(MODES)}.")
    if mode == "pseudonym" and (key is None or len(key) < 16):
        raise InputError(
            "Pseudonyms need a secret key of 16 bytes or more. Give one with key= or --key-file."
        )
    check_kinds(kinds)
    if finds is None:
        settled = find_in_texts(texts, kinds=kinds, names=names, engine=engine, allow=allow, deny=deny)
    else:
        settled = [sorted(found, key=lambda f: f.span) for found in finds]
    widen = mode == "removed" and finds is None and (kinds is None or "place" in kinds)
    if widen:
        settled = [widen_finds(text, found) for text, found in zip(texts, settled, strict=True)]
    done = _apply(named, texts, settled, _replacer(texts, settled, mode, key))
    for _ in range(_PASSES if finds is None else 0):  # a name may come to light when others have gone
        changed = [i for i, made in enumerate(done.maps) if not made.is_identity]
        again = find_in_texts(
            [done.texts[i] for i in changed], kinds=kinds, names=names, engine=engine, allow=allow, deny=deny
        )
        if not any(again):
            break
        for i, found in zip(changed, again, strict=True):
            settled[i] = _join_finds(settled[i], found, done.maps[i])
        done = _apply(named, texts, settled, _replacer(texts, settled, mode, key))
    return done


def carry_codes(codes: pd.DataFrame, redacted: Redacted, texts: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """Codings of the texts given, moved onto the redacted texts; and how many could not be placed.

    ``codes`` is long: a column of ids (unit_id, comment_id, doc_id or id) and ``start``, ``end`` or a
    ``quote`` or ``evidence``. Offsets are moved so that each stretch covers what it covered before; one that
    cuts a replaced name takes in the whole replacement. Quotes are cut anew from the redacted text. Where a
    row cannot be placed (unknown id, offsets beyond the text, a quote that is not in it) its offsets and
    quote are left empty rather than unredacted. Raises ``InputError`` where the columns are not there.

    >>> done = redact_texts(["Jo Merrifield helps us"], engine=None)
    >>> codes = pd.DataFrame({"id": ["0"], "code": ["help"], "start": [14], "end": [22]})
    >>> carry_codes(codes, done, ["Jo Merrifield helps us"])[0].iloc[0].to_dict()
    {'id': '0', 'code': 'help', 'start': '9', 'end': '17'}
    """
    unit = next((c for c in ("unit_id", "comment_id", "doc_id", "id") if c in codes.columns), None)
    quotes = [c for c in ("quote", "evidence") if c in codes.columns]
    offsets = {"start", "end"} <= set(codes.columns)
    if unit is None or not (offsets or quotes):
        raise InputError(
            f"The codes have the columns {', '.join(map(str, codes.columns))}. Wanted: "
            "an id (unit_id, comment_id, doc_id or id) and start, end or a quote."
        )
    place = {name: i for i, name in enumerate(redacted.ids)}
    new: dict[str, list[str]] = {c: [] for c in (*quotes, *(("start", "end") if offsets else ()))}
    lost = 0
    for cells in codes.to_dict("records"):
        empty = not any(_filled(cells[c]) for c in (*quotes, *(("start", "end") if offsets else ())))
        span = None if empty else _place(cells, texts, place.get(str(cells[unit])), offsets, quotes)
        lost += span is None and not empty
        i = place.get(str(cells[unit]))
        now = redacted.maps[i].to_clean(span) if span is not None and i is not None else None
        said = now.slice(redacted.texts[i]) if now is not None and i is not None else ""
        for column in quotes:
            new[column].append(said if _filled(cells[column]) else "")
        if offsets:
            new["start"].append("" if now is None else str(now.start))
            new["end"].append("" if now is None else str(now.end))
    return codes.assign(**new), lost


def _join_finds(first: list[Found], later: list[Found], back: OffsetMap) -> list[Found]:
    """The finds of a text and those of its redacted form, as finds of the text; what meets becomes one."""
    joined = list(first)
    for one in later:
        span = back.to_raw(one.span)
        met = [f for f in joined if f.span.overlaps(span)]
        whole = Span(
            min([span.start, *(f.span.start for f in met)]), max([span.end, *(f.span.end for f in met)])
        )
        joined = [f for f in joined if f not in met] + [Found(whole, one.kind, one.rule, one.score)]
    return sorted(joined, key=lambda f: f.span)


def _filled(cell: object) -> bool:
    return cell is not None and cell == cell and str(cell).strip() != ""


def _place(
    cells: Mapping[Any, Any], texts: Sequence[str], i: int | None, offsets: bool, quotes: Sequence[str]
) -> Span | None:
    """The span of a coding in its text, by its offsets or else by its quote."""
    if i is None:
        return None
    if offsets and _filled(cells["start"]) and _filled(cells["end"]):
        try:
            span = Span(int(float(cells["start"])), int(float(cells["end"])))
        except ValueError:
            return None
        return span if span.end <= len(texts[i]) else None
    said = [str(cells[c]) for c in quotes if _filled(cells[c])]
    return find_quote(said[0], texts[i]) if said else None


def _apply(
    ids: list[str], texts: list[str], finds: list[list[Found]], replace: Callable[[int, Found], str]
) -> Redacted:
    rows, done, maps = [], [], []
    for i, (text, found) in enumerate(zip(texts, finds, strict=True)):
        parts, edits, end = [], [], 0
        for one in found:
            now = replace(i, one)
            parts += [text[end : one.span.start], now]
            edits.append((one.span.start, one.span.end, now))
            end = one.span.end
            rows.append((ids[i], one.span.start, one.span.end, one.kind, now))
        done.append("".join([*parts, text[end:]]))
        maps.append(OffsetMap.from_edits(len(text), edits))
    return Redacted(ids, done, pd.DataFrame(rows, columns=list(LOG_COLUMNS)), maps, finds)


def _replacer(
    texts: list[str], finds: list[list[Found]], mode: str, key: bytes | None
) -> Callable[[int, Found], str]:
    if mode == "numbered":
        numbers = _number(texts, finds)
        return lambda i, found: f"[{found.kind.upper()}_{numbers[_identity(texts[i], found)]}]"
    if mode == "pseudonym" and key is not None:
        made = _make_pseudonyms(texts, finds, key)
        return lambda i, found: _rename(texts[i], found, made) if found.kind in NAMED else _placeholder(found)
    if mode == "removed":
        return lambda i, found: word_removal(found)
    return lambda i, found: _placeholder(found)


def _placeholder(found: Found) -> str:
    return f"[{found.kind.upper()}]"


def _identity(text: str, found: Found) -> tuple[str, str]:
    words = found.span.slice(text)
    if found.kind in NAMED:
        return found.kind, " ".join(w.folded for w in Wording(words).words) or fold(words)
    return found.kind, "".join(c for c in words.casefold() if c.isalnum())


def _number(texts: list[str], finds: list[list[Found]]) -> dict[tuple[str, str], int]:
    """A number for each identity by kind, in the order of first mention; 'Jo' joins 'Jo Merrifield'."""
    mentions = [_identity(text, f) for text, found in zip(texts, finds, strict=True) for f in found]
    full = {identity for identity in mentions if identity[0] == "person" and " " in identity[1]}
    holders: dict[str, set[tuple[str, str]]] = {}
    for identity in full:
        for part in identity[1].split():
            holders.setdefault(part, set()).add(identity)
    numbers: dict[tuple[str, str], int] = {}
    count: Counter[str] = Counter()
    for identity in mentions:
        kind, words = identity
        alone = kind == "person" and len(holders.get(words, ())) == 1
        whole = next(iter(holders[words])) if alone else identity
        if whole not in numbers:
            count[kind] += 1
            numbers[whole] = count[kind]
        numbers[identity] = numbers[whole]
    return numbers


def _make_pseudonyms(texts: list[str], finds: list[list[Found]], key: bytes) -> dict[str, str]:
    """A made-up word for each word of a name that is found, none of them a word of the study."""
    names: set[str] = set()
    for text, found in zip(texts, finds, strict=True):
        names |= {w for f in found if f.kind in NAMED for w in _own_words(text, f)}
    taken = {word.folded for text in texts for word in Wording(text).words}
    return assign_pseudonyms(names, key=key, taken=taken)


def _own_words(text: str, found: Found) -> list[str]:
    """The words of a name that tell who or which; for schools and the like not 'Primary' or 'Trust'."""
    words = [w.folded for w in Wording(found.span.slice(text)).words]
    if found.kind == "person":
        return words
    own = [w for w in words if not is_word(w) and w not in {"st", "saint"}]
    return own or words[:1]


def _rename(text: str, found: Found, made: dict[str, str]) -> str:
    """The find with each word of its own replaced; capitals, initials and what stands between are kept."""
    here = found.span.slice(text)
    own = set(_own_words(text, found))
    if all(len(word) == 1 for word in own):
        return _placeholder(found)  # 'Mr B': a made-up letter would look like a real one
    parts, end = [], 0
    for word in Wording(here).words:
        if word.folded in own:
            name = made[word.folded]
            parts += [here[end : word.start], name[0] if len(word.text) == 1 else name]
            end = word.end
    return "".join([*parts, here[end:]]) if parts else _placeholder(found)
