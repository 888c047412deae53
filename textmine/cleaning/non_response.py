"""Answers that are no answer: said for want of one, or pointing to another."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from textmine.cleaning.keys import plain_words, word_set
from textmine.cleaning.pointers import (
    A_FEW,
    BY_THE_WAY,
    LONGEST,
    NOT_APPLICABLE,
    PARTS,
    any_of,
    points_elsewhere,
)
from textmine.cleaning.scan import compile_search

# Forms are written as they look when apostrophes, marks and capitals are gone: one pattern a line.
_ADVERBS = (
    "(?:(?:really|honestly|truly|just|actually|currently|genuinely|simply|personally|still|quite|even) )*"
)
_I = f"(?:(?:i|we|sorry i) )?{_ADVERBS}"
_CANNOT = f"(?:cant|cannot|can not|couldnt|could not|wouldnt|would not) {_ADVERBS}"
_THINKS = "(?:think of|recall|remember|see|say|name|know of|know|suggest|add|mention|report)"
_SOMEBODY = (
    "(?:(?:the|my|our|your) )?(?:head|heads|head ?teacher|headmaster|headmistress|principal|slt|office|boss"
    "|manager|line manager|chair|clerk|ceo|sbm|bursar|trust|business manager|someone else|somebody else)"
)


# Said for want of an answer, whatever was asked.
_UNANSWERED = any_of(rf"""
    n a|na|(?:not|non) applicable|not relevant|comments?|no (?:(?:further|additional|other
    more) )?comments?(?: (?:needed|required|necessary))?
    no (?:answer|response|reply)(?: given)?|non response|not answered|unanswered|(?:left )?blank|empty|null
    (?:i )?(?:did not|didnt) answer|not (?:stated|provided|specified|known|recorded|given)|unknown|dk|idk
    dunno
    tbc|tba|tbd|pass|skip|skipped|no thank ?(?:you|u)|no thanks|no ta|not (?:at this time|for now|now)|no more
    (?:i )?(?:would )?(?:prefer not|rather not|id rather not) (?:to )?(?:say|answer|comment)
    {_I}(?:have |ive |got |ive got )?(?:no idea|no clue|not a clue|no views?|no opinions?)
    {_I}(?:have |ive |got |ive got )?nothing (?:(?:else|more|further) )?to (?:add|say|put|write|report
    declare)(?: here)?(?: to (?:the above|the previous|my (?:previous |earlier )?(?:answers?|comments?)|that
    this|what i(?:ve| have)? (?:already )?said))?
    {_I}(?:dont|don t|do not|didnt|did not) {_ADVERBS}(?:know|kno|no|remember|recall
    understand(?: the question)?)
    {_I}(?:dont|do not|doesnt|dosnt) (?:want|wish|like) to (?:say|comment|answer)(?: anything)?
    {_I}{_CANNOT}(?:say(?: much)?|tell(?: you)?|comment|answer(?: that| this)?|judge|remember|recall|respond
    know)
    {_I}(?:dont|do not) {_ADVERBS}know enough(?: about (?:this|it|that))?(?: to (?:say|comment|answer|judge))?
    {_I}(?:dont|do not) wish to (?:answer|comment)(?: \w+){{0,8}}
    {_I}(?:was |am |im )?(?:unable|wasnt able|not able) to (?:say|comment|answer)
    (?:(?:im|i am|we are) )?{_ADVERBS}(?:not (?:(?:too|very|entirely|quite|really) )?(?:sure|certain)|unsure)
    nothing further|no further information|not for me to say|hard to say|ask (?:(?:me|us) )?again (?:next|in
    later)(?: \w+){{0,3}}|test|testing|(?:blah|bla)(?: (?:blah|bla))*
    {_I}(?:have )?no (?:direct |real |personal )?(?:knowledge|experience)(?: of (?:this|that|it))?
    too (?:early|soon|new) to (?:say|tell|judge|know|comment)|(?:im )?(?:still )?new (?:in|to) (?:the |my 
    this )?(?:post|role|job)
    (?:im |i am )?(?:not sure )?(?:(?:im|i am) )?(?:not )?the (?:right|best|wrong) person(?: to (?:ask|say
    answer|comment))?
    (?:id|i would) (?:have|need) to (?:go and )?(?:look|check|find out|ask)(?: \w+){{0,3}}
    not (?:something|a thing|anything) (?:(?:i|we) (?:have |ve |am |are )?|ive |weve 
    im )(?:ever )?(?:discussed|heard of|aware of|involved in|involved with|been told about
    know about)(?: \w+){{0,3}}
    (?:i |ive |i have )(?:have )?(?:only |just |only just |recently )+(?:joined|started
    been \w+)(?: \w+){{0,4}}
    (?:(?:youd|you would) (?:need|have) to |(?:you )?best )?(?:ask|speak to) {_SOMEBODY}
    {_SOMEBODY} (?:would|will|might|may)(?: be able to)? (?:know|say|tell you|answer)
