"""Names of people by rule: titles, words beside them, lists of names, initials and sign-offs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textmine.privacy.found import Found
from textmine.privacy.lexicon import (
    NAME_LIKE_WORDS,
    NO_NAME,
    PLACES_FIRST,
    SELDOM_NAMES,
    as_set,
    fold,
    given_names,
    is_given,
    is_surname,
    is_word,
    places,
    surnames,
)
from textmine.privacy.wording import Word, Wording
from textmine.spans import Span

_I = re.IGNORECASE
#: Words that stand before a name and are left outside the find.
TITLES = as_set(
    """
    mr mrs ms miss mx dr prof professor sir dame lord lady rev revd reverend fr father canon cllr
    councillor sister sr brother pastor imam rabbi bishop archdeacon nurse sgt sergeant pc wpc capt
    captain major colonel col lt lieutenant auntie aunty uncle aunt madame mme monsieur señor herr coach
    """
)
_PLAIN_TITLES = as_set("mr mrs ms mx dr prof cllr revd")  # titles in lower case too
_PARTICLES = as_set(
    """
    de del della der den van von bin ibn al el ul le la du da dos ap ab mac mc st abu bint
    """
)
_JOBS = (
    "head(?:teacher| teacher|master|mistress)?|chair(?:man|woman|person)?|deputy|senco|sendco|sbm|"
    "bursar|clerk|principal|"
    "ceo|coo|cfo|caretaker|secretary|governor|vicar|teacher|ta|doctor|gp|nurse|matron|midwife|"
    "consultant|surgeon|"
    "physio|receptionist|manager|director|co-?ordinator|officer|lead|colleague|friend|husband|wife|"
    "partner|son|"
    "daughter|sister|brother|mum|dad|mother|father|neighbour|boss|counterpart|successor|predecessor|"
    "carer|keyworker|"
    "key worker|social worker|therapist|counsellor|paramedic|dentist|cook|cleaner|lollipop (?:lady|"
    "man)|adviser|advisor|"
    "treasurer|trustee|admin|administrator|technician|apprentice|pupil|child|girl|boy|lad|nan|gran|"
    "auntie|uncle"
)
_CUE_BEFORE = re.compile(
    r"(?:\b(?:calls? me|calls? him|calls? her|surname is|last name is|maiden name is|"
    r"my name is|my name's|name is|name's|names are|named|called|known as|nicknamed|i am|i'm|"
    r"this is|it's|"
    r"signed|dear|hi|hello|hiya|hey|morning|ask|asked|asking|ask for|spoke to|spoke with|speak to|"
    r"speaking to|talk to|talked to|"
    r"speaking with|contact|ring|rang|phone|phoned|call|email|emailed|e-mail|message|text|texted|see|"
    r"thank|thanks to|"
    r"thank you to|thank you|thanks|cheers|well done|shout ?out to|credit to|hats off to|kudos to|"
    r"grateful to|"
    r"bless|married to|replaced by|taken over by|covered by|led by|run by|chaired by|taught by|like "
    r"our|and then|"
    rf"(?:(?:our|my|the|her|his|their|your|a|new|old|previous|former|then|current|acting|interim|"
    rf"lovely) )(?:[\w-]+ )?(?:{_JOBS})s?,?|"
    rf"(?:{_JOBS}),? (?:is|was|called|named|name)|(?:{_JOBS}) (?:at|of|in|for) [\w ]{{2,30}},)|(?:^|"
    rf"[^\w\s]\s*)(?:{_JOBS}),?|\b(?:called|named)[, ][^.!?]{{0,25}},)"
    r"[\s:,(\"“'‘-]{1,3}$",
    _I,
)
_SURE_CUE = re.compile(
    r"\b(?:calls? me|my name is|my name's|name is|named|called|dear|nicknamed|known as)[\s:,(\"“'‘-]{1,3}$",
    _I,
)
_DOES = re.compile(
    r"(?:,?\s+who\b|,?\s+whose\b)|\s+(?:said|says|told|tells|thinks|thought|reckons|reckoned|rang|"
    r"phoned|emailed|asked|asks|knows|knew|went|came|left|"
    r"retired|retires|resigned|joined|started|moved|took|takes|runs|ran|leads|led|does|did|has|had|"
    r"was|is|got|gets|"
    r"made|makes|helps|helped|works|worked|wants|wanted|used|and (?:i|her|his|the)\b|(?:in|at) "
    r"(?:the )?(?:office|kitchen|finance|academy|school|primary|trust|council|surgery|"
    r"reception|admin|it|hr)|from (?:the )?(?:office|finance|reception|admin|hr|it)|at (?:the "
    r")?(?:office|desk|front)|"
    r"who\b|whose\b|herself|himself|on reception)",
    _I,
)
_AT = re.compile(
    r"\s+(?:in|at|from) (?:the |our |your |their )?(?:office|kitchen|finance|reception|admin|hr|"
    r"academy|school|primary|front desk)\b",
    _I,
)
_SAYS = re.compile(
    r"\s+(?:said|says|told|tells|reckons|reckoned|rang|phoned|emailed|thinks|thought|retired|herself|"
    r"himself)\b",
    _I,
)
_REACH = re.compile(r"\s*[,:;(–-]?\s*(?:on |at |- )?(?:\+44|0\d{2,4}|[\w.+-]+@)")
_SIGN_OFF = re.compile(
    r"(?:\b(?:thanks|thank you|thx|regards|wishes|cheers|best|yours|sincerely|faithfully|love|signed|"
    r"ta)\b[\s,.!–—-]*"
    r"|[\n\r]\s*[-–—]?\s*|[.!?,]?\s[-–—]{1,2}\s?|x+\s*)$",
    _I,
)
_END = re.compile(r"^[\s.!)x,]*$", _I)
_INITIAL = re.compile(
    r"(?<![\w.&])(?:[A-Z]\.\s?){1,3}(?P<name>[A-Z][\w'’]+(?:-[A-Z][\w'’]+)?)|(?<![\w.&])[A-Z]{1,2} "
    r"(?P<plain>[A-Z][a-z'’]+(?:-[A-Z][a-z]+)?)"
)
_LABEL = re.compile(
    r"^[ \t]*(?P<it>[A-Z][a-z\u00df-\u00ff]+(?: [A-Z][a-z\u00df-\u00ff]+)?):(?=[ \t]?\S)", re.MULTILINE
)
_PLAIN_INITIAL = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr|prof|fr|rev|revd|canon|cllr)\.?\s(?P<it>(?:[a-z]\.\s?){1,3}[a-z][\w'’-]+)", _I
)
_FAMILY = re.compile(r"\bthe (?P<it>[A-Z][a-z'’]+s)\b(?!['’])")
_ORG_WORD = re.compile(
    r"^\s+(?:primary|infants?|juniors?|academy|academies|high|school|college|trust|federation|"
    r"council|hospital|road|street|"
    r"lane|avenue|close|drive|nursery|church|house|park|centre|center|foundation|award|report|review|"
    r"multi|mat|grammar|"
    r"county|district|borough|city|town|village|university|sixth|c of e|cofe|rc)\b",
    _I,
)
_MONTH_BEFORE = re.compile(
    r"(?:\b(?:in|by|of|since|until|till|from|last|next|this|early|late|mid|to|every|before|after)|"
    r"\d(?:st|nd|rd|th)?)[\s-]*$",
    _I,
)
_MONTH_AFTER = re.compile(r"\s*(?:[\d/‘'’-]|and feb|feb|to\b|sales|mocks?|term|inset)", _I)
_ARTICLE = re.compile(r"\b(?:the|a|an|this|that|some|any|no|every)\s+$", _I)
_LAW = re.compile(r"['’]s (?:Law|Day|Act|Award|Fund|Prize)\b")
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|around|across|outside|towards|throughout|via)\s+$", _I)


def find_people(wording: Wording) -> Iterator[Found]:
    """Every name that a rule finds in a text, overlaps and all; a title is left outside the span.

    >>> wording = Wording("Ask Jo Merrifield or mrs patel, says J. Smith.")
    >>> [found.span.slice(wording.text) for found in find_people(wording)]
    ['Jo Merrifield', 'patel', 'J. Smith']
    """
    taken = -1
    for i, word in enumerate(wording.words):
        if i <= taken:
            continue
        rule, score = _judge(wording, i)
        if rule:
            last = _reach(wording, i)
            yield Found(Span(word.start, wording.words[last].end), "person", rule, score)
            taken = last
    yield from _with_initials(wording)
    for match in _LABEL.finditer(wording.text):
        folded = fold(match["it"])
        if not is_word(folded) and folded not in places() and not match["it"].isupper():
            yield Found(Span(*match.span("it")), "person", "speaker label", 0.8)


def _judge(wording: Wording, i: int) -> tuple[str, float]:
    """Which rule makes word ``i`` the first of a name, and how sure it is; ('', 0) where none does."""
    word = wording.words[i]
    if _ORG_WORD.match(wording.after(i)) and not word.tail:
        return "", 0.0
    if _has_title(wording, i):
        return "title", 0.97
    folded = word.folded
    if folded in NO_NAME and folded not in {"may", "april", "june"}:
        return "", 0.0
    if (folded in NAME_LIKE_WORDS or not word.capital) and _ARTICLE.search(wording.before(i, 12)):
        return "", 0.0
    if _LAW.match(word.tail + wording.after(i, 12)):
        return "", 0.0
    if word.acronym and not wording.shouted:
        named = is_given(folded) and _SURE_CUE.search(wording.before(i)) is not None
        return ("given name after a cue", 0.8) if named else ("", 0.0)
    if word.capital and not wording.shouted:
        return _judge_capital(wording, i, word)
    return _judge_plain(wording, i, word)


def _judge_capital(wording: Wording, i: int, word: Word) -> tuple[str, float]:
    folded, before, after = word.folded, wording.before(i), wording.after(i)
    cued = bool(_CUE_BEFORE.search(before))
    signed = (bool(_END.match(after)) and bool(_SIGN_OFF.search(before))) or _signs_with_two(wording, i)
    placed = bool(_PLACE_BEFORE.search(before)) and not word.tail
    surname_next = _is_surname_next(wording, i)
    if folded == "jan":
        month = (_MONTH_BEFORE.search(before) or _MONTH_AFTER.match(after)) and not _AT.match(after)
        return ("", 0.0) if month and not surname_next else ("given name", 0.85)
    if is_given(folded):
        if folded in places() and placed and not surname_next:
            return "", 0.0
        if folded in PLACES_FIRST and not (cued or surname_next or signed or word.tail or _SAYS.match(after)):
            return "", 0.0
        return ("given name", 0.9) if not placed or surname_next else ("given name", 0.8)
    if folded in NAME_LIKE_WORDS:
        if surname_next and (not word.begins or not is_word(wording.words[i + 1].folded)):
            return "given name and surname", 0.85
        if _SURE_CUE.search(before) or signed or (_SAYS.match(after) or _REACH.match(after)):
            return "given name by the words beside it", 0.85
        if folded in SELDOM_NAMES:
            strong = cued or (not word.begins and (word.tail or _DOES.match(after)) and folded not in _MONTHS)
            return (
                ("given name by the words beside it", 0.8) if strong and folded not in _MONTHS else ("", 0.0)
            )
        if not word.begins or cued or _DOES.match(after) or surname_next or word.tail:
            return "given name", 0.85
        return "", 0.0
    if is_word(folded) or placed or (folded in places() and not signed):
        return "", 0.0
    if cued and not word.acronym:
        return "words before", 0.85
    if signed or _REACH.match(after):
        return "sign-off", 0.85
    if not word.acronym and (_SAYS.match(after) or (not word.begins and _AT.match(after))):
        return "words after", 0.8
    if folded in surnames() and not word.begins and not word.acronym:
        return "surname", 0.75
    return "", 0.0


def _judge_plain(wording: Wording, i: int, word: Word) -> tuple[str, float]:
    """A name without its capital, or in a text that is all capitals: by the lists and surer words alone."""
    folded, before = word.folded, wording.before(i)
    if before[-1:].isdigit():  # '20min'
        return "", 0.0
    if (
        _SURE_CUE.search(before)
        and folded in given_names()
        and (is_given(folded) or folded in NAME_LIKE_WORDS)
    ):
        return "given name after a cue", 0.85
    if (
        not is_given(folded)
        or folded in places()
        or (word.acronym and len(folded) < 4 and not wording.shouted)
    ):
        return "", 0.0
    cued = bool(_CUE_BEFORE.search(before)) or bool(_DOES.match(wording.after(i))) or bool(word.tail)
    if (len(folded) > 3 and folded not in _UNSURE_PLAIN) or cued:
        return "given name, lower case", 0.8
    return "", 0.0


_MONTHS = frozenset({"may", "april", "june", "summer", "autumn"})
_UNSURE_PLAIN = as_set(
    """
    mari sami amin asia diva nova mali china india kenya chad jordan israel paris sydney georgia dallas
    ping hong shan jing ning kang yong min corona
    austin lima roma sofia santa mama papa nana baba deva veda kala gala cali cari emery
    """
)


def _has_title(wording: Wording, i: int) -> bool:
    if i == 0:
        return False
    title, word, gap = wording.words[i - 1], wording.words[i], wording.gap(i - 1)
    if title.folded not in TITLES or title.tail or not re.fullmatch(r"\.?[ \u00a0]{0,2}", gap):
        return False
    if len(word.text) < 2 and not word.capital:
        return False
    named = is_given(word.folded) or is_surname(word.folded)
    if title.capital and word.capital and not wording.shouted:
        if title.folded in _PLAIN_TITLES or title.folded in {"miss", "sir", "professor", "canon", "reverend"}:
            return word.folded not in NO_NAME or named
        return named or not is_word(word.folded)
    if title.folded in _PLAIN_TITLES and not title.tail:
        if title.folded in {"mr", "mrs", "cllr"}:
            return not is_word(word.folded) or named
        return (named or word.proper) and (not is_word(word.folded) or word.capital)
    return named and not is_word(word.folded)


def _is_surname_next(wording: Wording, i: int) -> bool:
    if (
        i + 1 >= len(wording.words)
        or wording.words[i].tail
        or not re.fullmatch(r"[ \u00a0]{1,2}", wording.gap(i))
    ):
        return False
    word = wording.words[i + 1]
    if not word.capital or word.acronym or wording.shouted or _ORG_WORD.match(wording.after(i + 1)):
        return False
    return not is_word(word.folded) or (is_surname(word.folded) and word.folded not in NO_NAME)


def _signs_with_two(wording: Wording, i: int) -> bool:
    """Whether this and the next word stand alone at the end, as a name signed below an answer."""
    if not _is_surname_next(wording, i):
        return False
    return bool(_END.match(wording.after(i + 1))) and bool(_SIGN_OFF.search(wording.before(i)))


def _reach(wording: Wording, i: int) -> int:
    """The last word of the name that begins with word ``i``: surnames, double names, particles, initials."""
    words, last = wording.words, i
    for j in range(i + 1, min(i + 5, len(words))):
        word, gap = words[j], wording.gap(j - 1)
        initial = len(words[j - 1].text) == 1
        if words[j - 1].tail or not re.fullmatch(r"\.?[ \u00a0]{1,2}" if initial else r"[ \u00a0]{1,2}", gap):
            break
        led = words[i].folded in _PARTICLES and words[j - 1].folded in _PARTICLES  # 'mr de la cruz'
        if led and (word.folded in _PARTICLES or not is_word(word.folded)):
            last = j
            continue
        if (
            word.folded in _PARTICLES
            and j + 1 < len(words)
            and words[j + 1].capital
            and wording.gap(j).isspace()
        ):
            continue
        if (
            len(word.text) == 1
            and word.capital
            and word.text != "I"
            and j + 1 < len(words)
            and words[j + 1].capital
        ):
            continue
        lower = not words[i].capital or wording.shouted
        known = is_surname(word.folded) and not is_word(word.folded)
        if lower:
            if not known or (not wording.shouted and word.capital):
                break
        elif (
            not word.capital
            or word.acronym
            or word.folded in NO_NAME
            or (is_word(word.folded) and not is_surname(word.folded))
            or (_ORG_WORD.match(wording.after(j)) and not word.tail)
        ):
            break
        last = j
    return last


def _with_initials(wording: Wording) -> Iterator[Found]:
    """Initials and a surname: 'J. Smith', 'JM Smith' where the surname is on the list; 'the Smiths'."""
    for match in _PLAIN_INITIAL.finditer(wording.text):
        yield Found(Span(*match.span("it")), "person", "title and initial", 0.9)
    for match in _FAMILY.finditer(wording.text):
        name = match["it"].casefold()
        if name[:-1] in surnames() and not is_word(name) and not is_word(name[:-1]):
            yield Found(Span(*match.span("it")), "person", "family", 0.85)
    for match in _INITIAL.finditer(wording.text):
        group = "name" if match["name"] else "plain"
        name = match[group].casefold().replace("’", "'")
        name = name.removesuffix("'s")
        if name in NO_NAME or (is_word(name) and not is_surname(name)):
            continue
        end = match.start(group) + len(name)
        sure = match["name"] is not None
        letters = match[0].split()[0].replace(".", "")
        if sure or (is_surname(name) and letters not in {"I", "A", "Y", "P"} and not is_word(name)):
            yield Found(Span(match.start(), end), "person", "initials and surname", 0.82)
