"""500 made cases of UK identifiers in sentences, and of numbers that only look like them. All are made up.

Values are made here from their standards (check digits worked out, areas and prefixes listed) and set in
sentences as respondents write them; nothing is taken from textmine's own rules. Phone numbers are of the
ranges that Ofcom keeps for drama where there is one.
"""

# ruff: noqa: E501 (a sentence a line is easier to check)
from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

N = 500


@dataclass(frozen=True)
class Case:
    """A text and what is in it: (start, end, kind), none for a hard negative."""

    text: str
    marks: tuple[tuple[int, int, str], ...]


def make_cases(*, seed: int = 20261122) -> list[Case]:
    """The 500 cases: 320 with one or two identifiers, 180 without any, in a shuffled order.

    >>> cases = make_cases()
    >>> len(cases), sum(not case.marks for case in cases)
    (500, 180)
    """
    rng = random.Random(seed)
    cases = []
    kinds = list(MAKERS)
    for i in range(320):
        kind = kinds[i % len(kinds)]
        frame = rng.choice(FRAMES[kind])
        text, marks = fill(frame, kind, MAKERS[kind](rng))
        if i % 8 == 7:
            other = rng.choice(["email", "phone", "postcode"])
            more, found = fill(rng.choice(FRAMES[other]), other, MAKERS[other](rng))
            marks += [(a + len(text) + 1, b + len(text) + 1, k) for a, b, k in found]
            text = f"{text} {more}"
        cases.append(Case(text, tuple(marks)))
    for i in range(180):
        cases.append(Case(NEGATIVES[i % len(NEGATIVES)](rng), ()))
    rng.shuffle(cases)
    return cases


def fill(frame: str, kind: str, value: str) -> tuple[str, list[tuple[int, int, str]]]:
    start = frame.index("@@")
    return frame.replace("@@", value), [(start, start + len(value), kind)]


# --- values -----------------------------------------------------------------------------------------------


def digits(rng: random.Random, n: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(n))


def make_email(rng: random.Random) -> str:
    user = rng.choice(
        ["office", "j.brindle", "k_tarrow", "head", "sen-team", "M.Oduwick", "parent+survey", "o'lindow"]
    )
    host = rng.choice(
        ["example.org", "example.co.uk", "mail.example.com", "hollinbeck.sch.uk", "example.gov.uk"]
    )
    style = rng.randrange(6)
    if style == 0 and "'" not in user and "+" not in user:
        return f"{user} at {host.replace('.', ' dot ')}".replace(".", " dot ")
    if style == 1 and "'" not in user and "+" not in user:
        return f"{user}(at){host}"
    return f"{user}@{host}".upper() if style == 2 else f"{user}@{host}"


def make_phone(rng: random.Random) -> str:
    n = digits(rng, 3)
    geographic = rng.choice(["0113 496 0", "0114 496 0", "0115 496 0", "0116 496 0", "0117 496 0", "0118 496 0",
                             "0121 496 0", "0131 496 0", "0141 496 0", "0151 496 0", "0161 496 0", "0191 498 0",
                             "01632 960 ", "020 7946 0", "028 9649 6", "029 2018 0"])  # fmt: skip
    mobile = f"07700 900 {n}"
    line = f"{geographic}{n}"
    return rng.choice([
        lambda: mobile, lambda: mobile.replace(" ", ""), lambda: mobile.replace(" ", "-"),
        lambda: f"+44 7700 900{n}", lambda: f"+44 (0)7700 900 {n}", lambda: f"0044 7700 900{n}",
        lambda: f"07700900{n}", lambda: line, lambda: line.replace(" ", ""), lambda: f"({line.split()[0]}) {' '.join(line.split()[1:])}",
        lambda: f"{line} ext {rng.randint(10, 999)}", lambda: f"{line} x{rng.randint(100, 999)}",
        lambda: f"+44 {line[1:]}", lambda: line.replace(" ", "."), lambda: "0808 157 0" + n, lambda: "0300 123 4" + n,
    ])()  # fmt: skip


