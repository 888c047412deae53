"""Ways to reach a person: emails, web addresses, handles, phone numbers, postcodes, street addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textmine.privacy.found import Found
from textmine.privacy.lexicon import as_set, is_word
from textmine.spans import Span

_I = re.IGNORECASE
_TOP = (
    "com|org|net|edu|gov|info|biz|uk|eu|io|ai|app|dev|online|site|website|london|wales|scot|cymru|"
    "cloud|tech|school|"
    "academy|ac|sch|nhs|mobi|int|ie|de|fr|es|pl|nl|se|dk|fi|pt|ch|cz|hu|ca|au|nz|za|in|br|jp|ru|cn"
)
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'’!#$&*/=?^`{|}~-]{0,63}[\w+]\s?@\s?(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}"
    r"[A-Za-z]{2,24}(?![\w-])"
)
_WIDE_AT = re.compile(r"\s@|@\s")
_KNOWN_TOP = re.compile(rf"\.(?:{_TOP})$", _I)
_SAID_DOT = r"(?:\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\s+dot\s+)"
_SAID_AT = r"(?:\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*|\s+at\s+|\s*@\s*)"
_SAID_EMAIL = re.compile(
    rf"(?<![\w.@-])[\w-]+(?:(?:{_SAID_DOT}|\.|\s+underscore\s+)[\w-]+){{0,3}}{_SAID_AT}[\w-]+"
    rf"(?:(?:{_SAID_DOT}|\s?\.\s?)[\w-]+){{0,4}}(?:{_SAID_DOT}|\s?\.\s?)(?:{_TOP})\b",
    _I,
)
_URL = re.compile(r"\b(?:https?|ftp)://[^\s<>\"“”]{3,}|(?<![\w@.])www\d?\.[^\s<>\"“”]{3,}", _I)
_BARE = re.compile(
    rf"(?<![\w@./-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,5}}(?P<top>{_TOP}|ly|me|be|co|gl|tv|gg)\b"
    r"(?P<path>/[^\s<>\"“”]*)?(?![\w@])"
)
_ENGLISH_TOPS = {
    "in",
    "me",
    "be",
    "co",
    "gl",
    "tv",
    "gg",
    "ly",
    "school",
    "academy",
    "online",
    "site",
    "website",
}
_HANDLE = re.compile(r"(?<![\w@./])@[A-Za-z_][\w.]{2,29}")
_NETWORKS = r"insta(?:gram)?|twitter|tiktok|snap(?:chat)?|skype|bluesky|threads|linkedin|facebook|fb|youtube"
_HANDLE_CUE = re.compile(
    rf"\b(?:{_NETWORKS}|handle|username|follow|tag|dm|tweet|find (?:me|us))\b[^@.]{{0,25}}$", _I
)
_NAMED_HANDLE = re.compile(
    rf"\b(?:{_NETWORKS}|handle|username|user name)(?:\s+(?:name|handle|account|id))?\s*(?:is|:|=|-)\s*"
    r"(?P<it>[A-Za-z_][\w.]*[\w])",
    _I,
)

_EXTENSION = r"(?:\s*,?\s*(?:ext|extn|extension|x)\.?\s*:?\s*\d{1,6})?"
_GAP = r"[ .\-–\u00a0()]{0,3}"
_UK_PHONE = re.compile(
    rf"(?<![\w£$€#.])(?:\(?(?:\+|00)[ ]?44\)?[ .\-]?(?:\(0\)|0)?[ .\-(]?|\(?0)[1-35789](?:{_GAP}\d){{8,9}}"
    rf"{_EXTENSION}(?![\d])(?!\w)"
)
_FREEPHONE = re.compile(
    r"(?<![\w£.])0800[ -]?(?:1111|\d{3}[ -]?\d{3})(?!\d)|(?<![\w£.])0500[ -]?\d{3}[ -]?\d{3}(?!\d)"
)
_WORLD_PHONE = re.compile(
    rf"(?<![\w£$€])(?:\+|00)[1-9](?:[ .\-()]{{0,3}}\d){{7,13}}{_EXTENSION}(?!\w)"
    rf"|(?<![\w£$€.-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{{3}}[.-]\d{{4}}{_EXTENSION}(?!\w)"
)
_CUED_PHONE = re.compile(
    r"\b(?:tel(?:ephone)?|phone|mob(?:ile)?|cell|landline|fax|whats ?app|(?:ring|call|text|phone|"
    r"reach|contact)"
    r"(?:\s+(?:me|us|him|her|them|home|mum|dad|back))?\s+(?:on|at)|my number|(?:phone|contact|mobile|"
    r"home|work)"
    r" number)(?:\s*(?:number|no\b\.?|num|on|is|at|was|[:=#.(-]))*\s*"
    rf"(?P<it>\(?\+?\d(?:[ .\-()]{{0,2}}\d){{5,14}}{_EXTENSION})(?![\w%])",
    _I,
)
_EXTENSION_ALONE = re.compile(
    r"\b(?:extn?\.?|extension)\s*(?:no\.?|number|:)?\s*(?P<it>\d{3,5})(?![\w,.]\d|\d)", _I
)
_NOT_PHONE = re.compile(
    r"(?:ref(?:erence)?|invoice|order|ticket|asset|serial|model|part|job|case|isbn|barcode|sku|"
    r"p\.?o\.?|version|grant|"
    r"purchase|receipt|booking|charity|company|registration|urn|upn|uprn|ukprn|nhs|account|contract)"
    r"\s*(?:no\.?|number|num|code|id|is|was|ref|[:#.])*\s*$",
    _I,
)
_DATE_LIKE = re.compile(
    r"\(?\d{1,2}[.\-–]\d{1,2}[.\-–](?:19|20)?\d\d\b(?![.\-–]?\d)|\d{4}[.\-–]\d\d[.\-–]\d\d\b"
)
_YEARS = re.compile(r"(?:19|20)\d\d[ \-–](?:19|20)\d\d")

_AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|"
    "EC|EH|EN|EX|FK|FY|"
    "G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|"
    "N|NE|NG|NN|NP|NR|"
    "NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|"
    "TR|TS|TW|UB|W|WA|"
    "WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_OUTWARD = rf"(?:{_AREAS})(?:\d{{1,2}}|\d[A-HJKMNP-Y])"
_POSTCODE = re.compile(
    rf"(?<![\w£-]){_OUTWARD}[ \u00a0]{{0,2}}\d[ABD-HJLNP-UW-Z]{{2}}(?!\w)|\bGIR ?0AA\b", _I
)
_HALF_POSTCODE = re.compile(
    rf"\bpost ?code(?:\s+(?:is|area|of|district|in|[:-]))*\s*(?P<it>{_OUTWARD})(?!\w)", _I
)
_ORDINAL = re.compile(r"(?:1st|2nd|3rd|\dth)$")

_STREET = (
    "Street|Str?|Road|Rd|Lane|Ln|Avenue|Ave?|Close|Cl|Drive|Dr|Way|Crescent|Cres|Court|Ct|Place|Pl|"
    "Square|Sq|Terrace|"
    "Terr?|Gardens|Gdns|Grove|Gr|Hill|Walk|Rise|Mews|Row|Park|Green|Parade|View|Mount|Yard|Vale|"
    "Croft|Wynd|Gate|End|"
    "Fold|Heights|Bank|Broadway|Embankment|Quay|Wharf|Path|Drove|Approach|Meadows?|Common|Crossing|"
    "Chase|Dene|Garth|"
    "Brow|Loan|Brae|Villas|Cottages|Buildings"
)
_PLAIN_STREET = "street|road|rd|lane|avenue|ave|close|drive|crescent|court|square|terrace|gardens|grove|mews"
_INSIDE = r"(?:(?:Flat|Apartment|Apt\.?|Unit|Suite|Floor)\s+[A-Za-z]?\d{0,4}[A-Za-z]?,?\s+)"
_ADDRESS = re.compile(
    rf"(?<![\w£$.,:/-])(?:{_INSIDE}(?:[A-Z][\w'’]+ (?:House|Court|Lodge|Tower|Point|Heights),?\s+)?)?"
    rf"\d{{1,4}}[A-Za-z]?(?:\s?[-–/]\s?\d{{1,4}}[A-Za-z]?)?,?\s+(?:(?:St\.?|The|[A-Z][\w'’.-]+)\s+){{1,4}}?"
    rf"(?:{_STREET})\b\.?"
)
_PLAIN_ADDRESS = re.compile(
    rf"(?<![\w£$.,:/-])(?:flat\s+\w{{1,3}},?\s+)?\d{{1,4}}[a-z]?,?\s+(?P<name>(?:[a-z'’]{{3,}}\s+){{1,2}}?)"
    rf"(?:{_PLAIN_STREET})\b", _I,
)  # fmt: skip
_HOUSE = re.compile(
    rf"\b(?:[A-Z][\w'’]+ ){{1,2}}(?:Cottage|House|Farm|Barn|Lodge|Villa|Bungalow|Grange|Manor),?\s+"
    rf"(?:[A-Z][\w'’]+ ){{1,2}}(?:{_STREET})\b|\bP\.?O\.? Box \d{{1,6}}\b"
)
_FLAT = re.compile(
    rf"\b{_INSIDE}(?:[A-Z][\w'’]+ ){{1,3}}(?:House|Court|Lodge|Tower|Point|Heights|{_STREET})\b"
)
_THE_NAMES = (
    "Paddocks?|Green|Drive|Avenue|Close|Crescent|Mount|Spinney|Orchards?|Meadows?|Lawns?|Oaks?|Elms?|Beech(?:es)?|"
    "Willows?|Laurels|Glebe|Ridings|Limes|Poplars|Holl(?:y|ies)|Croft|Lane|Grove|Square|Street|Terrace|"
    "Hawthorns?|Pines|Firs|Cedars|Chestnuts?|Ridgeway|Fairway|Gables|Mall|Parade|Quay|Maltings|Brambles|Copse|Dell|Dene|"
    "Leas?|Moorings|Strand|Vale|Rise|Park|Nook|Haven|Causeway|Cloisters?|Mews|Wharf|Bank|Links|Hill|Cottages|"
    "Old [A-Z]\\w+"
)
_THE_ADDRESS = re.compile(
    rf"(?<![\w£$.,:/-])(?:{_INSIDE})?\d{{1,3}}[A-Za-z]?,?\s+The\s+(?:{_THE_NAMES})\b(?!\s+(?:School|Primary|Academy))"
)
#: A street without a number is an address where somebody lives or moved to.
_LIVED_STREET = re.compile(
    rf"\b(?:live[sd]?|living|moved|home|house|flat|address)(?:\s+(?:is|just|off|now|back))?\s+(?:on|at|in|to|is|:)\s+"
    rf"(?P<it>(?:(?:St\.?|The|[A-Z][\w'’.-]+)\s+){{1,3}}?(?:{_STREET}))\b(?!\s+(?:School|Primary|Academy))"
)
_HOUSE_BEFORE = re.compile(
    r"(?:\bThe\s+)?(?:[A-Z][\w'’]+\s+){0,2}(?:Cottage|House|Farm|Farmhouse|Barn|Lodge|Villa|Bungalow|Grange|Manor|"
    r"Forge|Mill|Rectory|Vicarage|Stables|Chapel|Schoolhouse|Bakery|Dairy|Granary|Cottages|Towers?|Court),\s+$"
)
_TOWN_AND_CODE = re.compile(
    rf",?\s+(?:[A-Z][\w'’-]+(?:[ -](?:[A-Z][\w'’-]+|upon|on|in|le|the|and|"
    rf"under))*,?\s+){{1,3}}(?={_OUTWARD}\s?\d[A-Za-z]{{2}}\b)"
)
_NOT_HOUSE_NUMBER = re.compile(
    r"\b(?:year|yr|ks|key stage|stage|room|phase|grade|level|class|form|group|set|week|day|term|unit|"
    r"block|table|figure|"
    r"section|chapter|page|part|version|top|over|under|about|nearly|all|than|only|other|last|next|"
    r"first|these|those)\s*$",
    _I,
)
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_IN_YEAR = re.compile(r"\b(?:in|since|by|until|till|from|during|before|after|of|and)\s+$", _I)
_IN_NO_STREET = as_set(
    """
    the a an of in on at to down up along across over by from for with our their this that one more other
    miles mile minutes minute mins min hr hrs hours days weeks months years metres yards schools people
    children pupils staff cars houses buses and or but per main busy side same wrong right left long short
    new old hard dead different every each hour day week month year took parking place way is are was were
    have had has pupil school
    """
)


def find_contacts(text: str) -> Iterator[Found]:
    """Every email, URL, handle, phone number, postcode and street address of a text, overlaps and all.

    >>> sorted({found.kind for found in find_contacts("Ring 0191 498 0123, office@example.org.")})
    ['email', 'phone']
    """
    if "@" in text or "at" in text.lower():
        yield from _emails(text)
    if "." in text or "://" in text:
        yield from _urls(text)
    yield from _handles(text)
    if _has_digit(text):
        yield from _phones(text)
        yield from _postcodes(text)
    yield from _addresses(text)


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        if _WIDE_AT.search(match[0]) and not _KNOWN_TOP.search(match[0]):
            continue  # 'my handle is @somebody.else'
        start = match.start() + len(match[0]) - len(match[0].lstrip("'’!#$&*/=?^`{|}~-."))
        yield Found(Span(start, match.end()), "email", "email")
    for match in _SAID_EMAIL.finditer(text):
        at = re.search(_SAID_AT, match[0], _I)
        plain = at is not None and at[0].strip().casefold() == "at"
        if plain and not re.search(_SAID_DOT, match[0], _I):
            continue  # 'look at example.org' is a web address
        start = match.start()
        if plain and (cut := re.match(r"(?:me|us|him|her|them|is|email|it's|its)\s+(?=\w)", match[0], _I)):
            start += cut.end()
        yield Found(Span(start, match.end()), "email", "email said")


def _urls(text: str) -> Iterator[Found]:
    for match in _URL.finditer(text):
        yield Found(_trimmed(text, *match.span()), "url", "web address")
    for match in _BARE.finditer(text):
        host, top, path = match[0].split("/")[0], match["top"], match["path"]
        labels = host.split(".")
        if (top in _ENGLISH_TOPS and not path) or (host != host.lower() and not path and len(labels) < 3):
            continue
        if len(labels) == 2 and len(labels[0]) < 2:
            continue
        yield Found(_trimmed(text, *match.span()), "url", "web address without scheme", 0.98)


def _handles(text: str) -> Iterator[Found]:
    if "@" in text:
        for match in _HANDLE.finditer(text):
            span = _trimmed(text, *match.span())
            near = max(0, span.start - 80)
            if not is_word(span.slice(text)[1:].casefold()) or _HANDLE_CUE.search(text, near, span.start):
                yield Found(span, "handle", "handle", 0.95)
    for match in _NAMED_HANDLE.finditer(text):
        if not is_word(match["it"].casefold()):
            yield Found(Span(*match.span("it")), "handle", "handle by its network", 0.9)


def _phones(text: str) -> Iterator[Found]:
    for pattern, rule in (
        (_UK_PHONE, "UK number"),
        (_FREEPHONE, "UK number"),
        (_WORLD_PHONE, "number with country code"),
    ):
        for match in pattern.finditer(text):
            if _is_phone(match[0]) and not _NOT_PHONE.search(text, max(0, match.start() - 30), match.start()):
                yield Found(_trimmed(text, *match.span()), "phone", rule, 0.98)
    for match in _CUED_PHONE.finditer(text):
        it = match["it"]
        if not _DATE_LIKE.match(it) and not _YEARS.match(it) and _has_few_groups(it):
            yield Found(_trimmed(text, *match.span("it")), "phone", "number after a cue", 0.97)
    for match in _EXTENSION_ALONE.finditer(text):
        yield Found(Span(*match.span("it")), "phone", "extension", 0.9)


def _is_phone(number: str) -> bool:
    if _DATE_LIKE.match(number) or not _has_few_groups(number):
        return False
    digits = re.sub(r"\D", "", re.split(r"(?i)e?x", number)[0])
    return len(set(digits)) > 2 and not (digits[0] == "0" and re.match(r"0[ .\-–]", number) is not None)


def _has_few_groups(number: str) -> bool:
    """Whether digits stand in groups as phone numbers have them, not one by one as on a scale."""
    groups = re.findall(r"\d+", number)
    return len(groups) <= 7 and sum(len(group) == 1 for group in groups) <= 2


def _postcodes(text: str) -> Iterator[Found]:
    for match in _POSTCODE.finditer(text):
        if not _ORDINAL.search(match[0]):
            yield Found(Span(*match.span()), "postcode", "postcode", 0.99)
    for match in _HALF_POSTCODE.finditer(text):
        yield Found(Span(*match.span("it")), "postcode", "first half after a cue", 0.9)


def _addresses(text: str) -> Iterator[Found]:
    for pattern, rule in (
        (_ADDRESS, "number and street"),
        (_THE_ADDRESS, "number and street"),
        (_FLAT, "flat"),
        (_HOUSE, "house and street"),
    ):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 12) : match.start()]
            if not _NOT_HOUSE_NUMBER.search(before) and not (
                _YEAR.match(match[0]) and _IN_YEAR.search(before)
            ):
                end = match.end()
                if town := _TOWN_AND_CODE.match(text, end):
                    end = town.end()
                start = match.start()
                if house := _HOUSE_BEFORE.search(text, max(0, start - 50), start):
                    start = house.start()
                yield Found(_trimmed(text, start, end), "address", rule, 0.97)
    for match in _LIVED_STREET.finditer(text):
        yield Found(Span(*match.span("it")), "address", "street somebody lives in", 0.95)
    for match in _PLAIN_ADDRESS.finditer(text):
        said = match["name"].casefold().split()
        if (
            not _IN_NO_STREET & set(said)
            and not _YEAR.match(match[0])
            and not _NOT_HOUSE_NUMBER.search(text, max(0, match.start() - 12), match.start())
        ):
            yield Found(Span(*match.span()), "address", "number and street, lower case", 0.9)


def _trimmed(text: str, start: int, end: int) -> Span:
    """A span without the punctuation of the sentence around it."""
    while end > start and (text[end - 1] in ".,;:!?'\"’”*_-–" or text[end - 1].isspace()):
        end -= 1
    if (
        end > start
        and text[end - 1] in ")]}"
        and text.count(_OPEN[text[end - 1]], start, end) < text.count(text[end - 1], start, end)
    ):
        return _trimmed(text, start, end - 1)
    if end > start and text[start] == "(" and ")" not in text[start:end]:
        start += 1
    return Span(start, end)


_OPEN = {")": "(", "]": "[", "}": "{"}


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
