"""Names of schools, trusts, organisations and places, by what they are called and by a list of places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textmine.privacy.found import Found
from textmine.privacy.lexicon import (
    NO_NAME,
    PLACES_FIRST,
    as_set,
    is_given,
    is_word,
    place_starts,
    places,
)
from textmine.privacy.wording import Word, Wording
from textmine.spans import Span

_I = re.IGNORECASE
_SCHOOL_KIND = as_set(
    """
    primary infant infants junior juniors academy high school schools college nursery grammar secondary
    preschool kindergarten sixth prep preparatory comprehensive middle first
    """
)
_TRUST_KIND = as_set("trust mat federation academies")
_ORGANISATION_KIND = as_set(
    """
    council hospital diocese university partnership alliance hospice surgery infirmary clinic archdiocese
    borough consortium collegiate foundation
    """
)
_SIDES = as_set("north south east west")
_ALL_KINDS = _SCHOOL_KIND | _TRUST_KIND | _ORGANISATION_KIND
#: Words that stand between a school's name and its kind, or are part of many names, and name no one school.
_FILLERS = as_set(
    """
    primary infant infants junior juniors academy academies high school schools college nursery grammar
    secondary sixth form community church of england catholic roman rc ce cofe c e va vc voluntary aided
    controlled special free first middle upper lower prep preparatory comprehensive and the multi trust
    mat federation partnership alliance learning teaching education educational county city district
    borough metropolitan council hospital diocese diocesan university general infirmary centre
    co-operative cooperative boys girls boys' girls' in at for on under upon enterprise technology sports
    language specialist village memorial endowed foundation children's nhs hub health care group schools'
    local authority unitary independent state church junior's national international medical virtual
    early years stage key
    breakfast after sister sunday saturday summer night boarding day training forest studio improvement
    standards support service services leadership apprenticeship staff pathfinder host sponsor trusts
    wrap-around holiday sports teacher headteacher behaviour inclusion music arts reading writing language
    professional development excellence surgery clinic hospice consortium archdiocese collegiate research
    """
)
_NUMBERS = as_set("two three four five six seven eight nine ten")
_SOFT_FILLERS = as_set("and of the on under upon le la & with st by cum")
_GENERIC_FIRST = as_set(
    """
    our the a an this that these those their your his her my its each every any some no one two three four
    five six seven eight nine ten all most many other another which what local good outstanding big small
    large new old single stand-alone standalone whole same different nearby neighbouring feeder partner
    host home former current previous mainstream maintained private public rural urban inner outer year
    head deputy ofsted dfe lea la send sen pupil headteacher teacher governors when where if as in at for
    from with by to of on and but or so then we they i he she it is was are were has have had do did not
    because while since after before multi being having join joined leave left via per like about between
    both either neither apple google microsoft mental public social children adult work working good
    better best worst great formal informal soft hard strong weak closer strategic joint local regional
    national voluntary equal real true genuine
    """
)
_SAINT = re.compile(
    r"\bS(?:t|aint)s?\b\.?[ \u00a0](?P<name>[A-Z][\w]+(?:['’]s?\b)?)"
    r"(?:(?: and| &) (?:S(?:t|aint)\.? )?[A-Z][\w]+(?:['’]s?\b)?(?! (?:and|&)))?"
)
_ROAD = re.compile(
    r"\b(?:[A-Z][\w'’-]+ ){1,2}(?:Street|Road|Lane|Avenue|Close|Drive|Crescent|Terrace|Gardens|"
    r"Estate|Way|Mews)\b"
)
_IN = re.compile(
    r"\b(?:in|at|near|outside|around|towards|(?:side|middle|outskirts|part|centre|bit|edge|north|"
    r"south|east|west) of|based in|live in|lives in|moved to|from|to|over in|up in|down in|out at|of|"
    r"across|like)\s+"
    r"(?:the )?$",
    _I,
)
_SURE_IN = re.compile(
    r"\b(?:(?:side|middle|outskirts|part|centre|bit|edge|north|south|east|west) of|in|near|outside|"
    r"(?:drive|drove|driving|travel(?:s|led|ling)?|commut\w+|train|bus|coach|moved?|moving|relocat\w+|miles|comes?|"
    r"came|sent) (?:to|from)|"
    r"at|towards|around|live in|lives in|moved to|over at|out at|over to|up at)\s+$",
    _I,
)
_SUBJECT = re.compile(
    r"\s*(?:,|and|&|/|or)\s*(?:writing|maths|phonics|spelling)|\s+(?:age|ages|scores?|books?|week|"
    r"skills|lessons?|levels?|recovery|comprehension|list|corner|buddies|journey|diet|water|chairs?)\b",
    _I,
)
_SUBJECT_BEFORE = re.compile(
    r"\b(?:writing|maths|phonics|progress in|results in|attainment in|levels in|support in|struggles "
    r"in|improve(?:d|ment)? in)(?:\s*(?:,|and|&|/|or))?\s+$",
    _I,
)


_CAP = r"[A-Z][\w'’]+(?:-[\w'’]+)*"
_YSGOL = re.compile(
    rf"\bYsgol(?: (?:y|yr|{_CAP})){{1,4}}|\b(?i:our lady(?:['’]s)? (?:of|and)(?: the)?) \w+(?: {_CAP})*"
)
#: English towns alone are joined so: Newton-le-Willows, Wells-next-the-Sea.
_LINKED = re.compile(
    r"\b(?P<first>[A-Z][a-z]+)(?:-(?:on|upon|under|le|la|de|by|next|cum|juxta|in|super|the|y|en))+-[A-Z][a-z]+\b"
    r"|\b(?P<spaced>[A-Z][a-z]+) (?:upon|juxta|le|next the|under) (?:[A-Z][a-z]+)\b"
)
_JOINED_PLACE = re.compile(r"(?P<it>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)(?:,| and| or| &|/)\s*$")


def find_places(wording: Wording) -> Iterator[Found]:
    """Every school, trust, organisation and place that a rule finds, overlaps and all.

    'the Academy', 'a MAT' and 'our Teaching School Hub' name none.

    >>> wording = Wording("The Academy joined Oakhelm Academies Trust; Harrogate left.")
    >>> [(found.kind, found.span.slice(wording.text)) for found in find_places(wording)]
    [('trust', 'Oakhelm Academies Trust'), ('place', 'Harrogate')]
    """
    yield from _institutions(wording)
    yield from _saints(wording)
    yield from _listed(wording)
    yield from _by_form(wording)
    for match in _ROAD.finditer(wording.text):
        first = match[0].split()[0].casefold()
        if first in {"the", "a", "our", "one", "no", "by", "any"}:
            continue
        yield Found(Span(*match.span()), "place", "street", 0.93)
    yield from _after_prepositions(wording)


def _institutions(wording: Wording) -> Iterator[Found]:
    """Runs of capitalised words that end in a kind of institution and hold a word of their own."""
    words, i = wording.words, 0
    if wording.shouted:
        return
    while i < len(words):
        if not words[i].capital:
            i += 1
            continue
        j = _run_end(wording, i)
        found = _institution_in(wording, i, j)
        if found:
            yield found
        i = j + 1


def _run_end(wording: Wording, i: int) -> int:
    words, last, j = wording.words, i, i + 1
    while j < len(words) and _joins(wording, j - 1):
        word = words[j]
        if word.capital:
            if word.begins and "." in wording.gap(j - 1) and words[j - 1].folded not in {"st", "c", "of"}:
                break
            last = j
        elif word.folded in _ALL_KINDS | {"community", "special"} and last == j - 1:
            last = j
        elif (
            word.folded not in _SOFT_FILLERS
            or word.tail
            or (word.folded in {"and", "with"} and words[j - 1].folded in _ALL_KINDS)
        ):
            break
        j += 1
    return last


def _joins(wording: Wording, i: int) -> bool:
    gap = wording.gap(i)
    tail = wording.words[i].tail
    if wording.words[i].folded == "st" and re.fullmatch(r"\.?[ \u00a0]", gap):
        return True
    return re.fullmatch(r"(?:[ \u00a0]{1,2}(?:& )?|['’]?s?['’]? |['’] | \(?)", gap) is not None or (
        bool(tail) and gap[len(tail) :].strip() == "" and "\n" not in gap
    )


def _is_our_lady(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a name begins as 'Our Lady of Lourdes' does."""
    return words[first].folded == "our" and first < last and words[first + 1].folded in {"lady", "ladys"}