""")  # fmt: skip

# 'There is none': an answer to a question that asks what is wrong or wanted, else no answer.
_DENIED = any_of(rf"""
    (?:none|nothing|nothin|nothink|no|nope|nah|naw|nil|nowt|zero|zilch|nada|non|nout|nothng|nothign|nohting
    notihng|nothinhg|nuthing|nuffin)
    not (?:a (?:single )?thing|any|one thing|really|particularly|especially|yet|currently|(?:at
    for) (?:the moment|present))
    (?:none|nothing) of (?:the above|these|them|that)|nil return|(?:nothing|none|no) (?:known|recorded|noted)
    (?:nothing|none|nowt) (?:at all|whatsoever|whatever|really|major|big|in particular|specific|significant)
    nothing (?:particular|special|obvious|new|to note|else|more|of note|drastic|substantial|whatsoever)
    (?:none|nothing|nowt) (?:(?:really|in particular|obvious|specific|else) )?(?:comes|springs) to mind
    (?:none|nothing|nowt|nil|not|nothing else)(?: that)? (?:i|we) {_ADVERBS}(?:(?:can|could
    would) )?{_ADVERBS}{_THINKS}(?: of)?
    (?:none|nothing|not)(?: that)? (?:im|i am|we are|were|ive been) (?:made )?aware(?: of)?
    (?:none|nothing|not) (?:as far as|that) i(?: am|m)? (?:know|aware|can (?:recall|see|remember))(?: of)?
    as far as (?:i|we) (?:(?:can|could) )?(?:know|recall|remember|see|tell) (?:none|nothing|no)
    (?:(?:im|i am|we are) )?not aware of (?:any|anything|any such thing|one)
    (?:there )?(?:is|are|was|were) (?:none|nothing)|theres (?:none|nothing)|(?:there )?isnt (?:any|anything
    nowt)
    (?:i )?(?:have|had|got) (?:none|nothing)|{_I}(?:dont|do not) (?:really )?have (?:any|anything|one)
    {_I}(?:dont|do not|didnt) {_ADVERBS}think so
    {_I}{_CANNOT}(?:think of|come up with|suggest|name|fault|find) (?:anything|any|any thing|a thing|nothing
    much|one)(?: (?:else|more|specific|particular|in particular|off ?hand|off the top of my head|right now))*