def make_url(rng: random.Random) -> str:
    return rng.choice(["https://www.example.org/page?id=3", "http://example.co.uk", "www.hollinbeck-primary.co.uk",
                       "example.org.uk/our-cluster", "tarrowdene.sch.uk", "https://forms.example.com/r/aB3xY",
                       "www.example.com/a_(b)", "drive.example.com/file/d/1x2y", "hollinbeck.ac.uk"])  # fmt: skip


def make_handle(rng: random.Random) -> str:
    return "@" + rng.choice(["MrsTarrow_Y4", "hollinbeckpri", "brindle2011", "ms_oduwick", "TheLindowClass"])


def make_postcode(rng: random.Random) -> str:
    outward = rng.choice(["M1", "B33", "CR2", "DN55", "W1A", "EC1A", "NE4", "LS16", "SW19", "E14", "BT9", "CF10",
                          "TD15", "PO30", "S10", "L8", "G12", "WC2H", "N1C", "YO61"])  # fmt: skip
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    inward = f"{rng.randint(0, 9)}{rng.choice('ABEFGHJLPQTUWXYZ')}{rng.choice(letters)}"
    style = rng.randrange(4)
    code = f"{outward} {inward}"
    return [code, f"{outward}{inward}", code.lower(), code][style]


def make_address(rng: random.Random) -> str:
    n = rng.randint(1, 240)
    return rng.choice([f"{n} Tarrow Lane", f"{n}a Hollinbeck Road", f"Flat {rng.randint(1, 30)}, {n} Brindle Street",
                       f"{n} The Crescent", f"{n}, Lindow Avenue", f"{n} Upper Mill Close", f"{n} St Osyth's Terrace",
                       f"{n} tarrow lane", f"{n}-{n + 2} Oduwick Drive", f"{n} Old Chapel Way"])  # fmt: skip


def make_nhs(rng: random.Random) -> str:
    while True:
        nine = rng.choice("4567") + digits(rng, 8)
        check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            n = nine + str(0 if check == 11 else check)
            return rng.choice([n, f"{n[:3]} {n[3:6]} {n[6:]}", f"{n[:3]}-{n[3:6]}-{n[6:]}"])


def make_ni(rng: random.Random) -> str:
    n = rng.choice(["AB", "CE", "JG", "LH", "PW", "SX", "TC", "WK"]) + digits(rng, 6) + rng.choice("ABCD")
    return rng.choice(
        [n, f"{n[:2]} {n[2:4]} {n[4:6]} {n[6:8]} {n[8]}", n.lower(), f"{n[:2]} {n[2:8]} {n[8]}"]
    )


def make_upn(rng: random.Random) -> str:
    body = digits(rng, 12)
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    check = letters[sum(int(d) * w for d, w in zip(body, range(2, 14), strict=True)) % 23]
    return check + body


def make_urn(rng: random.Random) -> str:
    return str(rng.randint(100000, 149999))


def make_date(rng: random.Random) -> str:
    d, m, y = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1948, 2016)
    month = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December"][m - 1]  # fmt: skip
    return rng.choice([f"{d:02}/{m:02}/{y}", f"{d}.{m}.{y % 100:02}", f"{d} {month} {y}", f"{d}th {month[:3]} {y}",
                       f"{y}-{m:02}-{d:02}", f"{d:02}-{m:02}-{y}", f"{month} {d}, {y}"])  # fmt: skip