def _institution_in(wording: Wording, i: int, j: int) -> Found | None:
    words = wording.words
    first = i
    if i + 2 <= j and is_given(words[i].folded) and words[i + 1].folded in {"and", "with"}:
        first = i + 2
    while first <= j and (
        (words[first].folded in _GENERIC_FIRST and not _is_our_lady(words, first, j))
        or (
            words[first].begins
            and is_word(words[first].folded)
            and words[first].folded not in {"st", "saint", "our"}
            and not _names_next(words, first, j)
            and not (
                words[j].folded == "trust"
                and first + 2 < j
                and words[first + 1].folded in _FILLERS
                and words[first].folded not in _FILLERS | NO_NAME
            )
        )
        or not words[first].capital
    ):
        first += 1
    last = j
    while last > first and words[last].folded not in _ALL_KINDS:
        last -= 1
    if last <= first:
        return _diocese_of(wording, i, j)
    own = [w for w in words[first:last] if w.folded not in _FILLERS and w.folded not in NO_NAME - {"sixth"}]
    own = [w for w in own if w.capital and not w.acronym]
    lower_kind = not words[last].capital
    if lower_kind and all(is_word(w.folded) for w in own):
        own = []
    if lower_kind and len(own) == 1 and (own[0].begins or (is_given(own[0].folded) and own[0].tail)):
        own = []
    if not own:
        return _diocese_of(wording, i, j)
    if (
        words[first].begins
        and words[first].folded in NO_NAME
        and words[first] not in own
        and not _is_our_lady(words, first, j)
    ):
        while words[first] not in own and words[first].folded not in _SIDES:
            first += 1
    kinds = {w.folded for w in words[first : last + 1]}
    kind = (
        "trust"
        if kinds & _TRUST_KIND
        else "organisation"
        if kinds & _ORGANISATION_KIND and not kinds & {"primary", "school", "academy"}
        else "school"
    )
    if (
        words[last].folded in _ORGANISATION_KIND | {"first", "middle", "schools", "trust"}
        and all(is_word(w.folded) for w in own)
        and len(own) < 2
        and words[first].begins
    ):
        return None
    first, last = _whole_name(words, i, j, first, last)
    return Found(Span(words[first].start, words[last].end), kind, "kind of institution", 0.95)


