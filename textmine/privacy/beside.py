"""Names that are everyday words, or on no list, told by what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from textmine.privacy.found import Cover, Found
from textmine.privacy.lexicon import (
    NAME_LIKE_WORDS,
    NO_NAME,
    as_set,
    is_near_word,
    is_word,
    places,
    read_lines,
)
from textmine.privacy.wording import Word, Wording
from textmine.spans import Span

_I = re.IGNORECASE
_JOB = (
    r"(?:(?:head|class|form|staff|ward|senior|student|support|office|school|dinner|lunch|bus|taxi|social|care|"
    r"health|key|lead|deputy|assistant|teaching|community|family|youth|kitchen)\s+){0,2}"
    r"(?:teacher|headteacher|nurse|midwife|doctor|gp|hca|ta|lsa|sister|matron|porter|worker|visitor|assistant|"
    r"receptionist|secretary|caretaker|cleaner|cook|chef|driver|governor|chair|clerk|senco|mentor|manager|"
    r"bursar|lady|man|officer|coordinator|co-ordinator|counsellor|physio|therapist|dentist|consultant|"
    r"registrar|surgeon|paramedic|carer|administrator|technician|librarian|vicar|coach|tutor|trainee|student|"
    r"childminder|escort|helper|volunteer|head|deputy|lad|boy|girl)\b"
)
_HAS_JOB = re.compile(
    rf"\s*,?\s+(?:(?:is|was|were|as)\s+)?(?:the|our|my|his|her|their|your|a|an)\s+(?:\w+\s+)?{_JOB}"
    rf"|\s+as\s+(?:\w+\s+)?{_JOB}|\s*\((?:the |our |my |a )?{_JOB}",
    _I,
)
_POST = re.compile(
    r"\s+(?:on|at|in|from|off)\s+(?:the\s+|our\s+)?(?:wards?\b|front desk|desk\b|door\b|gate\b|reception\b|"
    r"(?:school |main |front )?office\b|kitchens?\b|maintenance\b|finance\b|admin\b|hr\b|switchboard\b|"
    r"nights\b|(?:year|yr|class|form)\s+\d|\d[A-Z]\b|my (?:class|form|set|team)\b)",
    _I,
)
#: What people alone do, so that the word before it is somebody whatever else it means.
_ACTS = re.compile(
    r"\s+(?:(?:always|never|also|just|then|really|kindly|even|only)\s+)?(?:(?:said|says|told|tells|rang|phoned|"
    r"emailed|texted|reads?|teaches|taught|coaches|smiled|smiles|listened|listens|explained|explains|cried|"
    r"cries|loves|hates|enjoys|struggles|struggled|apologised|sat|shouted|shouts|laughed|volunteers|retired|"
    r"resigned|spoke|speaks)\b|(?:took|held|hurt|washed|dressed|ignored|visited|hit|kicked|pushed) "
    r"(?:my|me|him|her|us)\b|"
    r"finds? (?:it|phonics|maths|reading|writing|school|\w+ (?:hard|easy|difficult|tricky))|"
    r"(?:is|was|are|were) (?:so |very |really |always |just |absolutely |not |a bit |"
    r"an? (?:absolute |total |real )?)?"
    r"(?:kind|rude|patient|lovely with|brilliant with|good with|great with|amazing with|fantastic with|"
    r"wonderful with|star|gem|angel|legend|hero|diamond|treasure|credit to|off sick|retiring|bullied|"
    r"excluded|autistic|dyslexic|in year|in reception|in hospital|"
    r"my (?:\w+ )?(?:son|daughter|friend|mum|dad|class))\b)",
    _I,
)
#: An unknown word in the plural, or after a preposition, is nobody; nor is one with capitals strewn in it.
_MANY_OR_PLACED = re.compile(r"\b(?:from|in|at|near|of|to|the|an?|our|this) \||\| (?:are|were) ", _I)
_ODD = re.compile(r"(?<!Mc)(?<!Mac)(?<=[a-z])[A-Z]")
_KIN = re.compile(
    r"\b(?:my|our|his|her|their)\s+(?:(?:youngest|eldest|oldest|older|younger|middle|little|other|late|dear|twin)"
    r"\s+)?(?:son|daughter|boy|girl|lad|child|grandson|granddaughter|grandchild|nephew|niece|cousin|friend|mum|"
    r"mam|dad|mother|father|sister|brother|wife|husband|partner|aunt|nan|nana|gran|grandma|grandad|baby|"
    rf"stepson|stepdaughter|{_JOB})(?P<comma>\s*,)?\s+[\"“'‘(]?$",
    _I,
)
_CALLED = re.compile(rf"{_JOB}\s+(?:called|named)\s+$", _I)
_JOINED = re.compile(r"\s*[,&]\s*")
#: Of the names that are words, those of months, virtues and plants: two together are no two people.
_THINGS = as_set(
    """
    april may june summer autumn hope charity faith joy grace patience comfort blessing holly ivy heather rose
    lily daisy poppy violet iris hazel olive rosemary willow fern laurel flora ruby amber pearl crystal jade
    cherry ginger melody harmony ebony scarlet mark bill will grant drew
    """
)
_INITIALS_ALONE = re.compile(
    r"(?<![\w.])(?P<it>[A-Z]\.\s?[A-Z]\.)"
    r"(?=\s+(?:in (?:year|yr|class|form|set|my)|was|is|has|had|who|said)\b)"
)
_NO_INITIALS = as_set("uk us eu pe it ps nb re rs id tv pa am pm hr ta pc dt rp ai ot")
_TITLE_LETTER = re.compile(r"\b(?:mr|mrs)\.?\s(?P<it>[b-hj-z])(?![\w'’.])")
_LAST_WORDS = frozenset({"surname", "words after", "words before", "sign-off"})
#: Words that begin what is said next where a typist left the full stop out: 'ask Sarah She knows'.
_NO_SURNAME = as_set(
    """
    the and but she her his him they them their this that these those there then than with from for not was
    were are has have had who whom what when where why how our your you its also very really too just only
    good great brilliant amazing excellent fantastic lovely thanks thank please well done always never some
    all any every each more most both one two three four five six yes now here after before because
    about above across against along among around between during into onto over since through under until
    upon within without would could should will shall must can did does primary infant infants high school
    academy trust college nursery street road lane avenue close drive house hospital ward class group team
    centre room hall office support service services policy project programme scheme award prize law act day
    """
)
_LETTER_AFTER = re.compile(r" (?P<it>[B-HJ-Z]\b\.?|[AI]\.)(?!['’&/\w])(?! ?[\d&+])")


def find_beside(wording: Wording, found: Sequence[Found]) -> Iterator[Found]:
    """People whose name is an everyday word or unknown, by their job, what they do, or who stands beside.

    ``found`` are the finds of the other rules; these are made longer where a name goes on before or behind.

    >>> wording = Wording("Grace in the office, April the nurse and Lee helped.")
    >>> [one.span.slice(wording.text) for one in find_beside(wording, [])]
    ['Grace', 'April']
    """
    for pattern in (_INITIALS_ALONE, _TITLE_LETTER):
        for match in pattern.finditer(wording.text):
            if match["it"].replace(".", "").replace(" ", "").casefold() not in _NO_INITIALS:
                yield Found(Span(*match.span("it")), "person", "initials", 0.85)
    if wording.shouted:
        return
    cover = Cover(found)
    beside = []
    for i, word in enumerate(wording.words):
        if word.capital and not word.acronym and not cover.meets(Span(word.start, word.end)):
            rule = _tell(wording, i, word)
            if rule:
                beside.append(Found(Span(word.start, word.end), "person", rule, 0.8))
    yield from beside
    people = [one for one in (*found, *beside) if one.kind == "person"]
    yield from _lengthened(wording, people)
    yield from _in_company(wording, people, found)


def _tell(wording: Wording, i: int, word: Word) -> str:
    """Which rule says that a capitalised word is somebody, or '' where none does."""
    before, after = wording.before(i, 60), wording.after(i, 60)
    folded = word.folded
    if folded in NO_NAME and folded not in NAME_LIKE_WORDS:
        return ""
    listed = folded in NAME_LIKE_WORDS
    kin = _KIN.search(before)
    if kin and not (is_word(folded) and not listed and not (kin["comma"] and after.lstrip().startswith(","))):
        return "kin" if not word.tail or listed else ""
    if _CALLED.search(before):
        return "called"
    unknown = word.proper and folded not in places() and not is_near_word(folded)
    if listed and not word.tail and (_POST.match(after) or _HAS_JOB.match(after) or _ACTS.match(after)):
        return (
            ""
            if re.search(r"\b(?:the|a|an|this|that|in|of|last|next|every)\s+$", before, _I)
            else "job or deed"
        )
    unknown = (
        unknown and not _MANY_OR_PLACED.search(f"{before[-12:]}|{after[:6]}") and not _ODD.search(word.text)
    )
    if unknown and not word.tail and (_ACTS.match(after) or _HAS_JOB.match(after)):
        return "job or deed"
    return ""


def _lengthened(wording: Wording, people: Sequence[Found]) -> Iterator[Found]:
    """A surname's unknown given name before it, and the initial behind a name: 'Yasmin A.', 'Theo M'."""
    for one in people:
        start, end = one.span.start, one.span.end
        inside = wording.inside(one.span)
        if not inside:
            continue
        i = wording.place(inside[0])
        first = wording.words[i - 1] if i else None
        if (
            one.rule in _LAST_WORDS
            and first
            and first.proper
            and not first.tail
            and wording.gap(i - 1) == " "
        ):
            start = first.start if first.folded not in places() else start
        if (second := _behind(wording, one)) and _is_surname_though_word(wording, one, second):
            end = second.end
        if inside[0].capital and (letter := _LETTER_AFTER.match(wording.text, end)):
            end = letter.end()
        if (start, end) != (one.span.start, one.span.end):
            yield Found(Span(start, end), "person", one.rule, min(one.score + 0.01, 0.96))


