"""``textmine export``: a coded folder as a file that another program opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from textmine.errors import InputError
from textmine.exchange.coded_folder import is_folder_file
from textmine.exchange.coded_package import write_coded_package
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.coded_tables import TableOptions, TablesWritten, write_coded_tables
from textmine.exchange.excel_book import write_xlsx
from textmine.exchange.identifying import refuse_identifying_columns
from textmine.exchange.pseudonymous import Pseudonyms, open_pseudonymous
from textmine.exchange.refi.build import BuildOptions, Built, build_project
from textmine.exchange.refi.codebooks import make_refi_codes
from textmine.exchange.refi.dialects import find_dialect
from textmine.exchange.refi.facts import Loss, RefiProject
from textmine.exchange.refi.folder import write_losses
from textmine.exchange.refi.unfolding import is_import, read_import
from textmine.exchange.refi.writing import write_qdc, write_qdpx
from textmine.exchange.spss import write_sav
from textmine.exchange.summary import read_summary
from textmine.exchange.tables import write_frame
from textmine.jobs.redact import read_key
from textmine.reading import Labels, read_labels


@dataclass(frozen=True)
class ExportOptions:
    """What a user asked for.

    ``layout``, ``dialect``, ``reviewed_only`` and ``labels`` are for .qdpx, ``excel_safe`` for .csv and
    ``prevalence`` (what ``textmine prevalence --out`` wrote) for the tables and .xlsx. Columns that may
    identify people go out only with ``include_identifiers``. ``pseudonymous_ids`` is the file of a secret key
    (made if not there) by which ids of units and respondents get pseudonyms.
    """

    layout: str | None = None
    dialect: str = "standard"
    question: str | None = None
    group: str | None = None
    attributes: tuple[str, ...] | None = None
    reviewed_only: bool = False
    scores: bool = False
    labels: tuple[Path, ...] = ()
    codebook: str | None = None
    excel_safe: bool = False
    prevalence: Path | None = None
    include_identifiers: bool = False
    pseudonymous_ids: Path | None = None


@dataclass(frozen=True)
class ExportReport:
    """What was written, how much of what (a few counts), what the target could not hold, and notes."""

    paths: list[Path]
    counts: dict[str, int]
    losses: list[Loss] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def export_folder(folder: Path, to: Path, *, options: ExportOptions | None = None) -> ExportReport:
    """Write a coded folder, or an imported project, in the form that the ending of ``to`` names.

    For .qdpx and .qdc a list of what the target cannot hold lies beside it (``NAME_losses.csv``). Raises
    ``InputError`` for another ending, a folder that is none, and options that do not fit.
    """
    options = options or ExportOptions()
    kind = to.suffix.lower()
    if kind not in _WRITERS:
        raise InputError(f"No form {to.suffix or to.name!r}. Name a file that ends in {', '.join(_WRITERS)}.")
    if not folder.is_dir():
        raise InputError(f"No folder {folder}. Give a folder that textmine code or textmine import wrote.")
    if to.resolve().parent == folder.resolve() and is_folder_file(to.name):
        raise InputError(f"{to.name} is a file of the coded folder itself. Name another with --to.")
    if options.pseudonymous_ids is None or kind == ".qdc":
        return _export_checked(folder, to, options)
    with open_pseudonymous(folder, read_key(options.pseudonymous_ids)) as (copy, pseudonyms):
        report = _export_checked(copy, to, options, pseudonyms)
    noted = (
        f"Ids are pseudonyms by the key in {options.pseudonymous_ids.name}: keep it apart from the file. "
        "Names in texts stand as they were coded. textmine import takes the same option for what comes back."
    )
    return replace(report, notes=[*report.notes, noted])


def _export_checked(
    folder: Path, to: Path, options: ExportOptions, pseudonyms: Pseudonyms | None = None
) -> ExportReport:
    kind = to.suffix.lower()
    if kind != ".qdc" and not options.include_identifiers:
        refuse_identifying_columns(folder, attributes=options.attributes)
    to.parent.mkdir(parents=True, exist_ok=True)
    if kind == ".qdpx":
        return _export_project(folder, to, options, pseudonyms)
    return _WRITERS[kind](folder, to, options)


def _export_project(
    folder: Path, to: Path, options: ExportOptions, pseudonyms: Pseudonyms | None = None
) -> ExportReport:
    dialect = find_dialect(options.dialect)
    built, notes = _build(folder, options, pseudonyms)
    losses = [*built.losses, *write_qdpx(built.project, to, dialect=dialect)]
    return _report(built.project, to, losses, notes)


def _export_codebook(folder: Path, to: Path, options: ExportOptions) -> ExportReport:
    if is_import(folder):
        project, notes = read_import(folder), []
    else:
        read = read_coded(folder, codebook=options.codebook)
        project, notes = RefiProject("", codes=make_refi_codes(read.coded.codebook)), list(read.notes)
    return _report(project, to, write_qdc(project, to), notes)


def _export_sav(folder: Path, to: Path, options: ExportOptions) -> ExportReport:
    _refuse_import(folder, to)
    read = read_coded(folder, codebook=options.codebook)
    written = write_sav(read, to, scores=options.scores, attributes=options.attributes)
    summary, notes = read_summary(folder, prevalence=options.prevalence)
    beside = to.with_name(f"{to.stem}_summary.csv")
    write_frame(summary, beside)
    counts = {"units": len(read.coded), "codes": len(read.coded.codes)}
    return ExportReport([*written.paths, beside], counts, notes=[*read.notes, *written.notes, *notes])


def _export_tables(folder: Path, to: Path, options: ExportOptions) -> ExportReport:
    _refuse_import(folder, to)
    return _count(write_coded_tables(folder, to, options=_table_options(options)))


def _export_package(folder: Path, to: Path, options: ExportOptions) -> ExportReport:
    _refuse_import(folder, to)
    return _count(write_coded_package(folder, to, options=_table_options(options)))


def _export_xlsx(folder: Path, to: Path, options: ExportOptions) -> ExportReport:
    _refuse_import(folder, to)
    return _count(write_xlsx(folder, to, options=_table_options(options)))


_WRITERS: dict[str, Callable[[Path, Path, ExportOptions], ExportReport]] = {
    ".qdpx": _export_project,
    ".qdc": _export_codebook,
    ".sav": _export_sav,
    ".xlsx": _export_xlsx,
    ".csv": _export_tables,
    ".parquet": _export_tables,
    ".jsonl": _export_tables,
    ".json": _export_package,
}


def _build(folder: Path, options: ExportOptions, pseudonyms: Pseudonyms | None) -> tuple[Built, list[str]]:
    if is_import(folder):
        asked = (options.layout, options.question, options.group, options.attributes, options.codebook)
        if any(value is not None for value in asked) or options.labels or options.reviewed_only:
            raise InputError(
                "An imported project is written as it is: --layout, --question, --group, --attribute, "
                "--codebook, --labels and --reviewed-only are for folders of textmine code."
            )
        return Built(read_import(folder)), []
    read = read_coded(folder, codebook=options.codebook)
    people = _read_people(read, options.labels)
    if people is not None and pseudonyms is not None:
        people = pseudonyms.of_labels(people)
    built = build_project(
        read,
        BuildOptions(
            layout=options.layout,
            question=options.question,
            group=options.group,
            attributes=options.attributes,
            reviewed_only=options.reviewed_only,
            name=folder.resolve().name,
        ),
        people=people,
    )
    return built, list(read.notes)


def _read_people(read: CodedFolder, files: Sequence[Path]) -> Labels | None:
    if not files:
        return None
    return read_labels(
        list(files), id=str(read.columns.get("id") or "unit_id"), codes=read.coded.codebook.ids
    )


def _refuse_import(folder: Path, to: Path) -> None:
    if is_import(folder):
        raise InputError(f"An imported project holds no table of units x codes to write as {to.suffix}.")


def _table_options(options: ExportOptions) -> TableOptions:
    return TableOptions(
        attributes=options.attributes,
        scores=options.scores,
        excel_safe=options.excel_safe,
        prevalence=options.prevalence,
        codebook=options.codebook,
    )


def _count(written: TablesWritten) -> ExportReport:
    counts = {"units": written.units, "codes": written.codes}
    return ExportReport(list(written.paths), counts, notes=list(written.notes))


def _report(project: RefiProject, to: Path, losses: list[Loss], notes: list[str]) -> ExportReport:
    beside = to.with_name(f"{to.stem}_losses.csv")
    write_losses(losses, beside)
    counts = {
        "codes": project.count_codes(),
        "codings": project.count_codings() if to.suffix.lower() == ".qdpx" else 0,
        "documents": len(project.sources),
        "cases": len(project.cases),
    }
    return ExportReport([to, beside], counts, losses, notes)