def make_card(rng: random.Random) -> str:
    body = rng.choice(["4", "51", "55"])
    body += digits(rng, 15 - len(body))
    total = sum(sum(divmod(2 * int(d), 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(body)))
    n = body + str(-total % 10)
    return rng.choice(
        [n, " ".join(n[i : i + 4] for i in range(0, 16, 4)), "-".join(n[i : i + 4] for i in range(0, 16, 4))]
    )


def make_iban(rng: random.Random) -> str:
    body = rng.choice(["WEST", "NWBK", "BARC"]) + digits(rng, 14)
    number = int("".join(str(int(c, 36)) for c in body + "GB00"))
    n = f"GB{98 - number % 97:02}{body}"
    return rng.choice([n, " ".join(n[i : i + 4] for i in range(0, 22, 4))])


def make_ip(rng: random.Random) -> str:
    return rng.choice(["192.0.2.", "198.51.100.", "203.0.113."]) + str(rng.randint(1, 254))


def make_sort_code(rng: random.Random) -> str:
    n = digits(rng, 6)
    return f"{n[:2]}-{n[2:4]}-{n[4:]}"


def make_passport(rng: random.Random) -> str:
    return rng.choice("123456789") + digits(rng, 8)


def make_licence(rng: random.Random) -> str:
    return f"TARRO{rng.randint(5, 9)}{rng.choice('01')}{rng.randint(1, 9)}{rng.randint(10, 28)}{rng.randint(0, 9)}K99{rng.choice('AB')}{rng.choice('CDE')}"


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "email": make_email, "phone": make_phone, "url": make_url, "postcode": make_postcode, "address": make_address,
    "nhs_number": make_nhs, "ni_number": make_ni, "upn": make_upn, "urn": make_urn, "date_of_birth": make_date,
    "handle": make_handle, "card_number": make_card, "iban": make_iban, "ip_address": make_ip,
    "bank_account": make_sort_code, "passport": make_passport, "driving_licence": make_licence,
}  # fmt: skip
FRAMES = {
    "email": ["My email is @@.", "Send the minutes to @@, please", "(@@)", "@@ would love to hear from you",
              "You can get me on @@ most days!", "contact: @@; thanks", "Write to the bursar - @@"],
    "phone": ["Ring me on @@ after 4.", "@@ if you want to know more", "My mobile's @@, leave a message", "Tel: @@.",
              "the office (@@) never answers", "call @@ and ask for the SBM", "you'll get me on @@ before 8am"],
    "url": ["It's all on @@.", "See @@ for the minutes", "our page (@@) says the opposite", "Look at @@, honestly",
            "@@ has the form"],
    "postcode": ["We are @@ and they are ten miles off", "Anyone in @@ has the same trouble.", "The site (@@) floods",
                 "i live @@ so its a long bus ride", "My postcode is @@."],
    "address": ["They moved us to @@ in the end", "I live at @@, come and look", "the annexe, @@, has no lift",
                "Post it to @@ please"],
    "nhs_number": ["My NHS number is @@.", "NHS no @@ if you want to check", "(NHS: @@)", "they lost my notes, @@ is the number"],
    "ni_number": ["NI number @@", "My national insurance is @@, sort it out", "payroll had @@ down wrong"],
    "upn": ["The UPN @@ was never sent on.", "pupil @@ came without a file", "CTF failed for @@ twice"],
    "urn": ["We are URN @@.", "School URN: @@", "(URN @@)", "urn number is @@, ask them"],
    "date_of_birth": ["DOB @@.", "my son, born @@, has had three schools", "date of birth: @@", "She was born on @@ here",
                      "d.o.b. @@ so he missed the cut off"],
    "handle": ["We post as @@ on twitter", "follow @@ for the photos", "Have a look at @@ some time"],
    "card_number": ["they charged @@ twice", "My card is @@", "card no. @@ is on file with the caterer"],
    "iban": ["Pay it into @@ please", "IBAN: @@"],
    "ip_address": ["the filter blocks @@ all day", "I'm on @@ and it says no"],
    "bank_account": ["sort code @@ is the old one", "Sort code: @@, same bank"],
    "passport": ["My passport number is @@", "passport no @@ was copied", "Passport: @@"],
    "driving_licence": ["My driving licence is @@", "licence @@ was asked for", "they wanted @@ copied, why"],
}  # fmt: skip

# --- what only looks like an identifier --------------------------------------------------------------------


def bad_check(rng: random.Random) -> str:
    def spoil(value: str) -> str:
        i = max(i for i, c in enumerate(value) if c.isdigit())
        return value[:i] + str((int(value[i]) + 1) % 10) + value[i + 1 :]

    return rng.choice([
        lambda: f"Reference {spoil(make_nhs(rng)).replace('-', ' ')} on the letter", lambda: f"Job {spoil(make_card(rng))} again",
        lambda: f"Asset {spoil(make_upn(rng))} is the trolley", lambda: f"Batch {spoil(make_iban(rng))} was returned",
        lambda: f"Stock line BG {digits(rng, 2)} {digits(rng, 2)} {digits(rng, 2)} A is out",
    ])()  # fmt: skip


