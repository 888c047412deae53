"""Requests to be contacted, which ask for action: 'please ring me', 'can someone get back to me'."""

from __future__ import annotations

import re

from textmine.cleaning.keys import plain_words
from textmine.cleaning.pointers import any_of
from textmine.cleaning.scan import compile_search

# Phrases are read from plain words: small letters, without apostrophes and marks. One pattern a line.
_OFFICES = (
    "manager|team|staff|head|office|doctor|gp|nurse|advisor|person|member|department|lead|trust"
    "|school|service|practice|researchers?|chair|governors?|sendco|senco|matron|consultant|worker"
    "|pals|one|team leader|teacher|midwife|therapist|receptionist|organisers?"
)
_SOMEONE = (
    r"(?:(?:some|any) ?(?:one|body)|you|u|whoever"
    rf"|(?:a|the|your|my|our|one of your) (?:\w+ ){{0,3}}?(?:{_OFFICES}))"
)
_ME = r"(?:me|us|my \w+)"
_TO_ME = any_of(rf"""
    (?:call|ring|phone|telephone|tel|contact|e ?mail|text|message|visit) {_ME}
    (?:write|reply|respond|speak|talk) (?:back )?(?:to|with) {_ME}|get (?:back to|in touch with|hold of) {_ME}
    get in touch|be in touch|(?:call|ring|phone|contact|get|write) back|come and see {_ME}|reach out to {_ME}
    give {_ME} a (?:\w+ )?(?:call|ring|bell|shout|buzz)|let (?:me|us) know|send me (?:a reply|an e ?mail
    details)
""")
_WISH = (
    r"(?:i|we|my \w+|id|wed)(?: would| should| do| really| very much| also| just)*"
    r" (?:like|love|appreciate|welcome|want|wish|need|request|be grateful for|be glad of|value)"
)
_CALL = r"(?:call ?backs?|calls?|phone ?call|reply|response|contact|conversation|visit|ring back|chat)"
_REQUESTS = any_of(rf"""
    (?:(?:please|pls|plz|kindly)(?: (?:can|could|would|will|may))?(?: {_SOMEONE})?|(?:please |pls )?(?:have
    get|ask|arrange for) {_SOMEONE}(?: to)?|(?:can|could|would|will|may) (?:please|kindly
    {_SOMEONE}(?: from (?:the |your )?\w+)?)(?: else)?(?: please)?) (?:be able to |ever )?(?:(?:please|kindly
    urgently|just|also|then) ){{0,2}}{_TO_ME}
    (?:can|could|may) (?:i|we) (?:please )?(?:have|get|request|ask for|arrange) (?:\w+ ){{0,2}}{_CALL}
    (?:can|could|may) (?:i|we) (?:please )?(?:be (?:contacted|called|phoned|rung|emailed)|(?:speak
    talk) (?:to|with) {_SOMEONE})
    {_WISH} (?:for )?(?:{_SOMEONE} )?(?:to )?(?:please )?(?:{_TO_ME}|(?:speak|talk|chat) (?:to
    with) {_SOMEONE}|hear (?:back )?from {_SOMEONE})
    {_WISH} (?:to )?(?:discuss|talk about|have) (?:this|it|my \w+|a (?:\w+ )?(?:chat|conversation|word
    meeting))(?: \w+){{0,3}} (?:with|to) {_SOMEONE}
    {_WISH} (?:a|an|your|some) (?:\w+ )?{_CALL}\b
    {_WISH} to be (?:contacted|called|phoned|rung|emailed|telephoned)
    (?:call|ring|phone|contact|email|e mail|text|telephone) (?:me|us) (?:back )?(?:on|at|asap|urgently|please
    to discuss|about (?:this|my)|regarding|any ?time|if you (?:need|want|would|wish)|for (?:more|further
    details)|\d)
    (?:please|pls|plz|kindly) (?:do )?(?:call|ring|phone|contact|e ?mail|text|reply|respond|get in touch
    write back|get back to|arrange (?:a|for) \w+ (?:to|call))\b
    (?:feel free|dont hesitate|do not hesitate|youre welcome|you are welcome) to (?:call|ring|phone|contact
    e ?mail|get in touch|reach)
    you (?:can|may) (?:also )?(?:call|ring|phone|contact|e ?mail|reach|text|get hold of) (?:me|us)
    (?:happy|willing|glad|prepared|pleased) (?:to be contacted|for (?:someone|somebody|you) to|for a (?:call
    chat|conversation)|to (?:talk|speak|discuss|chat)\b(?: \w+){{0,3}}? (?:further|more|about|with you|to you
    if))
    i can be (?:contacted|reached|called|emailed|phoned)
    my (?:contact |phone |mobile |telephone |tel |e ?mail |home |work )*(?:number|e ?mail|address|details
    mobile|tel|phone)(?: number| address)? (?:is|are)\b
    (?:my|our) contact (?:details|number)\b|^contact details|^do (?:get back|get in touch|contact|call|ring)
    who (?:i|we) (?:can|could|should) (?:contact|call|speak to|talk to)|contact details (?:are|as follows)
    (?:call|ring|phone|contact|e ?mail|text) (?:me|us)(?: \w+){{0,4}} \d{{3,}}
    look(?:ing)? forward to (?:hearing|your (?:reply|response|call|e ?mail)|a (?:reply|response|call))
    await(?:ing)? (?:your|a) (?:reply|response|call|e ?mail)
    who (?:can|do|should|could) (?:i|we) (?:contact|call|ring|phone|speak to|talk to|e ?mail|complain to
    write to)
    (?:^|please )(?:a )?(?:call ?back|reply|response|contact) (?:please|requested|required|needed|pls
    would be (?:appreciated|welcome))
    (?:request|requesting) (?:a |for )?{_CALL}
""")  # fmt: skip
_CONTACT = re.compile(rf"\b{_REQUESTS}")
_MAY_ASK = compile_search(_CONTACT.pattern)
# What stands before the phrase and makes it somebody's words of long ago.
_TOLD = re.compile(
    r"\b(?:said|told|says|promised|assured|hoping|hoped|expected|asked)(?: (?:me|us|that|they|them|he"
    r"|she))*$|\bfor (?:\w+ ){1,3}to$"
)
_REFUSED = re.compile(r"\b(?:please |pls )?(?:do not|dont|never|didnt|did not|no need to|not)$")
_LATER = re.compile(r" when (?:you|they) (?:say|said|promise)")


def wants_contact(text: str) -> bool:
    """Whether the writer asks to be contacted: 'please ring me', 'can someone get back to me'.

    Talk about contact that was had or not had ('they never rang me back') is no request.

    >>> wants_contact("Could someone please ring me?"), wants_contact("They never called me back")
    (True, False)
    """
    return asks_for_contact(" ".join(plain_words(text)))


def asks_for_contact(said: str) -> bool:
    """``wants_contact`` for known ``plain_words``, joined by spaces.

    >>> asks_for_contact("please ring me")
    True
    """
    if not _MAY_ASK(said):
        return False
    for found in _CONTACT.finditer(said):
        before, after = said[: found.start()].rstrip(), said[found.end() :]
        if not (_TOLD.search(before) or _REFUSED.search(before) or _LATER.match(after)):
            return True
    return False