def _behind(wording: Wording, one: Found) -> Word | None:
    """The word right behind a find, parted from it by one space."""
    after = wording.inside(Span(one.span.end, min(one.span.end + 2, len(wording.text))))
    near = after and after[0].start == one.span.end + 1 and wording.text[one.span.end] == " "
    return after[0] if near else None


def _is_surname_though_word(wording: Wording, one: Found, second: Word) -> bool:
    """Whether a capital inside a sentence makes an everyday word a surname: the second word of 'Jo Pike'."""
    inside = wording.inside(one.span)
    alone = len(inside) == 1 and inside[0].capital and not inside[0].acronym
    lone = second.capital and not second.acronym and len(second.text) > 2
    behind = wording.text[second.end : second.end + 2]
    strung = len(behind) == 2 and behind[0] == " " and behind[1].isupper()
    known = second.folded in NO_NAME or second.folded in _NO_SURNAME
    return alone and lone and not strung and not known and is_word(second.folded)


def _in_company(wording: Wording, people: Sequence[Found], found: Sequence[Found]) -> Iterator[Found]:
    """Names that are words, joined to a name or to another such: 'Bill and Rose', 'Ray & Pat'."""
    cover, named = Cover(found), Cover(people)
    words = wording.words
    nexts = [(i, i + 1) for i in range(len(words) - 1) if _JOINED.fullmatch(wording.gap(i))]
    for i in range(len(words) - 2):
        if words[i + 1].text == "and" and {wording.gap(i), wording.gap(i + 1)} <= {" ", ", "}:
            nexts.append((i, i + 2))
    for i, other in nexts:
        pair = (words[i], words[other])
        if words[i].tail or not (words[i].capital and words[other].capital):
            continue
        if any(w.folded not in NAME_LIKE_WORDS and not _met(w, named) for w in pair):
            continue
        if not any(_met(w, named) for w in pair) and all(w.folded in _THINGS for w in pair):
            continue
        for word in pair:
            if not _met(word, cover) and not word.acronym:
                yield Found(Span(word.start, word.end), "person", "named with another", 0.78)


def _met(word: Word, cover: Cover) -> bool:
    return cover.meets(Span(word.start, word.end))


def leave_out_public(found: Sequence[Found], text: str) -> list[Found]:
    """The finds less people everybody learns about: 'Macbeth', 'Roald Dahl'; 'Mrs Dickens' stays.

    >>> leave_out_public([Found(Span(0, 11), "person", "surname")], "Shakespeare is hard")
    []
    """
    public = [Span(*match.span()) for match in _public_names().finditer(text)]
    return [one for one in found if not any(_is_public(one, span) for span in public)]


def _is_public(one: Found, span: Span) -> bool:
    inside = span.start <= one.span.start and one.span.end <= span.end
    titled = one.rule == "title" and span.start == one.span.start  # 'Mrs Dickens', but not 'Mr Men'
    return one.kind in {"person", "place", "organisation"} and inside and not titled


@cache
def _public_names() -> re.Pattern[str]:
    phrases = sorted(read_lines("public_names.txt"), key=len, reverse=True)
    return re.compile(
        rf"\b(?:{'|'.join(map(re.escape, phrases))})(?!-|\w|['’]s (?:mum|dad|class|parents|form))"
    )
