"""The methods statement, ready to paste: what was done, by the items of COREQ and SRQR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textmine.report.blocks import make_section, make_table
from textmine.report.material import APPROACHES, Material

_YOURS = "[yours to write]"
#: What ``estimate_prevalence`` says of a file that does not tell how its units were drawn.
_ASSUMED = "a simple random sample is assumed"
_SOURCES = (
    "COREQ: Tong, Sainsbury and Craig 2007. SRQR: O'Brien and others 2014. The items above are those on "
    "analysis; "
    "the others are not about coding."
)
_REFLEXIVE = (
    "In reflexive thematic analysis coding is interpretation, so no coder is right or wrong: what the "
    "machine "
    "gave are suggestions to the analyst, no accuracy and no agreement is reported, and counts are no "
    "findings "
    "(Braun and Clarke). Consider whether machine coding has a place in the study at all."
)
#: What an approach asks of a reader, in a sentence.
_ABOUT = {
    "codebook": "Themes were defined in a codebook, and texts were coded by it (codebook thematic analysis).",
    "framework": "Texts were indexed by a codebook and charted case by case (framework analysis, Ritchie and "
    "Spencer).",
    "content": "Texts were coded by a codebook and counted (content analysis).",
    "coding_reliability": "Themes were coded by a fixed codebook (coding-reliability thematic analysis).",
    "reflexive": _REFLEXIVE,
}


def describe_methods(material: Material, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The statement in paragraphs and a table of items; ``facts`` has counts that other sections found."""
    rows = [
        {"item": item, "what": what, "said": said}
        for item, what, said in (
            ("COREQ 24, SRQR 12", "Data coders", _say_coders(material, facts)),
            ("COREQ 25", "Description of the coding tree", _say_codebook(material)),
            (
                "COREQ 26, SRQR 14",
                "Derivation of themes",
                f"Themes come from the codebook. {_YOURS}: how it was made.",
            ),
            ("COREQ 27, SRQR 11", "Software", _say_software(material)),
            ("COREQ 28, SRQR 15", "Participant checking", _YOURS),
            ("COREQ 29, SRQR 17", "Quotations presented", material.quotes.said),
            ("COREQ 30, SRQR 16", "Data and findings consistent", _say_shares(material)),
            ("COREQ 31", "Clarity of major themes", "The table of themes; definitions in the codebook."),
            (
                "COREQ 32",
                "Clarity of minor themes",
                "Contrary quotes and topics beside the themes, where given.",
            ),
            ("SRQR 5", "Approach", _say_approach(material)),
            ("SRQR 6", "Researchers and reflexivity", _YOURS),
            ("SRQR 9", "Ethics", _YOURS),
            ("SRQR 13", "Data processing", _say_processing(material)),
            ("SRQR 15", "Trustworthiness", _say_trust(material, facts)),
            ("SRQR 19", "Limitations", f"{_say_limits(material)} {_YOURS}: what else limits the study."),
        )
    ]
    columns = {"item": ("item", "text"), "what": ("on", "text"), "said": ("what to say", "text")}
    return make_section(
        "methods",
        "Methods statement",
        lead=write_statement(material, facts),
        tables=[make_table("methods", "By the items of COREQ and SRQR", columns, rows)],
        notes=[_SOURCES],
    )


def write_statement(material: Material, facts: Mapping[str, Any]) -> list[str]:
    """The statement in paragraphs: approach, data, coding, estimates, disclosure and quotes."""
    return [
        _say_approach(material),
        f"{facts['data']} {_say_coders(material, facts)} {_say_codebook(material)}",
        f"{_say_shares(material)} {_say_trust(material, facts)}",
        f"{_say_processing(material)} {material.quotes.said}",
        f"{_say_software(material)} {_say_limits(material)}",
    ]


def _say_approach(material: Material) -> str:
    if material.approach is None:
        return f"Approach: not named. {_YOURS}: name it with --approach ({', '.join(APPROACHES)})."
    about = _ABOUT[material.approach]
    if material.approach != "coding_reliability":
        return about
    if (material.quality or {}).get("agreement"):
        return f"{about} Agreement of coders was measured."
    return f"{about} {_YOURS}: how far coders agreed; textmine agree measures it."


def _say_coders(material: Material, facts: Mapping[str, Any]) -> str:
    model = dict(material.read.provenance.get("model") or {})
    suggested = "suggested codes for" if material.approach == "reflexive" else "coded"
    named = f"{model.get('id') or 'unknown'}, {model.get('tier') or 'unknown'} tier"
    said = f"A trained classifier ({named}) {suggested} all texts."
    if facts.get("read_by_people"):
        said += f" People read {_say_read(facts)}{_say_drawn(material)} to correct its errors."
    return said


def _say_codebook(material: Material) -> str:
    book = material.read.coded.codebook
    depth = max((len(book.ancestors(code)) + 1 for code in material.names), default=1)
    levels = "one level" if depth == 1 else f"{depth} levels"
    said = f"The codebook ({book.id}, version {book.version or 'none'}) has {len(material.names)} codes"
    return f"{said} on {levels}; a text may have several."


def _say_software(material: Material) -> str:
    software = dict(material.read.provenance.get("software") or {})
    versions = [software.get(name, "unknown") for name in ("textmine", "python")]
    return "Coding: textmine {} on Python {}.".format(*versions)


def _say_shares(material: Material) -> str:
    if material.interviews:
        return "Interviews with a theme were counted; no percentages of turns were made."
    if material.shares is None:
        return "Shares are counts of what the classifier gave and carry its errors; none is corrected."
    row = material.shares.iloc[0]
    return (
        "Shares were corrected for the classifier's errors by the texts that people read (prediction-powered "
        "inference, Angelopoulos and others 2023; design-based supervised learning, Egami and others "
        "2023), with "
        f"95% intervals by Wilson's method on the effective sample size. Share of {row['base_in_words']}; "
        f"target: {row['target']}."
    )


def _say_trust(material: Material, facts: Mapping[str, Any]) -> str:
    if material.approach == "reflexive":
        return ""
    parts = []
    if facts.get("read_by_people"):
        parts.append(f"The part that people read is {_say_read(facts)} of {int(facts['counted']):,}.")
    if material.quality and material.quality["codes"]:
        parts.append("Precision and recall of the classifier are reported code by code.")
    if material.read.provenance.get("certificate"):
        parts.append("Codes taken without reading are held to a certificate of precision.")
    return " ".join(parts)


def _say_processing(material: Material) -> str:
    if material.interviews:
        named = f"the column {material.case}" if material.case else "their files, or by numbers"
        return f"Interviews are named by {named}; counts of interviews are not protected by a rule."
    said = f"Tables show counts of respondents under the disclosure rule {material.rule.name}."
    return f"{said} {material.rule.in_words()}"


def _say_limits(material: Material) -> str:
    trained = int(dict(material.read.provenance.get("counts") or {}).get("trained_on") or 0)
    said = "A classifier finds what its codebook and its training texts know, and misses what is new."
    if trained:
        said += f" It was trained on {trained:,} of these texts; their scores are of models new to them."
    return said


def _say_drawn(material: Material) -> str:
    validity = [] if material.shares is None else material.shares["validity"].astype(str).tolist()
    if any(_ASSUMED in note for note in validity):
        return f" ({_YOURS}: how they were drawn; a simple random sample is assumed)"
    return " drawn at random,"


def _say_read(facts: Mapping[str, Any]) -> str:
    read = int(facts["read_by_people"])
    return f"the texts of {read:,} respondents" if facts["unit"] == "respondent" else f"{read:,} texts"
