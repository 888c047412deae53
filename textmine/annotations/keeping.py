"""What a project keeps beside its database: files for git, and tables of labels for training and checking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textmine.annotations.folder import ImportReport, export_annotations, import_annotations
from textmine.annotations.tables import list_samples
from textmine.files import atomic_text, set_apart, write_rows

if TYPE_CHECKING:
    import pandas as pd

    from textmine.annotations.project import Project
    from textmine.annotations.store import AnnotationStore


def keep_annotations(project: Project, store: AnnotationStore) -> list[Path]:
    """Write the project's annotations into its folder and give the paths.

    ``annotations/NAME/*.jsonl`` are what ``restore_annotations`` builds the store from. Where one coding is
    sought, ``labels/settled.csv`` holds every unit read with its sampling role and probability (an empty cell
    is not settled), and ``labels/checked.csv`` those of the random sample alone, as ``textmine certify`` and
    ``prevalence`` want them; of several samples each has a file, ``checked-SAMPLE.csv``.
    Raises ``InputError`` where the folder cannot be written.
    """
    paths = export_annotations(store, project.annotations)
    if not project.settings.has_gold or not store.codings():
        return paths
    labels = project.annotations / "labels"
    tables = {labels / "settled.csv": store.labels()}
    names = list_samples(store)
    for name, piece in set_apart(names).items():
        ending = f"-{piece}" if len(names) > 1 else ""
        tables[labels / f"checked{ending}.csv"] = store.labels(sample=name)
    for path, table in tables.items():
        _write_table(table, path)
    return [*paths, *tables]


def restore_annotations(project: Project, store: AnnotationStore) -> ImportReport | None:
    """Build an empty store from the project's files, as in a fresh clone; None where there is nothing to do.

    Raises ``InputError`` with file and line for what cannot be read.
    """
    empty = not (store.annotators() or store.list_tasks() or store.events())
    if not empty or not any(project.annotations.glob("*.jsonl")):
        return None
    return import_annotations(store, project.annotations)


def _write_table(table: pd.DataFrame, path: Path) -> None:
    rows = table.astype(object).where(table.notna(), "").itertuples(index=False)
    with atomic_text(path) as handle:
        write_rows([list(table.columns)], handle)
        write_rows(rows, handle)
