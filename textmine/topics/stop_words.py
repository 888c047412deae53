"""Words that no topic is named by: those that every answer uses, and how a study adds its own."""

from __future__ import annotations

from collections.abc import Iterable

from textmine.coding.tokens import fold

_LINES = """
a about above across after afterwards again against ago all almost alone along already also although always
am among amongst an and another any anyhow anything anyway anywhere are aren't around as at away back be
became because become becomes becoming been before beforehand behind being below beside besides between
beyond bit both but by came can can't cannot cant come comes coming could couldn't couldnt did didn't didnt
do does doesn't doesnt doing don't done dont down due during each either else elsewhere enough etc even ever
every everybody everyone everything everywhere except few for former found from further get gets getting
give go goes going gone got had hadn't has hasn't hasnt have haven't he he's hence her here hers herself him
himself his how however i i'd i'll i'm i've if im in indeed into is isn't isnt it it's its itself ive just
keep know knows last latter least less let let's like lot lots made make makes making many may maybe me
meanwhile might mine more moreover most mostly much must my myself namely neither never nevertheless next no
nobody none nor not nothing now nowhere of off often on once one ones only onto or other others otherwise
our ours ourselves out over own people per perhaps put quite rather really said same say saying says see
seem seemed seems several shall she she's should shouldn't since so some somebody somehow someone something
sometime sometimes somewhere still such sure take taken takes tell than that that's thats the their theirs
them themselves then there there's thereby therefore these they they'd they're they've thing things think
this those though thought three through throughout thus to together told too took toward towards tried try
trying two under until up upon us use used using very via want wanted wants was wasn't wasnt way we we'd we'll
we're we've well went were weren't what what's whatever when whenever where whereas whether which while who
whole whom whose why will with within without won't wont would wouldn't wouldnt yes yet you you'd you'll
you're you've your yours yourself yourselves able actually anybody anyone ask asked need
"""
STOP_WORDS = frozenset(_LINES.split())


def join_stop_words(own: Iterable[str]) -> frozenset[str]:
    """The common words together with a study's own, such as the name of its service.

    >>> "ambulance" in join_stop_words(["Ambulance"])
    True
    """
    return STOP_WORDS | {fold(word.strip()) for word in own}
