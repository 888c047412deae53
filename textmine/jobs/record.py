"""``textmine record``: the provenance record of a coded folder, checked, added to, listed and replayed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.coded import CodedDataset
from textmine.coding.certificate import Certificate, load_certificate
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.exchange.scored_wave import read_provenance
from textmine.exchange.streamed import check_kind, open_parts
from textmine.files import atomic_text, sha256_of_file, write_rows
from textmine.provenance import ProvenanceRecord, RunPart
from textmine.provenance.listing import NUMBERS, WHOLE
from textmine.provenance.record import Standing
from textmine.reading import Table, read_table
from textmine.reading.labels import join_labels

#: Units given to the record at once.
_ROWS = 50_000
#: Columns of a file of labels that say who coded.
_CODERS = ("coder", "coder_id", "annotator")
_PASSED_ON = {
    "sampling_role": "sampling_role",
    "inclusion_probability": "coding_prob",
    "coding_prob": "coding_prob",
    "adjudicated_by": "adjudicated_by",
    "adjudication_reason": "adjudication_reason",
}


@dataclass(frozen=True)
class RecordReport:
    """How a record stands, and the wide table that is what its latest run replays to."""

    standing: Standing
    wide: Path
    notes: tuple[str, ...] = ()


def record_coded(
    coded: CodedDataset,
    corpus: Corpus,
    folder: Path,
    *,
    facts: Mapping[str, Any],
    promised: Certificate | None = None,
) -> dict[str, Any]:
    """Append a run to the record of a coded folder; gives what ``provenance.json`` says of the record.

    ``facts`` are those of ``provenance.json`` that its decisions share: source, model, codebook, inputs.
    """
    return record_run(
        list(map(str, coded.codes)),
        _cut_parts(coded, corpus),
        folder,
        facts={
            "coder_id": coded.coder,
            **facts,
            "thresholds": dict(coded.thresholds),
            "certificate_id": None if promised is None else promised.sha256,
            "accept_from": dict(coded.accept_from),
            "review_from": dict(coded.review_from),
        },
    )


def record_run(
    codes: Sequence[str], parts: Iterator[RunPart], folder: Path, *, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Append a run given in parts, for waves too big to hold; as ``record_coded``."""
    event = ProvenanceRecord(folder).add_run(codes, parts, facts=facts)
    return {"event": event.seq, "sha256": event.sha256}


def check_record(folder: Path, *, noted: str | None = None) -> RecordReport:
    """Whether the record is whole, and whether the wide table is what it replays to, byte for byte.

    Raises ``InputError`` where a line or a block was changed or is gone, and where the table differs.
    """
    record = ProvenanceRecord(folder)
    standing = record.check(noted=noted)
    last = max(event.seq for event in record.events() if event.kind == "run")
    wide = _find_wide(folder)
    met = _Comparison(wide)
    write_rows(_rebuild_rows(folder, record.replay(until=last), keep=True), met)  # type: ignore[arg-type]
    if not met.same():
        raise InputError(
            f"{wide.name} in {folder} is not what the record replays to: it was changed after it was "
            f"written. Rebuild it: textmine record replay {folder} --out FILE.csv --until {last}"
        )
    stale = [f"Stale: {line}. Certify anew." for line in standing.stale]
    return RecordReport(standing, wide, tuple(stale))


def replay_record(folder: Path, out: Path, *, until: int | None = None) -> pd.DataFrame:
    """Write the wide table as it stands after all events, or after event ``until``; gives the matrix.

    The input's columns are those of the folder's own wide table. After the run it is that table again,
    byte for byte; later it has people's decisions in place of the model's. Columns of bands and scores
    are kept only of the run itself.
    """
    if out.suffix.lower() != ".csv":
        raise InputError(f"{out.name} is no csv file. End it in .csv.")
    record = ProvenanceRecord(folder)
    matrix = record.replay(until=until)
    kinds = [event.kind for event in record.events(until=until) if event.kind != "redaction"]
    of_run = kinds[-1:] == ["run"]
    with atomic_text(out) as handle:
        write_rows(_rebuild_rows(folder, matrix, keep=of_run), handle)
    return matrix


def list_record(
    folder: Path, out: Path, *, units: Sequence[str] = (), code: str | None = None, current: bool = False
) -> int:
    """Write the decisions, a row each unit, code and event, as csv, jsonl or parquet; gives how many."""
    check_kind(out)
    rows = 0
    tables = ProvenanceRecord(folder).list_decisions(
        units=set(units) if units else None, code=code, current=current
    )
    with open_parts(out) as write:
        for table in tables:
            write(_make_plain(table, out.suffix.lower()))
            rows += len(table)
        if not rows:  # in here, so that no empty file is left
            raise InputError(f"The record of {folder} has no such decision. Check the unit and the code.")
    return rows