""")  # fmt: skip

_ONLY_THANKS = re.compile(
    r"(?=.*\b(?:thank|thanks|thankyou|cheers|good luck|best wishes)\b)"
    r"(?:(?:many|lots of|no|thank you|thankyou|thanks|cheers|for|asking|reading|listening|your|time"
    r"|the|survey|good"
    r"|luck|with|it|this|report|all|best|wishes|and|very|much|so) ?){1,12}"
)
# Why somebody does not know: new, not told, or somebody else's task; only ever looked for after "don't know".
_WHY_NOT_KNOWN = re.compile(
    rf"\b(?:joined|started|new|ask|asks|asked|told|tells?|informed|consulted|involved|discussed|heard|compare"
    rf"|appointed|been (?:here|a|on|in)|before my time|not my|knows?|would know|deals?|handles?"
    rf"|does all|leave (?:that|this|it|all|those) \w+)\b|^{_SOMEBODY}\b"
)
_ASK_SOMEBODY = re.compile(
    rf"(?:please )?(?:(?:ask|speak to|talk to) {_SOMEBODY}\b|(?:speak|talk) to .* (?:does|deals|knows"
    rf"|handles|leads)\b)(?!.*\b(?:what|how|to|about|if|first|more)\b)"
)
# With what a non-response of more than a few words begins.
_BEGINS = word_set(
    """
    please ask speak talk i we im id ive dont don do not na n no idk dunno cant cannot couldnt could
    wouldnt would wasnt unable unsure sorry honestly really hard too nothing none nowt nil didnt did pass
    unknown tbc see as same refer look so well oh er erm um hmm thank thanks many good at on in for from
    currently sadly unfortunately to there nope nah the you youd best have already covered answered said
    stated mentioned explained described think got given ditto hence literally absolutely probably if
    being only just new blah test prefer rather it my our personally never
    """
)
# One of these is in every non-response of a few words.
_SAYING = word_set(
    """
    na n applicable relevant comment comments no answer answered unanswered blank empty null non not
    unknown dk idk dunno tbc tba tbd pass skip skipped prefer rather idea clue nothing nothin nothink dont
    don didnt doesnt dosnt cant cannot can couldnt could wouldnt would unable unsure hard early soon new
    person look check joined started ask speak know none nope nah naw nil nowt zero zilch nada nout nothng
    nothign nohting notihng nothinhg nuthing nuffin isnt test testing blah bla above previous previously
    ditto see refer same covered said stated mentioned described explained idem already earlier before x
    xx xxx aware as
    """
)
_RUN_ON = re.compile(r" (?=(?:they|nobody|no one|only|just|im|ive|i) )")
_ABOUT_THE_ANSWER = re.compile(
    r"\b(?:details?|put it|mention\w*|said|written|wrote|explain\w*|worded|repeat\w*|nothing (?:more"
    r"|else)|to add)\b"
)
_BECAUSE = re.compile(r"\b(?:as|because|cos|since|so)\b", re.IGNORECASE)

_NOTHING = f"(?:(?:{BY_THE_WAY}|no) )*{_UNANSWERED}(?: (?:{_UNANSWERED}|{BY_THE_WAY}))*"
_NONE = f"(?:{BY_THE_WAY} )*(?:{_DENIED}|{_UNANSWERED})(?: (?:{_DENIED}|{_UNANSWERED}|{BY_THE_WAY}))*"
# Which of the two a whole key says; both are known where 'nothing' is.
_SAYS = compile_search(*(f"^(?:{said})$".replace(r"\w", "[^ ]") for said in (_NOTHING, _NONE)))
# How each of these begins, after what is said in passing: a quick look, for few answers do.
_OPENS = compile_search(
    rf"^(?:(?:{BY_THE_WAY}|no|n a|na|please|the|look at|think you ve|hence) )*(?:{_UNANSWERED}|{_DENIED}"
    r"|ditto|idem|same|above|previous|see|refer|as|already|covered|answered|said|stated|mentioned|explained"
    r"|described|look|(?:i|ive) (?:\w+ )*?(?:above|below|previous(?:ly)?|earlier|last|first|preceding"
    r"|prior|before|already|answers?|responses?|comments?|questions?|q|page|section|box|boxes|entry|reply"
    r"|replies|q?\d+[a-z]?|[ivx]+)|answers?|responses?|comments?|reply|entry|my answer|ask|speak to|talk to"
    r"|x+|[a-z]$|[b-hj-z])\b|(?:got|given|gave|put|answered|explained|covered|said|described) (?:.* )?"
    r"(?:previous|earlier|above|last|first) (?:question|answer|comment|section|box|page|response)"
)
_IN_PASSING = re.compile(f"{BY_THE_WAY}(?: {BY_THE_WAY})*")

# A question to which 'nothing' is an answer: it asks what is wrong, or what is wanted ...
_ASKS_WHAT_IS_WRONG = re.compile(
    r"barrier|obstacle|hinder|hindr|prevent|imped|challeng|difficult|problem|disadvantage|downside|drawback"
    r"|concern|worr(?:y|ies)|in the way\b|\bhold\w* (?:\w+ ){0,2}back\b|dislike|missing|\black|\bstop"
    r"|frustrat"
    r"|\bworse|\bworst|weakness|(?:go|went|gone|going|be) wrong|complain|unhappy|\bstruggl|\bbad\b"
)
_ASKS_WHAT_IS_WANTED = re.compile(
    r"better|improv|support|help|need|chang|differently|want|suggest|recommend|enhanc|\bshould\b|\bwish"
)
# ... but not if it asks what was good, for both at once, or for whatever else there is to say.
_ASKS_WHAT_WAS_GAINED = re.compile(
    r"\bgain|benefi|advantage|strength|enjoy|\bachiev|\blearn(?:t|ed)\b|(?:went|gone|going|go|works?"
    r"|worked) well"
    r"|\b(?:was|is|were|are) good\b|good about|(?:you|we|they) (?:most )?like[ds]?\b|like[ds]? (?:best"
    r"|most|about)"
    r"|\b(?:has|have|had|did)\b(?!.*\bcould\b).*\b(?:help|helped|improve|improved|supported)\b"
)
_ASKS_FOR_BOTH = re.compile(
    r"(?<!dis)satisfied.*dissatisfied|good (?:and|or|and/or) bad|likes? (?:and|or) dislikes?"
)
_ASKS_FOR_THE_REST = re.compile(
    r"anything (?:else|more|further)|(?:other|further|additional|any|final) (?:comment|thought|remark"
    r"|feedback)"
    r"|\bto add\b|(?:like|want|wish|need) to (?:tell|say|share|mention|add)|^(?:q\w* )?other$"
)

_MOST_WORDS = 24
_NOTHING_BUT_MARKS = frozenset(("P", "Z", "C", "M"))


def is_non_response(text: str, question: str = "") -> bool:
    """Whether a whole text is said for want of an answer: 'n/a', '-', 'no comment', 'as above', "don't know".

    'None', 'nothing', 'no' and the like are answers to a question that asks what gets in the way, what would
    be better or what is needed, and no answer to any other. A blank text is empty, not a non-response.

    >>> is_non_response("Nothing."), is_non_response("Nothing.", "What, if anything, gets in the way?")
    (True, False)
    """
    if len(text) > LONGEST or not text.strip():
        return False
    return is_no_answer(text, plain_words(text), question)


def is_no_answer(text: str, words: list[str], question: str) -> bool:
    """``is_non_response`` for a text that is not blank, whose ``plain_words`` are known already.

    >>> is_no_answer("N/A", ["n", "a"], "")
    True
    """
    if len(text) > LONGEST or len(words) > _MOST_WORDS:
        return False
    if words and not _might_say_nothing(words, question):
        return False
    if not words:
        return all(unicodedata.category(char)[0] in _NOTHING_BUT_MARKS or char in "+=~^|<>" for char in text)
    key, said = " ".join(words), None
    if _OPENS(key):
        said = _kind(key) or _kind_of_parts(text) or _kind_with_reason(text, words)
    if said is None and _asks_for_the_rest(question) and _ONLY_THANKS.fullmatch(key):
        said = "unanswered"
    return said == "unanswered" or (said == "denied" and not _wants_denials(question))


def _might_say_nothing(words: list[str], question: str) -> bool:
    if _SAYING.isdisjoint(words):
        return len(words[0]) == 1 == len(words) or _asks_for_the_rest(question)
    return len(words) <= A_FEW or words[0] in _BEGINS


def _kind(key: str) -> str | None:
    """'unanswered' or 'denied' if that is all that a key says, or None."""
    if len(key) == 1:
        return "unanswered" if key.isascii() and key.isalpha() and key not in "yn" else None
    says = _SAYS(key) or ()
    if 0 in says or points_elsewhere(key) or set(key) == {"x"}:
        return "unanswered"
    return "denied" if says else None


def _kind_of_parts(text: str) -> str | None:
    """The same for a text of several parts: 'denied' if one of them denies, None if one says something."""
    text = NOT_APPLICABLE.sub(" na ", text)
    parts = PARTS.split(text)
    kinds = set()
    for part in parts if 1 < len(parts) <= 2 * A_FEW else ():
        key = " ".join(plain_words(part))
        if not key or _IN_PASSING.fullmatch(key):
            continue
        kind = _kind(key)
        if kind is None:
            return None
        kinds.add(kind)
    if not kinds:
        return None
    return "denied" if "denied" in kinds else "unanswered"


def _kind_with_reason(text: str, words: list[str]) -> str | None:
    """'unanswered' for "don't know" with the reason why, or for 'ask the head' with who that is."""
    if _ASK_SOMEBODY.match(" ".join(words)):
        return "unanswered"
    head, *rest = _BECAUSE.split(text, maxsplit=1)
    first, *others = [part for part in PARTS.split(head) if part.strip()] or [""]
    key = " ".join(plain_words(NOT_APPLICABLE.sub(" na ", first)))
    reason = " ".join(plain_words(" ".join([*others, *rest])))
    if not reason and (run_on := _RUN_ON.search(key)):
        key, reason = key[: run_on.start()], key[run_on.start() + 1 :]
    if not (key and reason):
        return None
    if points_elsewhere(key):
        return "unanswered" if len(words) <= 18 and _ABOUT_THE_ANSWER.search(reason) else None
    known = _WHY_NOT_KNOWN.search(reason) or 1 in (_SAYS(reason) or ())
    return "unanswered" if known and 0 in (_SAYS(key) or ()) else None


@lru_cache(maxsize=4096)
def _wants_denials(question: str) -> bool:
    asked = _plain_question(question)
    if _asks_for_the_rest(question) or _ASKS_FOR_BOTH.search(asked):
        return False
    if _ASKS_WHAT_IS_WRONG.search(asked):
        return True
    return bool(_ASKS_WHAT_IS_WANTED.search(asked)) and not _ASKS_WHAT_WAS_GAINED.search(asked)


@lru_cache(maxsize=4096)
def _asks_for_the_rest(question: str) -> bool:
    return bool(_ASKS_FOR_THE_REST.search(_plain_question(question)))


def _plain_question(question: str) -> str:
    return " ".join(question.casefold().replace("_", " ").split())
