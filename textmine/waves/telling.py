"""The answers in words: what was found, and what would have been; never that nothing changed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from textmine.coding.comparison import ALL_CODES
from textmine.waves.making import Making
from textmine.waves.news import News
from textmine.waves.words import WordChanges

YES, NOT_FOUND, NOT_ASKED = "yes", "not found", "not asked"
#: Things named in one sentence, at most.
_NAMED = 6


def tell_making(making: Making) -> dict[str, str]:
    """Whether the waves were made alike."""
    question = "Were the waves coded differently?"
    if not len(making.table):
        said = "The same model, codebook and thresholds, as far as the folders tell."
        return _answer(question, NOT_FOUND, said, "What a folder does not tell cannot be seen.")
    what = list(dict.fromkeys(making.table["what"]))
    said = f"They differ in: {', '.join(what)}."
    if making.barred:
        said += f" Not compared: {_name(list(making.barred))}."
    if "codebook" in what and {"definition", "retired", "added"} & set(what):
        said += " To compare more, bring the old wave to the new codebook: textmine codebook migrate."
    return _answer(question, YES, said, "")


def tell_words(words: WordChanges | None) -> dict[str, str]:
    """Whether people write otherwise."""
    question = "Did the words change?"
    if words is None or not len(words.table):
        return _answer(question, NOT_ASKED, "Both waves need their texts, 20 or more.", "")
    table = words.table
    changed = table[table["changed"] == "yes"]
    said = (
        f"{_name([_figure(row) for row in changed.to_dict('records')])}."
        if len(changed)
        else f"No change was found in {len(table)} figures."
    )
    seen = []
    share = words.detectable_share
    if share == share:
        seen.append(
            f"the comparison of all texts sees a theme, such as the codes are, that makes up about "
            f"{100 * share:.0f}% more of the texts"
            if share < 1
            else "the comparison of all texts would not see a new theme of any size here"
        )
    for row in table.to_dict("records"):
        if row["measure"] == "non-response":
            seen.append(f"non-response: {100 * row['detectable']:.1f} points")
        if row["measure"] == "words an answer":
            seen.append(f"length: {row['detectable']:.1f} words")
    return _answer(question, YES if len(changed) else NOT_FOUND, said, _would(seen))


def tell_terms(terms: pd.DataFrame | None, said: str) -> dict[str, str]:
    """Which words are commoner or rarer."""
    question = "Which words are said more or less often?"
    if terms is None:
        return _answer(question, NOT_ASKED, "Both waves need their texts.", "")
    changed = terms[terms["changed"] == "yes"] if len(terms) else terms
    up, down = (
        [str(word) for word in changed.loc[part, "word"]] if len(changed) else []
        for part in (changed.get("times", pd.Series(dtype=float)) > 1,
                     changed.get("times", pd.Series(dtype=float)) <= 1)
    )  # fmt: skip
    words = [f"more: {_name(up)}" if up else "", f"less: {_name(down)}" if down else ""]
    told = "; ".join(word for word in words if word)
    return _answer(
        question,
        YES if told else NOT_FOUND,
        f"{told.capitalize()}." if told else "No word was found whose use changed.",
        said,
    )


def tell_codes(codes: pd.DataFrame) -> dict[str, str]:
    """Which codes' shares changed."""
    question = "Did the codes change?"
    known = codes[codes["change"].notna()]
    if not len(known):
        said = "No change can be told: people must read units of both waves, by one codebook."
        return _answer(question, NOT_ASKED, said, "")
    changed = known[known["changed"] == "yes"]
    said = f"No change was found in {len(known)} shares."
    if len(changed):
        said = f"{_name([_change(row) for row in changed.to_dict('records')])}."
    seen = known.loc[known["changed"] != "yes", "detectable"]
    would = []
    if len(seen):
        low, high = 100 * float(seen.min()), 100 * float(seen.max())
        would = [f"of the others, changes of {low:.1f} to {high:.1f} points, code by code"]
    return _answer(question, YES if len(changed) else NOT_FOUND, said, _would(would))


def tell_coder(coder: pd.DataFrame | None, making: Making) -> dict[str, str]:
    """Whether precision or recall changed."""
    question = "Did the coder get worse?"
    if coder is None:
        said = "Both waves need units that people read at random (--checked-old, --checked-new)."
        if making.codes and set(making.barred) == set(making.codes):
            said = "No code is known to mean the same in both waves."
        return _answer(question, NOT_ASKED, said, "")
    changed = coder[coder["changed"] == "yes"]
    parts = [
        f"{row['measure']} of {row['code']} {'fell' if row['change'] < 0 else 'rose'} from "
        f"{row['old']:.2f} to {row['new']:.2f}"
        for row in changed.to_dict("records")
    ]
    tested = int(coder["p"].notna().sum())
    said = f"{_name(parts)}." if parts else f"No change was found in {tested} figures."
    if not making.same_model:
        said += " The waves were coded by different models."
    pooled = coder[(coder["code"] == ALL_CODES) & coder["detectable"].notna()]
    seen = [f"{r['measure']} over all codes: {100 * r['detectable']:.0f} points" for r in _rows(pooled)]
    return _answer(question, YES if parts else NOT_FOUND, said, _would(seen))