def add_to_record(
    folder: Path,
    *,
    labels: Sequence[Path] = (),
    coder: str = "",
    thresholds: Mapping[str, float] | None = None,
    certificate: Path | None = None,
    redaction_log: Path | None = None,
    reason: str = "",
) -> list[int]:
    """Append people's decisions, other thresholds, a certificate or a log; gives the numbers of the events.

    ``labels`` are wide or long labels, or the ``decisions.csv`` of ``textmine import``. ``coder`` is who
    decided, where a file does not say so. ``redaction_log`` is what ``textmine redact --log`` wrote when the
    coded texts were redacted: decisions then name it by its sha256. Raises ``InputError`` for another log.
    """
    record = ProvenanceRecord(folder)
    told = [_read_decisions(read_table(path), record, folder, coder) for path in labels]
    promised = None if certificate is None else load_certificate(certificate)
    events = []
    if thresholds:
        events.append(record.add_thresholds(thresholds, reason=reason))
    if promised is not None:
        events.append(record.add_certificate(_name_certificate(promised)))
    if redaction_log is not None:
        events.append(record.add_redaction(_name_log(redaction_log, record)))
    events += [record.add_decisions(frame, facts={"reason": reason}) for frame in told]
    return [event.seq for event in events]


def _name_log(path: Path, record: ProvenanceRecord) -> str:
    """The sha256 of a log of a redaction, some of whose texts are in the record."""
    frame = read_table(path).frame
    missing = {"start", "end", "kind", "replacement"} - set(frame.columns)
    if missing or frame.columns[0] in missing:
        raise InputError(
            f"{path.name} lacks {', '.join(sorted(missing))}. Give the log that textmine redact --log wrote."
        )
    ids = set(frame.iloc[:, 0].astype(str))
    if ids and not ids & set(record.list_units()):
        raise InputError(
            f"{path.name} names no text of {record.coded_folder}. Give the log of its own texts."
        )
    return sha256_of_file(path)


def _name_certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "certificate_id": certificate.sha256,
        "model_sha256": certificate.model.sha256,
        "codebook_sha256": certificate.codebook.sha256,
        "accept_from": certificate.accept_from,
        "review_from": certificate.review_from,
    }


def _cut_parts(coded: CodedDataset, corpus: Corpus) -> Iterator[RunPart]:
    values = coded.decisions.to_numpy(dtype=np.float64)
    scores = None if coded.scores is None else coded.scores.to_numpy(dtype=np.float64)
    units, texts, questions = corpus.ids, corpus.texts, corpus.questions
    known = set(corpus.frame.columns)
    groups = corpus.groups if "group" in known else []
    waves = list(map(str, corpus.frame["wave"].tolist())) if "wave" in known else []
    asked = questions if "question" in known else []
    for first in range(0, len(units), _ROWS):
        part = slice(first, first + _ROWS)
        cut = None if scores is None else scores[part]
        yield RunPart(units[part], texts[part], values[part], cut, groups[part], asked[part], waves[part])


def _read_decisions(table: Table, record: ProvenanceRecord, folder: Path, coder: str) -> pd.DataFrame:
    frame = table.frame
    codes = record.state().codes
    if {"unit_id", "code", "applies", "change", "coder"} <= set(frame.columns):
        values = [int(cell) for cell in frame["applies"].tolist()]
        names = frame[["unit_id", "code", "coder"]].set_axis(["unit_id", "code_id", "coder_id"], axis=1)
        return names.assign(value=values, source="human").drop_duplicates(["unit_id", "code_id"], keep="last")
    id_column = str(dict(read_provenance(folder).get("columns") or {}).get("id") or "unit_id")
    who = next((name for name in _CODERS if name in frame.columns), None)
    if who is None and not coder:
        raise InputError(f"{table.source} does not say who decided. Name the coder with --coder.")
    people: list[str] = [coder] if who is None else list(dict.fromkeys(frame[who].tolist()))
    parts = []
    for name in people:
        theirs = table if who is None else replace(table, frame=frame[frame[who] == name])
        given = join_labels([theirs], id=id_column, codes=codes).frame
        long = given.rename_axis(index="unit_id").reset_index().melt("unit_id", None, "code_id", "value")
        parts.append(long.assign(coder_id=name or coder or "unknown", source="human"))
    found = pd.concat(parts, ignore_index=True).dropna(subset=["value"])
    clash = found.groupby(["unit_id", "code_id"])["value"].nunique().gt(1).sum()
    if clash:
        raise InputError(
            f"{table.source}: coders differ on {clash} decision(s). Settle them and give what was settled."
        )
    found = found.drop_duplicates(["unit_id", "code_id"], keep="last")
    return _pass_on(found, frame, id_column)


