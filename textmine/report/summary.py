"""A report as a plain dict: its sections, tables, figures by id and what they were made of; and its plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textmine.report.asked import describe_asked, describe_codebook
from textmine.report.beside import describe_topics, describe_waves
from textmine.report.blocks import make_section, make_table
from textmine.report.framework import describe_framework, describe_interviews, describe_quotes
from textmine.report.material import APPROACHES, Material
from textmine.report.methods import describe_methods
from textmine.report.plots import Plot
from textmine.report.quality import describe_coder, describe_review
from textmine.report.themes import ESTIMATOR, describe_groups, describe_pairs, describe_themes

#: The form of the summary; another number where a reader of it would stumble.
FORM = "textmine report 1"
_REFLEXIVE = "Codes are a machine's suggestions to the analyst; counts of them are no findings."


def summarise_report(material: Material) -> tuple[dict[str, Any], list[Plot]]:
    """All that a report says as plain values, and its plots.

    ``sections`` are in the order of reading; ``tables`` have columns and rows; ``figures`` has by id where a
    figure stands and what it is of, ``inputs`` the hashes and options that all depend on. Nobody's words are
    in it but quotes that were released. The same material gives the same summary.
    """
    plots: list[Plot] = []
    asked = describe_asked(material)
    sections = [asked]
    themes, drawn = describe_interviews(material) if material.interviews else describe_themes(material)
    sections.append(themes)
    plots += drawn
    if not material.interviews:
        for by in dict.fromkeys([*material.by, *([material.wave] if material.wave else [])]):
            section, drawn = describe_groups(material, by)
            sections.append(section)
            plots += drawn
        changes, drawn = describe_waves(material)
        together, more = describe_pairs(material)
        sections += [section for section in (changes, together) if section]
        plots += [*drawn, *more]
    framework = describe_framework(material)
    sections += [section for section in (framework, describe_quotes(material)) if section]
    topics = describe_topics(material) if not material.interviews else None
    sections += [topics] if topics else []
    sections.append(describe_review(material))
    if material.approach != "reflexive":
        coder, drawn = describe_coder(material)
        sections.append(coder)
        plots += drawn
    else:
        themes["notes"].insert(0, _REFLEXIVE)
    facts = _find_facts(material, asked)
    sections += [describe_methods(material, facts), describe_codebook(material), describe_origin(material)]
    summary = {
        "form": FORM,
        "title": material.title,
        "kind": "interviews" if material.interviews else "survey",
        "approach": material.approach,
        "data": _say_data(material),
        "inputs": dict(material.inputs),
        "inputs_sha256": material.inputs_sha256,
        "command": material.command,
        "sections": sections,
        "figures": _list_figures(material, sections),
    }
    return summary, plots


def describe_origin(material: Material) -> dict[str, Any]:
    """What the report was made of: hashes of the inputs, the model and the codebook, and the command."""
    said = material.read.provenance
    model, book = dict(said.get("model") or {}), dict(said.get("codebook") or {})
    rows = [
        {"what": "corpus", "name": "texts as coded", "sha256": said.get("corpus_fingerprint")},
        {"what": "model", "name": model.get("id"), "sha256": model.get("sha256")},
        {
            "what": "codebook",
            "name": f"{book.get('id')} {book.get('version')}".strip(),
            "sha256": book.get("sha256"),
        },
        *(
            {"what": "input", "name": one.get("file"), "sha256": one.get("sha256")}
            for one in said.get("inputs") or []
        ),
        *(
            {"what": kind, "name": one["file"], "sha256": one["sha256"]}
            for kind, files in dict(material.inputs.get("files") or {}).items()
            for one in files
        ),
        {"what": "report", "name": "inputs and options together", "sha256": material.inputs_sha256},
    ]
    software = ", ".join(f"{name} {version}" for name, version in dict(said.get("software") or {}).items())
    columns = {"what": ("what", "text"), "name": ("name", "text"), "sha256": ("sha256", "text")}
    return make_section(
        "provenance",
        "Provenance",
        lead=[f"Made by: {material.command}" if material.command else "", f"Coded with: {software}."],
        tables=[make_table("provenance", "What it was made of", columns, rows)],
        notes=[
            "Every figure has an id. textmine trace ID tells its base, its estimator, the rows behind it "
            "and the "
            "command that makes it again. The same inputs give the same ids.",
            *material.read.notes,
        ],
    )


def _say_data(material: Material) -> str:
    model = dict(material.read.provenance.get("model") or {})
    book = material.read.coded.codebook
    approach = f" Approach: {APPROACHES[material.approach]}." if material.approach else ""
    named = f"{book.id} {book.version}".strip()
    return f"Coded by {model.get('id') or 'a model'} with the codebook {named}.{approach}"


def _find_facts(material: Material, asked: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"data": asked["lead"][0].split(" What the interviewer")[0]}
    if material.shares is not None and len(material.shares):
        whole = material.shares[material.shares["by"] == ""].groupby("question")
        facts |= {
            "read_by_people": int(whole["n_read"].max().sum()),
            "counted": int(whole["n_coded"].max().sum()),
            "unit": str(material.shares["unit"].iloc[0]),
        }
    return facts


def _list_figures(material: Material, sections: list[dict[str, Any]]) -> dict[str, Any]:
    """By id: the kind and parts of a figure, the table and row it stands in, its values, what it is of."""
    found: dict[str, Any] = {}
    survey = dict(material.inputs.get("options") or {})
    for section in sections:
        for table in section["tables"]:
            for number, row in enumerate(table["rows"]):
                figure = row.get("figure")
                if not figure:
                    continue
                values = {
                    column["id"]: row[column["id"]]
                    for column in table["columns"]
                    if column["kind"] in ("count", "share", "number")
                }
                kind, *parts = material.named[figure]
                found[figure] = {
                    "kind": kind,
                    "parts": parts,
                    "section": section["name"],
                    "table": table["name"],
                    "row": number,
                    "values": values,
                    "estimator": _name_estimator(material, kind),
                    "base": _name_base(material, kind, row),
                    "weights": survey.get("weight"),
                    "command": material.command,
                }
    return found


def _name_estimator(material: Material, kind: str) -> str:
    if kind == "share" and material.shares is not None:
        return f"{ESTIMATOR}; respondents counted under the disclosure rule {material.rule.name}"
    return "count"


def _name_base(material: Material, kind: str, row: Mapping[str, Any]) -> str:
    if kind == "share" and material.shares is not None and len(material.shares):
        return str(material.shares["base_in_words"].iloc[0])
    if kind in ("share", "pair"):
        return "respondents with a text that was coded"
    return "interviews" if material.interviews and kind == "count" else "texts that were coded"