def _whole_name(words: Sequence[Word], i: int, j: int, first: int, last: int) -> tuple[int, int]:
    """The whole of a name made of everyday words: 'Three Rivers', 'Jubilee Sixth Form'."""
    while (
        last < j and words[last + 1].capital and words[last + 1].folded in {"form", "pru", "centre", "unit"}
    ):
        last += 1
    while first > i and is_word(words[first].folded) and words[first].folded not in _FILLERS:
        before = words[first - 1]
        if not before.capital or (before.folded in _GENERIC_FIRST - _NUMBERS):
            break
        first -= 1
    return first, last


def _names_next(words: list[Word], first: int, j: int) -> bool:
    """Whether an everyday word that begins a sentence is itself the name: 'Hope Academy', 'Hill Primary'."""
    return (
        first + 1 <= j
        and words[first + 1].capital
        and words[first + 1].folded in _SCHOOL_KIND - {"first", "middle", "schools"}
        and (words[first].folded not in _FILLERS | NO_NAME)
    )


def _diocese_of(wording: Wording, i: int, j: int) -> Found | None:
    """'Diocese of X', 'University of X', 'Borough of X'."""
    words = wording.words
    for k in range(i, j):
        of = k + 1 < j and words[k + 1].folded == "of"
        if words[k].folded in {"diocese", "archdiocese", "university", "borough", "county", "city"} and of:
            name = words[k + 2]
            if name.capital and (name.proper or name.folded in places()):
                return Found(Span(words[k].start, words[j].end), "organisation", "kind of institution", 0.95)
    return None