NEGATIVES: list[Callable[[random.Random], str]] = [
    lambda r: f"{r.randint(20, 99)}% got grade {r.randint(4, 7)} or above in {r.randint(2015, 2025)}",
    lambda r: f"Year {r.randint(1, 11)} went from {r.randint(20, 60)} to {r.randint(20, 60)} between {r.randint(2010, 2019)} and {r.randint(2020, 2025)}",
    lambda r: f"KS{r.randint(1, 4)} at {r.randint(1, 4)}pm in room B{r.randint(1, 30)}, every {r.randint(2, 6)} weeks",
    lambda r: f"form {r.randint(7, 11)}B and {r.randint(7, 11)}C share {r.randint(1, 4)} TAs",
    lambda r: f"It cost £{r.randint(1, 99)},{digits(r, 3)} and then £{digits(r, 5)}.{digits(r, 2)} more",
    lambda r: f"From 0{r.randint(7, 9)}:{r.randint(10, 59)} to 1{r.randint(2, 7)}:{r.randint(10, 59)} on 0{r.randint(1, 9)}/0{r.randint(1, 9)}/2025",
    lambda r: f"{digits(r, 3)} on roll, PAN {r.randint(30, 240)}, {r.randint(1, 40)}.{r.randint(0, 9)}% FSM",
    lambda r: f"Scores were {r.randint(90, 120)} {r.randint(90, 120)} {r.randint(90, 120)} and {r.randint(90, 120)}",
    lambda r: f"We meet in {r.choice(['March', 'May', 'June'])} {r.randint(2024, 2026)}, the {r.randint(1, 28)}th",
    lambda r: f"invoice no {digits(r, 8)} for {r.randint(2, 30)} laptops",
    lambda r: f"On a scale of 1 2 3 4 5 6 7 8 9 10 I'd say {r.randint(1, 10)}",
    lambda r: f"{r.randint(2, 60)} miles down the road, {r.randint(10, 90)} minutes each way",
    lambda r: f"He is {r.randint(4, 18)} and has had {r.randint(2, 9)} teachers since 20{r.randint(10, 24)}-{r.randint(25, 29)}",
    lambda r: f"order 0{digits(r, 9)} never came",
    lambda r: f"version {r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)}.{r.randint(0, 9)} of the form crashed",
    lambda r: f"P{r.randint(1, 8)} to P{r.randint(1, 8)}, Y{r.randint(3, 11)} 2nd set, group A{r.randint(1, 9)}",
    lambda r: f"ISBN 978-0-{digits(r, 4)}-{digits(r, 4)}-{r.randint(0, 9)} is the book",
    lambda r: f"{r.randint(2019, 2025)}/{r.randint(20, 26)} budget {digits(r, 6)}, reserves {digits(r, 7)}",
    lambda r: f"Look at the end.Then at point {r.randint(1, 9)}.{r.randint(1, 9)} of the plan, e.g. the map",
    lambda r: f"drop off @ {r.randint(7, 9)}am, pick up @school at {r.randint(2, 4)}",
    bad_check,
    bad_check,
    lambda r: f"the {r.randint(2, 9)}th of {r.choice(['May', 'July'])} 20{r.randint(20, 25)} is when the trust took over",
    lambda r: f"paragraph {r.randint(1, 40)}.{r.randint(1, 9)}.{r.randint(1, 9)} of {r.choice(['KCSIE', 'the handbook'])}",
    lambda r: f"about {digits(r, 1)},{digits(r, 3)},{digits(r, 3)} pounds over {r.randint(2, 9)} years",
    lambda r: f"pupil numbers {r.randint(100, 999)} {r.randint(100, 999)} {r.randint(1000, 1999)} over three years",
    lambda r: f"Unit {r.randint(1, 9)} and table {r.randint(1, 60)} of the {r.randint(2015, 2024)} report",
    lambda r: f"we have {r.randint(2, 9)} close friends on the way to school and {r.randint(2, 9)} good lanes to walk",
    lambda r: f"bus {r.randint(1, 99)} to gate {r.randint(1, 9)}, {r.randint(10, 59)} past {r.randint(1, 9)}",
    lambda r: f"charity number {digits(r, 7)} and company {digits(r, 8)}",
]  # fmt: skip
