"""The language of a text, told offline: English at once by its words, the others by py3langid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from textmine.cleaning.keys import plain_words, word_set

#: Words that English has and the other languages of England's schools and hospitals hardly use.
ENGLISH = word_set("""
    the and with that this these those they them their there then than have having been being were wasn wasnt
    arent isnt dont doesnt didnt cant couldnt wouldnt shouldnt wont havent hasnt hadnt im ive id youre theyre
    weve whats thats its our ours your yours you she him myself himself herself ourselves yourself because
    about after again against along already although always another any anyone anything are aren around away
    before below between both but could did does doing down during each either else enough even ever every
    everyone everything few from further get gets getting give given gives go goes going gone good great had
    hard has help helped helpful helping helps here how however if into just keep kept know knows known last
    less let like likes little long look looked lot lots made make makes making many may maybe might more most
    much must need needed needs never new next nobody nothing now of off often old once one only other others
    ought out over own part people perhaps pay paid quite rather really same saw say says see seem seems
    seen several shall should since some someone something sometimes soon still such sure take taken takes
    taking tell thank thanks thing things think thought through time times today together told too took
    towards trying under understand until up upon us use used useful using usually very want wanted wants
    was week well went what when where whether which while who whole whom whose why will without work
    worked working works worth would year years yes yet
    school schools teacher teachers teaching pupil pupils parents child children kids head heads governor
    governors trust trusts funding budget sharing shared share support supported supporting training meetings
    meeting learning staffing cover money cost costs lack workload between different similar local primary
    secondary nurse nurses doctor doctors hospital patient patients ward care caring carer carers treatment
    appointment appointments waiting wait waited phone friendly kind polite lovely excellent amazing brilliant
    professional service services driver drivers ambulance crew advice listen listened listening felt feel
    feeling better best worse quick quickly easy easier everyday nice happy pleased efficient access
    """) - {
    "on",
    "has",
    "had",
    "us",
    "her",
    "die",
    "come",
    "are",
    "but",
    "most",
    "over",
    "care",
    "id",
    "was",
    "under",
}
#: The languages that are told apart: those most spoken at home in England and Wales, and large ones besides.
LANGUAGES = tuple(
    code
    for line in (
        "en cy pl ur ar ro pa fr es pt it de bn gu so tr fa ku ps ta uk ru lt lv sk cs hu bg el zh",
        "vi ne hi sq nl sw yo ig ga gd si te ml th ja ko he am sv da no fi sr hr sl et ha sn tl my",
        "kn hy ka",
    )
    for code in line.split()
)

_ENOUGH_WORDS, _ENOUGH_LETTERS, _ENOUGH_SIGNS = 3, 12, 6
_SURE, _SURE_OF_SCRIPT = 0.7, 0.4
#: One in so many different words must be a word of English for a text to pass as English unseen.
_ONE_IN = 8
_ONE_WILL_DO = 5  # in a text of fewer words than this one of English is enough
_LINKS = re.compile(r"\S*(?:@|https?:|www\.)\S*")
_LONGEST = 600  # characters that are looked at


def tell_language(text: str) -> str:
    """ISO 639-1 code of the language a text is in; '' where it is too short or too mixed to tell.

    Texts of fewer than three words are not told, unless their script gives them away. English is known by its
    commonest words; only a text that has too few of them is put to py3langid (Lui and Baldwin 2012, a naive
    Bayes over byte n-grams), among ``LANGUAGES``.

    >>> tell_language("The staff were kind"), tell_language("Mae'r staff yn garedig iawn")
    ('en', 'cy')
    """
    words = plain_words(text)
    return language_of(text, words, len(ENGLISH.intersection(words)))


def language_of(text: str, words: list[str], english: int) -> str:
    """``tell_language`` for known ``plain_words``, ``english`` of which, each counted once, are in
    ``ENGLISH``.

    >>> language_of("We share the cost", ["we", "share", "the", "cost"], 3)
    'en'
    """
    few = len(words) < _ENOUGH_WORDS
    if english and not few and english * _ONE_IN >= len(words) and (english > 1 or len(words) < _ONE_WILL_DO):
        if english > 2 or text.isascii() or english * 3 >= len(words):
            return "en"
    elif few and text.isascii():
        return ""
    return _classify(text, words, english)


def _classify(text: str, words: list[str], english: int) -> str:
    letters = "".join(filter(str.isalpha, words)) if words else ""
    foreign = sum(char > "\u036f" for char in letters)
    if foreign < _ENOUGH_SIGNS and (len(words) < _ENOUGH_WORDS or sum(map(len, words)) < _ENOUGH_LETTERS):
        return ""
    if foreign * 2 < len(letters) and not _looks_like_prose(words):
        return ""
    code, sure = _identifier().classify(_LINKS.sub(" ", text[:_LONGEST]).lower())
    if code == "en" and not english and not text.isascii():
        return ""
    wanted = _SURE_OF_SCRIPT if foreign * 2 > len(letters) else _SURE
    return (
        str(code) if sure >= wanted and not (english and code != "en" and english * 4 >= len(words)) else ""
    )


def _looks_like_prose(words: Iterable[str]) -> bool:
    """Whether at least three words have letters alone: lists of codes and numbers are in no language."""
    return sum(word.isalpha() for word in words) >= _ENOUGH_WORDS


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages([code for code in LANGUAGES if code in known])
    return identifier
