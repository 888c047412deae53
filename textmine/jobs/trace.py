"""``textmine trace``: from the id of a printed figure to its base, its inputs, its rows and its command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.disclosure.groups import NOT_STATED
from textmine.errors import InputError
from textmine.estimates.prepared import NOT_GIVEN
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.scored_wave import PROVENANCE
from textmine.files import atomic_text, sha256_of_file, write_rows
from textmine.report.figure_ids import split_figure_id

_FORMS = ("textmine report", "textmine figures")
#: Depth to which a folder is searched for what reports and tables keep beside them.
_DEPTH = 3
_SHOWN = 8
SAME, OTHER, MISSING = "the same now", "other now", "not found here"


@dataclass(frozen=True, eq=False)
class TracedFigure:
    """A figure and all that it comes from.

    ``hashes`` has a row an input: ``what, name, sha256`` and ``now`` (the same, other, not found here).
    ``rows`` are the units behind it: ``unit_id, given`` (1 where the code, or both codes, were given) and
    ``score``; None where a figure is not made of single texts. No text is in it.
    """

    figure: str
    kind: str
    parts: tuple[str, ...]
    values: Mapping[str, Any]
    base: str
    weights: str
    estimator: str
    command: str
    source: Path
    hashes: pd.DataFrame
    rows: pd.DataFrame | None
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """All but the rows, which are counted, as plain values."""
        counts = None
        if self.rows is not None:
            counts = {"base": len(self.rows), "given": int(self.rows["given"].sum())}
        return {
            **{name: getattr(self, name) for name in ("figure", "kind", "base", "weights", "estimator")},
            "parts": list(self.parts),
            "values": dict(self.values),
            "command": self.command,
            "source": self.source.name,
            "hashes": self.hashes.to_dict("records"),
            "rows": counts,
            "notes": self.notes,
        }


def trace_figure(
    figure: str, folder: Path, *, coded: Path | None = None, rows_out: Path | None = None
) -> TracedFigure:
    """Find a figure by its id in what reports and tables in a folder keep of theirs.

    ``figure`` may be the name without its hash where only one is called so. ``coded`` is the coded folder,
    looked for by its name without. ``rows_out`` takes the rows as csv. Raises ``InputError`` for what is no
    id, for one that is not there (with those of the same name) and for a name that several have.
    """
    known = {one: (path, said) for path, said in find_figure_files(folder) for one in said["figures"]}
    if not known:
        raise InputError(
            f"No figures in {folder}. Give with --in where a report, or a table of prevalence or waves, lies."
        )
    found = _choose(figure.strip(), known)
    path, said = known[found]
    fact = dict(said["figures"][found])
    inputs = dict(said.get("inputs") or {})
    folder = folder.parent if folder.is_file() else folder
    place = _find_coded(inputs, folder, path.parent, coded)
    notes: list[str] = []
    read = None if place is None else read_coded(place)
    if place is None:
        notes.append(
            "The coded folder was not found, so neither hashes of it nor rows: give it with --coded."
        )
    hashes = _check_hashes(inputs, read, [path.parent, folder, Path(), *([place] if place else [])])
    rows = None
    if read is not None:
        rows = _find_rows(read, str(fact["kind"]), [str(part) for part in fact["parts"]])
        if rows is None:
            notes.append(f"A figure of the kind {fact['kind']} is not of single texts of one coded folder.")
        elif (hashes["now"] == OTHER).any():
            notes.append("Inputs are other now: the rows are those of now, not those behind the figure.")
    if rows is not None and rows_out is not None:
        with atomic_text(rows_out) as handle:
            write_rows([list(rows.columns)], handle)
            write_rows(rows.astype(object).where(rows.notna(), "").itertuples(index=False, name=None), handle)
    return TracedFigure(
        found,
        str(fact["kind"]),
        tuple(str(part) for part in fact["parts"]),
        dict(fact.get("values") or {}),
        str(fact.get("base") or "not said"),
        str(fact.get("weights") or "none"),
        str(fact.get("estimator") or "not said"),
        str(fact.get("command") or said.get("command") or ""),
        path,
        hashes,
        rows,
        notes,
    )


def find_figure_files(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The files in a folder, and some levels below, that tell of figures, in order; or the one file given."""
    if folder.is_file():
        said = _read_figures(folder)
        if said is not None:
            yield folder, said
        return
    if not folder.is_dir():
        raise InputError(f"No folder {folder}. Give with --in where the report or the table lies.")
    for depth in range(_DEPTH):
        for path in sorted(folder.glob("/".join(["*"] * depth + ["*.json"]))):
            said = _read_figures(path)
            if said is not None:
                yield path, said