def tell_calibration(calibration: pd.DataFrame | None, new: str) -> dict[str, str]:
    """Whether scores are still chances."""
    question = "Are the scores still chances?"
    if calibration is None:
        return _answer(question, NOT_ASKED, "The new wave needs units that people read at random.", "")
    mine = calibration[calibration["wave"].isin([new, "change"]) & calibration["p"].notna()]
    off = mine[mine["drifted"] == "yes"]
    parts = [
        f"{row['code']} ({'scores ' + row['band'] if row['band'] != 'all' else 'all scores'}): "
        f"{'more' if row['error'] > 0 else 'fewer'} carry it than the scores say"
        f"{' against the old wave' if row['wave'] == 'change' else ''}"
        for row in _rows(off)
    ]
    said = f"{_name(parts)}." if parts else f"No error was found in {len(mine)} looks."
    whole = mine[(mine["band"] == "all") & (mine["wave"] == new)]["detectable"]
    seen = []
    if len(whole):
        seen = [f"errors of {100 * float(whole.min()):.0f} to {100 * float(whole.max()):.0f} points a code"]
    return _answer(question, YES if parts else NOT_FOUND, said, _would(seen))


def tell_certificate(held: pd.DataFrame | None, given: bool) -> dict[str, str]:
    """Whether the certificate holds in the new wave."""
    question = "Does the certificate still hold?"
    if held is None or not len(held):
        said = "It accepts no code." if given else "None was given (--certificate)."
        return _answer(question, NOT_ASKED, said, "")
    parts = []
    for verdict, words in (("broken", "broken"), ("holds", "shown anew"), ("not shown", "not shown")):
        own = held.loc[held["verdict"] == verdict, "code"].tolist()
        parts += [f"{words}: {_name(own)}"] if own else []
    found = YES if (held["verdict"] == "holds").all() else NOT_FOUND
    seen = "A band of which few were read can be neither shown nor broken: the table says how many to read."
    return _answer(question, found, f"{'; '.join(parts)}.".capitalize(), seen)


def tell_news(news: News | None) -> dict[str, str]:
    """Themes that the old wave lacks."""
    question = "What is new?"
    if news is None:
        return _answer(question, NOT_ASKED, "Not looked for: see the notes.", "")
    parts = [
        f"{' '.join(row['words'].split(', ')[:4])} ({row['count']} comments, {row['old_count']} before)"
        for row in _rows(news.new)
    ]
    said = f"{_name(parts)}." if parts else "No theme was found that the old wave lacks."
    note = news.notes[0]
    return _answer(question, YES if parts else NOT_FOUND, said, f"{note[0].upper()}{note[1:]}.")


def _answer(question: str, found: str, answer: str, detectable: str) -> dict[str, str]:
    return {"question": question, "found": found, "answer": answer, "detectable": detectable}


def _would(seen: list[str]) -> str:
    if not seen:
        return ""
    return f"Would have been found in four waves of five: {'; '.join(seen)}."


def _figure(row: dict[Any, Any]) -> str:
    name = f"{row['measure']}{' to ' + row['of'] if row['of'] else ''}"
    if row["old"] != row["old"]:
        return (
            name if row["measure"] != "told apart" else f"told apart ({100 * row['difference']:.0f}% right)"
        )
    if row["measure"] in ("words an answer", "answers a respondent"):
        return f"{name} ({row['old']:.1f} to {row['new']:.1f})"
    return f"{name} ({100 * row['old']:.1f}% to {100 * row['new']:.1f}%)"


def _change(row: dict[Any, Any]) -> str:
    name = ", ".join(str(row[key]) for key in ("code", "question", "group") if row[key])
    interval = f"{100 * row['low']:+.1f} to {100 * row['high']:+.1f}"
    return f"{name} {100 * row['change']:+.1f} points ({interval})"


def _name(things: list[str]) -> str:
    """Some things in a row, and how many more there are."""
    more = f" and {len(things) - _NAMED} more" if len(things) > _NAMED else ""
    return f"{'; '.join(things[:_NAMED])}{more}" if any(" " in t for t in things) else (
        f"{', '.join(things[:_NAMED])}{more}"
    )  # fmt: skip


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")