def _saints(wording: Wording) -> Iterator[Found]:
    for match in _SAINT.finditer(wording.text):
        whole = match[0].rstrip("'’")
        name = match["name"].casefold()
        if name.rstrip("s'’") in NO_NAME or name in NO_NAME:
            continue
        if name.removesuffix("'s").removesuffix("’s") in {"george's day", "patrick's day"} or re.match(
            r" Day\b", wording.text[match.end() :]
        ):
            continue
        town = whole.casefold() in places() and "'" not in whole and "’" not in whole
        yield Found(
            Span(match.start(), match.start() + len(whole)), "place" if town else "school", "saint", 0.92
        )


def _listed(wording: Wording) -> Iterator[Found]:
    """Places of the list; everyday words and people's names only where the words beside say so."""
    words, starts = wording.words, place_starts()
    taken = -1
    for i, word in enumerate(words):
        if i <= taken or not (most := _most_words(word, starts)):
            continue
        for n in range(min(most, len(words) - i), 0, -1):
            name = wording.text[word.start : words[i + n - 1].end]
            folded = re.sub(r"\s+", " ", name).casefold()
            if folded not in places():
                continue
            if n > 1 and not word.capital and not words[i + n - 1].capital:
                continue
            if n > 1 or _is_place(wording, i):
                yield Found(Span(word.start, words[i + n - 1].end), "place", "list of UK places", 0.88)
                taken = i + n - 1
            break


def _most_words(word: Word, starts: dict[str, int]) -> int:
    if word.folded in starts:
        return starts[word.folded]
    return 1 if "-" in word.folded and word.folded in places() else 0


def _is_place(wording: Wording, i: int) -> bool:
    word, before, after = wording.words[i], wording.before(i), wording.after(i)
    folded = word.folded
    if folded in NO_NAME or before.endswith(("Duke of ", "Duchess of ", "Earl of ", "Prince of ")):
        return False
    if not word.capital or (wording.shouted and is_word(folded)):
        return not is_word(folded) and not is_given(folded) and len(folded) > 4 and bool(_IN.search(before))
    if is_word(folded):
        if (joined := _JOINED_PLACE.search(before)) and joined["it"].casefold() in places():
            return not is_word(joined["it"].casefold())
        near = _SURE_IN.search(before) and not word.begins
        return bool(near) and not _SUBJECT.match(after) and not _SUBJECT_BEFORE.search(before)
    if is_given(folded) and folded not in PLACES_FIRST:
        return bool(_IN.search(before)) and not word.tail
    return True


def _by_form(wording: Wording) -> Iterator[Found]:
    """'Ysgol Bryn Derw', 'our lady of ...', 'Ashby-de-la-Zouch', 'Berwick upon Tweed'."""
    for match in _YSGOL.finditer(wording.text):
        yield Found(Span(*match.span()), "school", "what schools are called", 0.96)
    for match in _LINKED.finditer(wording.text):
        if not is_word((match["first"] or match["spaced"]).casefold()) or match[0].casefold() in places():
            yield Found(Span(*match.span()), "place", "form of a place name", 0.95)


def _after_prepositions(wording: Wording) -> Iterator[Found]:
    """An unknown capitalised word after 'in', 'near' and the like is taken for a place."""
    if wording.shouted:
        return
    for i, word in enumerate(wording.words):
        if not word.proper or word.begins or is_given(word.folded) or len(word.text) < 3:
            continue
        if _SURE_IN.search(wording.before(i)):
            last = i
            if i + 1 < len(wording.words) and wording.gap(i) == " " and wording.words[i + 1].proper:
                last = i + 1
            if word.tail and last == i and not re.search(r"\b(?:near|outside)\s+$", wording.before(i)):
                continue
            yield Found(Span(word.start, wording.words[last].end), "place", "word after a preposition", 0.7)