def _read_figures(path: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return None
    form = str(said.get("form", "")) if isinstance(said, dict) else ""
    return said if form.startswith(_FORMS) and isinstance(said.get("figures"), dict) else None


def _choose(figure: str, known: Mapping[str, Any]) -> str:
    if figure in known:
        return figure
    has_hash = "@" in figure
    name = split_figure_id(figure)[0] if has_hash else figure
    alike = [one for one in known if one.split("@")[0].rstrip(":") == name.rstrip(":")]
    if len(alike) == 1 and not has_hash:
        return alike[0]
    alike = alike or [one for one in known if not has_hash and one.startswith(f"{name}:")]
    if alike:
        shown = ", ".join(alike[:_SHOWN])
        why = "made of other inputs, so it has another id" if has_hash else "there is more than one"
        raise InputError(f"No figure {figure}: {why}. Of this name there is: {shown}.")
    raise InputError(
        f"No figure {figure} among {len(known)}. Ids look like {next(iter(known))}. Choose with --in."
    )


def _find_coded(inputs: Mapping[str, Any], folder: Path, beside: Path, given: Path | None) -> Path | None:
    if given is not None:
        return given
    name = str(inputs.get("folder") or "")
    places = [start / name for start in (Path(), folder, beside, folder.parent, beside.parent) if name]
    return next((place for place in [*places, folder, beside] if (place / PROVENANCE).is_file()), None)


def _check_hashes(inputs: Mapping[str, Any], read: CodedFolder | None, places: list[Path]) -> pd.DataFrame:
    now = {} if read is None else read.provenance
    rows = []
    for what in ("corpus_fingerprint", "model", "codebook"):
        before = inputs.get(what)
        said, digest = (before.get("id"), before.get("sha256")) if isinstance(before, dict) else ("", before)
        if not digest:
            continue
        held = now.get(what)
        is_now = held.get("sha256") if isinstance(held, dict) else held
        state = MISSING if is_now is None else SAME if is_now == digest else OTHER
        rows.append((what.replace("_", " "), str(said or ""), str(digest), state))
    for kind, files in dict(inputs.get("files") or {}).items():
        for one in files:
            name, digest = str(one["file"]), str(one["sha256"])
            paths = [place / name for place in places if (place / name).is_file()]
            hashes = {sha256_of_file(path) for path in paths}
            state = MISSING if not hashes else SAME if digest in hashes else OTHER
            rows.append((str(kind), name, digest, state))
    return pd.DataFrame(rows, columns=["what", "name", "sha256", "now"])


def _find_rows(read: CodedFolder, kind: str, parts: list[str]) -> pd.DataFrame | None:
    """The units of the base and whether the figure counts them, of kinds that are of texts."""
    coded = read.coded
    codes = parts[:2] if kind == "pair" else parts[:1]
    if kind not in ("share", "count", "pair", "review") or not set(codes) <= set(coded.codes):
        return None
    base = coded.is_coded.to_numpy().copy()
    if "role" in read.source.columns and {"speaker", "turn"} <= set(read.source.columns):
        base &= (read.source["role"].astype(str).str.casefold() != "interviewer").to_numpy()
    if kind == "share":
        _, question, by, group = (parts + [""] * 4)[:4]
        if question:
            base &= np.array(read.column("question"), dtype=object) == question
        if by:
            if by not in read.source.columns:
                return None
            cells = read.source[by].astype(str).str.strip()
            mine = cells == group.strip()
            if not mine.any() and group.strip() in (NOT_STATED, NOT_GIVEN):  # of whom nothing is stated
                mine = cells == ""
            base &= mine.to_numpy()
    if kind == "review":
        given = coded.bands[codes[0]].eq("review").to_numpy()
    else:
        given = coded.decisions[codes].eq(1).all(axis=1).to_numpy()
    scores = np.full(len(coded), np.nan) if coded.scores is None else coded.scores[codes[0]].to_numpy()
    table = pd.DataFrame(
        {"unit_id": coded.decisions.index.astype(str), "given": given.astype(int), "score": scores}
    )
    return table[base].reset_index(drop=True)
