"""Numbers that stand for one person or place: NHS, NI, UPN, URN, bank, card, birth date and the like."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from textmine.privacy.found import Found
from textmine.privacy.lexicon import is_word
from textmine.spans import Span

_I = re.IGNORECASE
_LINK = r"(?:\s|number|num|no\b\.?|is|was|of|it's|the|ref|code|\(|\)|[:=#.-])*"

_NHS = re.compile(r"(?<![\w.+£(-])\d{3}([ \u00a0-]?)\d{3}\1\d{4}(?![\w-]|\.\d)")
_NI = re.compile(
    r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ "
    r"-]?[A-D]\b",
    _I,
)
_UPN = re.compile(r"(?<!\w)[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z](?!\w)", _I)
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_URN = re.compile(
    rf"(?:\bURN\b|\bunique reference number\b){_LINK}(?P<it>\d{{6}})(?!\d)"
    rf"|(?P<before>(?<![\d£])\d{{6}})\s*\(?\s*(?:is|as)?\s*(?:our|the|its)?\s*URN\b"
    rf"|\b(?:DfE|LAESTAB|LA/ESTAB|estab(?:lishment)?){_LINK}(?P<estab>\d{{3}}[/ ]?\d{{4}})(?!\d)"
    rf"|\bUKPRN{_LINK}(?P<ukprn>\d{{8}})(?!\d)",
    _I,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = (
    rf"(?:\d{{1,2}}\s?[/.\-]\s?\d{{1,2}}\s?[/.\-]\s?(?:\d{{4}}|\d{{2}})|\d{{4}}[/.-]\d{{1,2}}[/.-]\d{{1,2}}"
    rf"|(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+{_MONTH}(?:,?[\s-]+(?:\d{{4}}|['’]?\d{{2}}))?"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)(?![\d/])"
)
_BORN = re.compile(
    r"(?:\bd\.?\s?o\.?\s?b\b\.?|\bdate\s+of\s+birth|\bbirth\s?date|\bbirthday|\bborn)"
    rf"(?:\s|is|was|on|the|[:=(),-])*(?P<it>{_DATE})|(?P<before>{_DATE})\s*[(,]?\s*(?:is\s+(?:my|his|"
    rf"her|the)\s+)?"
    r"(?:d\.?o\.?b\b|date\s+of\s+birth|birthday)",
    _I,
)
_CARD = re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){11,18}(?![\w-])")
_CARD_CUE = re.compile(r"\b(?:card|cc|visa|mastercard|amex|maestro)\b[^.!?\d]*$", _I)
_SORT_CODE = re.compile(
    rf"\bsort\s?code{_LINK}(?P<it>\d{{2}}[ -]?\d{{2}}[ -]?\d{{2}})(?!\d)"
    rf"|\b(?:bank\s+)?(?:account|acct|acc|a/c)\s*(?:number|num|no\b\.?|is|:|#)?(?:\s|is|was|number|"
    rf"[:=#.-])*(?P<account>\d{{8}})(?!\d)"
    rf"|(?<![\w-])(?P<both>\d\d-\d\d-\d\d[\s,/]+\d{{8}})(?!\d)",
    _I,
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?!\w)", _I)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9A-F]{0,4}:){2,7}[0-9A-F]{0,4}(?![\w:])", _I)
_VERSION = re.compile(r"(?:version|release|section|para(?:graph)?|clause|chapter|\bv)\.?\s*$", _I)
_PASSPORT = re.compile(rf"\bpassport{_LINK}(?P<it>[A-Z]{{0,2}}\d{{7,9}})(?!\w)", _I)
_LICENCE = re.compile(
    r"(?<!\w)[A-Z9]{5}[ ]?\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[ ]?[A-Z][A-Z9][ ]?[A-Z0-9]{3}(?:\s?\d\d)?(?!\w)"
    rf"|\bdriving\s+licen[cs]e{_LINK}(?P<it>(?=\w*\d)[A-Z0-9]{{8,18}})(?!\w)",
    _I,
)
_REFERENCE = re.compile(
    r"\b(?:TRN|teacher reference|GMC|NMC(?: pin)?|MRN|hospital|patient|CHI|payroll|staff|employee|"
    r"candidate|ULN|unique learner|(?:pupil|student|learner|client|case|service user|member(?:ship)?|badge)"
    r"(?=\s(?:number|no\b|id|ref)))(?:\s+(?:number|num|no\b\.?|id|ref(?:erence)?)|\s*[:#])"
    r"(?:\s|number|is|was|[:=#.-])*(?!(?:19|20)\d\d\s?[-/ ]\s?(?:19|20)?\d\d(?!\d))"
    r"(?P<it>(?=[A-Z]*\d)[A-Z]{0,3}\d[\d/ -]{3,10}\d[A-Z]?)(?!\w)",
    _I,
)
_VEHICLE = re.compile(
    r"\b(?:reg(?:istration)?(?:\s+(?:number|plate|no\.?))?|number\s?plate|car|van|vehicle)(?:\s|is|"
    r"was|[:(,-])*"
    r"(?P<it>[A-Z]{2}\d{2}\s?[A-Z]{3}|[A-Z]\d{1,3}\s[A-Z]{3})(?!\w)",
    _I,
)


#: The form in use since 2001, in capitals: its area letters, the half-year, three letters of their own.
_PLATE = re.compile(
    r"(?<!\w)[A-HJ-PR-Y][A-HJ-PR-Y](?:0[2-9]|[1-3]\d|5[1-9]|[67]\d)\s?(?P<last>[A-HJ-PR-Z]{3})(?!\w)"
)


def find_numbers(text: str) -> Iterator[Found]:
    """Every number of a text that stands for one person, school or account, overlaps and all.

    Where a kind has a check digit, a number that fails it is not that kind.

    >>> [found.kind for found in find_numbers("His NHS number is 943 476 5919, not 943 476 5918.")]
    ['nhs_number']
    """
    if not any(map(str.isdigit, text)):
        return
    yield from _checked(text, _NHS, "nhs_number", "modulus 11", _is_nhs, 0.99)
    yield from _checked(text, _NI, "ni_number", "prefix and suffix")
    yield from _checked(text, _UPN, "upn", "check letter", is_upn)
    yield from _checked(text, _IBAN, "iban", "modulus 97", is_iban)
    yield from _checked(text, _CARD, "card_number", "Luhn", is_card)
    for match in _CARD.finditer(text):
        cued = _CARD_CUE.search(text, max(0, match.start() - 30), match.start())
        if cued and passes_luhn(re.sub(r"\D", "", match[0])):
            yield Found(Span(*match.span()), "card_number", "Luhn after a cue")
    yield from _checked(text, _IPV6, "ip_address", "IPv6", _is_ip)
    for match in _IPV4.finditer(text):
        if _is_ip(match[0]) and not _VERSION.search(text, max(0, match.start() - 12), match.start()):
            yield Found(Span(*match.span()), "ip_address", "IPv4")
    yield from _plates(text)
    for pattern, kind in (
        (_URN, "urn"),
        (_BORN, "date_of_birth"),
        (_SORT_CODE, "bank_account"),
        (_PASSPORT, "passport"),
        (_LICENCE, "driving_licence"),
        (_REFERENCE, "reference_number"),
        (_VEHICLE, "vehicle"),
    ):
        yield from _after_cue(text, pattern, kind)


def _plates(text: str) -> Iterator[Found]:
    for match in _PLATE.finditer(text):
        if not is_word(match["last"].casefold()):
            yield Found(Span(*match.span()), "vehicle", "form", 0.9)


def is_nhs(number: str) -> bool:
    """Whether ten digits pass the NHS number's modulus 11 (NHS Data Dictionary).

    >>> is_nhs("9434765919"), is_nhs("9434765918")
    (True, False)
    """
    rest = 11 - sum(int(d) * (10 - i) for i, d in enumerate(number[:9])) % 11
    return rest != 10 and rest % 11 == int(number[9]) and len(set(number)) > 1


def is_upn(number: str) -> bool:
    """Whether a unique pupil number has the check letter that DfE's guide gives it.

    >>> is_upn("H801200001001"), is_upn("A801200001001")
    (True, False)
    """
    number = number.upper()
    values = [_UPN_LETTERS.index(c) if c.isalpha() else int(c) for c in number[1:]]
    return _UPN_LETTERS[sum(v * w for w, v in enumerate(values, 2)) % 23] == number[0]


def is_card(number: str) -> bool:
    """Whether digits have the form of a payment card: a known issuer, its length, and Luhn's check digit.

    >>> is_card("4111 1111 1111 1111"), is_card("4111 1111 1111 1112")
    (True, False)
    """
    digits = re.sub(r"\D", "", number)
    n, four = len(digits), int(digits[:4])
    issued = (
        (digits[0] == "4" and n in {13, 16, 19})
        or ((5100 <= four <= 5599 or 2221 <= four <= 2720) and n == 16)
        or (digits[:2] in {"34", "37"} and n == 15)
        or ((3000 <= four <= 3059 or digits[:2] in {"36", "38", "39"}) and n in {14, 16})
        or (3528 <= four <= 3589 and n == 16)
        or (four in {2131, 1800} and n == 15)
        or (digits[:2] in {"50", "56", "57", "58"} and n != 13)
        or digits[0] == "6"
    )
    return issued and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    """Whether digits, not all the same, end in Luhn's check digit (ISO/IEC 7812-1).

    >>> passes_luhn("79927398713"), passes_luhn("79927398710")
    (True, False)
    """
    doubled = [2 * int(d) if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0 and len(set(digits)) > 1


def is_iban(number: str) -> bool:
    """Whether an account number passes ISO 13616's modulus 97.

    >>> is_iban("GB82 WEST 1234 5698 7654 32"), is_iban("GB83 WEST 1234 5698 7654 32")
    (True, False)
    """
    plain = re.sub(r"[ -]", "", number).upper()
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _is_nhs(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return digits[0] != "0" and is_nhs(digits)


def _is_ip(number: str) -> bool:
    try:
        ipaddress.ip_address(number)
    except ValueError:
        return False
    return number.strip(":") not in {"", "1"}


def _checked(
    text: str,
    pattern: re.Pattern[str],
    kind: str,
    rule: str,
    check: Callable[[str], bool] = bool,
    score: float = 1.0,
) -> Iterator[Found]:
    for match in pattern.finditer(text):
        if check(match[0]):
            yield Found(Span(*match.span()), kind, rule, score)


def _after_cue(text: str, pattern: re.Pattern[str], kind: str) -> Iterator[Found]:
    for match in pattern.finditer(text):
        group = match.lastgroup or 0
        yield Found(Span(*match.span(group)), kind, "after a cue" if match.lastgroup else "form")
