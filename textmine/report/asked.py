"""The sections on what was asked, how many answered, and what the codes mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from textmine.cleaning.non_response import is_non_response
from textmine.report.blocks import make_section, make_table
from textmine.report.material import Material

_ALL = "all"


def describe_asked(material: Material) -> dict[str, Any]:
    """What was asked and how many answered, by question; of interviews, the sources and their turns."""
    return _describe_sources(material) if material.interviews else _describe_questions(material)


def describe_codebook(material: Material) -> dict[str, Any]:
    """The codes with their definitions, as they were coded by."""
    book = material.read.coded.codebook
    rows = []
    for code in book.codes:
        if code.id not in material.names:
            continue
        rows.append(
            {
                "name": code.name,
                "code": code.id,
                "parent": code.parent or "",
                "definition": code.definition or "",
                "include": _join(code.include),
                "exclude": _join(code.exclude),
            }
        )
    columns = {
        "name": ("theme", "text"),
        "code": ("id", "text"),
        "parent": ("under", "text"),
        "definition": ("definition", "text"),
        "include": ("include", "text"),
        "exclude": ("exclude", "text"),
    }
    version = f", version {book.version}" if book.version else ""
    lead = [f"Codebook {book.id}{version}, {len(rows)} codes."]
    return make_section(
        "codebook", "The codebook", lead=lead, tables=[make_table("codebook", "Codes", columns, rows)]
    )


def count_answers(material: Material) -> list[dict[str, Any]]:
    """By question: asked, blank, non-response, coded texts, and the respondents behind these."""
    read = material.read
    questions = np.array(read.column("question"), dtype=object)
    texts = np.array(read.column("text"), dtype=object)
    coded = read.coded.is_coded.to_numpy()
    owners = np.array(list(material.owners), dtype=object)
    silent = _find_silent(texts, questions) & coded
    rows = []
    several = len(set(questions.tolist())) > 1
    for question in [*dict.fromkeys(questions.tolist()), *([_ALL] if several else [])]:
        mine = np.ones(len(texts), dtype=bool) if question == _ALL and several else questions == question
        rows.append(
            {
                "question": question or "(one question)",
                "texts": int(mine.sum()),
                "blank": int((mine & ~coded).sum()),
                "coded": int((mine & coded).sum()),
                "non_response": int((mine & silent).sum()),
                "respondents": len(set(owners[mine & coded].tolist())),
                "figure": material.figure("response", question),
            }
        )
    return rows


def _describe_questions(material: Material) -> dict[str, Any]:
    rows = count_answers(material)
    columns = {
        "question": ("question", "text"),
        "texts": ("asked", "count"),
        "blank": ("blank", "count"),
        "coded": ("coded", "count"),
        "non_response": ("of these, say nothing", "count"),
        "respondents": ("respondents", "count"),
        "figure": ("figure", "id"),
    }
    counts = dict(material.read.provenance.get("counts") or {})
    notes = ["Texts such as 'nothing' or 'n/a' were coded as well and stand in the base of the shares."]
    if rejected := int(counts.get("rejected") or 0):
        notes.append(f"{rejected} rows of the input could not be read; rejected.csv says why.")
    if left_out := int(counts.get("left_out") or 0):
        notes.append(f"{left_out} texts were left out of the coding.")
    if trained := int(counts.get("trained_on") or 0):
        notes.append(f"{trained} texts trained the coder; their scores are of models that had not seen them.")
    if not material.owners_known:
        notes.append("No column of respondents is known: each text is taken for a person.")
    total = rows[-1]
    coded, people, blank = total["coded"], total["respondents"], total["blank"]
    lead = [
        f"{coded:,} text{'s' * (coded != 1)} by {people:,} respondent{'s' * (people != 1)} "
        f"{'was' if coded == 1 else 'were'} coded"
        + (f", {blank:,} {'was' if blank == 1 else 'were'} blank." if blank else ".")
    ]
    return make_section(
        "asked",
        "What was asked, and how many answered",
        lead=lead,
        tables=[make_table("asked", "Answers", columns, rows)],
        notes=notes,
    )


def _describe_sources(material: Material) -> dict[str, Any]:
    frame = pd.DataFrame(
        {
            "case": material.cases,
            "spoken": material.spoken,
            "coded": material.given.any(axis=1).to_numpy(),
        }
    )
    rows = [
        {
            "case": case,
            "turns": int(part["spoken"].sum()),
            "interviewer": int((~part["spoken"]).sum()),
            "with_theme": int(part["coded"].sum()),
            "figure": material.figure("source", str(case)),
        }
        for case, part in frame.groupby("case", sort=False)
    ]
    columns = {
        "case": ("interview", "text"),
        "turns": ("turns of participants", "count"),
        "interviewer": ("turns of the interviewer", "count"),
        "with_theme": ("turns with a theme", "count"),
        "figure": ("figure", "id"),
    }
    return make_section(
        "asked",
        "The interviews",
        lead=[
            f"{len(rows)} interviews. What the interviewer said is not counted. Turns are of very different "
            "lengths, so no share of turns is given: an interview has a theme or has it not."
        ],
        tables=[make_table("sources", "Interviews", columns, rows)],
    )


def _find_silent(texts: np.ndarray, questions: np.ndarray) -> np.ndarray:
    pairs = pd.MultiIndex.from_arrays([texts.astype(str), questions.astype(str)])
    codes, different = pd.factorize(pairs)
    says = np.array([is_non_response(text, question) for text, question in different], dtype=bool)
    found: np.ndarray = says[codes]
    return found


def _join(parts: Any) -> str:
    return parts if isinstance(parts, str) else "; ".join(str(part) for part in parts or ())