def _pass_on(found: pd.DataFrame, frame: pd.DataFrame, id_column: str) -> pd.DataFrame:
    """How units were drawn and settled, where the labels say so."""
    unit = next((n for n in (id_column, "unit_id", "id") if n in frame.columns), None)
    if unit is None:
        return found
    first = frame.drop_duplicates(unit).set_index(unit)
    for name, column in _PASSED_ON.items():
        if name in first.columns:
            cells = first[name].reindex(found["unit_id"]).replace("", None).tolist()
            found[column] = [float(c) if c and column == "coding_prob" else c for c in cells]
    return found


class _Comparison:
    """Takes what would be written and compares it with a file; a table that is no csv, by its cells."""

    def __init__(self, wide: Path) -> None:
        cells = wide.read_bytes() if wide.suffix == ".csv" else None
        if cells is None:
            kept = io.StringIO(newline="")
            write_rows(_read_rows(wide), kept)
            cells = kept.getvalue().encode("utf-8", "surrogatepass")
        self._stream, self._same = io.BytesIO(cells), True

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "surrogatepass")
        self._same = self._same and self._stream.read(len(data)) == data
        return len(text)

    def same(self) -> bool:
        """Whether all that was written, and nothing else, stands in the file."""
        return self._same and not self._stream.read(1)


def _rebuild_rows(folder: Path, matrix: pd.DataFrame, *, keep: bool) -> Iterator[list[str]]:
    """The rows of the wide table, header first, with the matrix in the columns of codes.

    Its columns of bands and scores come along only if ``keep``.
    """
    id_column = dict(read_provenance(folder).get("columns") or {}).get("id")
    rows = _read_rows(_find_wide(folder))
    header = next(rows, [])
    place = {name: number for number, name in enumerate(header)}
    if id_column not in place or not set(matrix.columns) <= set(place):
        raise _other_table(folder)
    added = {f"{code}{end}" for code in matrix.columns for end in ("__band", "__score")}
    kept = [number for number, name in enumerate(header) if keep or name not in added]
    codes = [place[code] for code in matrix.columns]
    yield [header[number] for number in kept]
    values = np.nan_to_num(matrix.to_numpy(dtype=np.float64, na_value=np.nan), nan=2).astype(np.int8)
    cells = np.array(["0", "1", ""], dtype=object)
    count = 0
    for row, unit, decided in zip(rows, matrix.index, values, strict=False):
        if row[place[id_column]] != unit:
            raise _other_table(folder)
        for number, cell in zip(codes, cells[decided].tolist(), strict=True):
            row[number] = cell
        yield [row[number] for number in kept]
        count += 1
    if count < len(matrix) or next(rows, None) is not None:
        raise _other_table(folder)


def _other_table(folder: Path) -> InputError:
    return InputError(
        f"The wide table in {folder} has other units or columns than the record. Code the wave anew: "
        "textmine code."
    )


def _find_wide(folder: Path) -> Path:
    for ending in (".csv", ".parquet", ".xlsx"):
        if (folder / f"coded_wide{ending}").is_file():
            return folder / f"coded_wide{ending}"
    raise InputError(f"{folder} holds no coded_wide table. Give a folder that textmine code wrote.")


def _read_rows(wide: Path) -> Iterator[list[str]]:
    """The cells of the wide table as texts, header first."""
    if wide.suffix != ".csv":
        frame = read_table(wide).frame
        yield [str(name) for name in frame.columns]
        for cells in frame.itertuples(index=False, name=None):
            yield [str(cell) for cell in cells]
        return
    csv.field_size_limit(2**31 - 1)
    with wide.open(encoding="utf-8", newline="") as handle:
        yield from csv.reader(handle)


def _make_plain(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Parts of one form: numbers as numbers, all else as texts; unknown is '' in csv, null in jsonl."""
    made: dict[str, Any] = {}
    for name in table.columns:
        column = table[name]
        if name == "current":
            made[name] = column.astype(bool)
        elif name in NUMBERS | WHOLE:
            form = "Int64" if name in WHOLE else "Float64"
            known: Any = pd.to_numeric(column, errors="coerce")
            known = known.astype("Float64").astype(form)
            if kind != ".parquet":
                blank = None if kind == ".jsonl" else ""
                known = pd.Series([blank if cell is pd.NA else cell for cell in known.tolist()], dtype=object)
            made[name] = known
        else:
            made[name] = column.astype(object).where(column.notna(), "").astype(str)
    return pd.DataFrame(made)
