"""SPSS files: values by their labels, what each variable asked, and nothing where a value is missing."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa

from textmine.errors import InputError
from textmine.reading.exports import clean_wording
from textmine.reading.formats import as_text
from textmine.reading.layout import Layout
from textmine.reading.table import Table, string_array

_MOST_CELLS = 200_000_000


def read_sav(data: bytes, source: str, sha256: str, *, encoding: str | None = None) -> Table:
    """The table of a .sav or .zsav file: labelled values as their labels, variable labels as the wording.

    A value that has no label stays as it is, whole numbers without '.0', dates in ISO form. System-missing
    and user-missing values are ''. Raises ``InputError`` for a damaged file and one without rows.
    """
    import pyreadstat

    try:
        _, about = pyreadstat.read_sav(io.BytesIO(data), metadataonly=True, encoding=encoding)
        if max(about.number_rows or 0, 1) * max(about.number_columns or 0, 1) > _MOST_CELLS:
            raise InputError(f"{source} claims more cells than can be read at once. Split it into parts.")
        columns, about = pyreadstat.read_sav(io.BytesIO(data), encoding=encoding, output_format="dict")
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{source} cannot be read as an SPSS file ({type(error).__name__}). It may be damaged: "
            "save it again, or save it as csv."
        ) from error
    count = max((len(values) for values in columns.values()), default=0)
    if not count:
        raise InputError(f"{source} is empty: it has no rows. Give a file with at least one row.")
    cells = [_texts_of(values, about.variable_value_labels.get(name, {})) for name, values in columns.items()]
    frame = pa.table([string_array(c) for c in cells], names=list(columns)).to_pandas()
    labels = about.column_names_to_labels
    wording = {name: clean_wording(label) for name in columns if (label := labels.get(name))}
    labelled = sum(bool(about.variable_value_labels.get(name)) for name in columns)
    notes = (f"{labelled} column(s) are shown by their value labels.",) if labelled else ()
    return Table(frame, [], source, sha256, "", layout=Layout("SPSS", wording=wording, notes=notes))


def _texts_of(values: Any, labels: dict[Any, str]) -> list[str]:
    known: dict[Any, str] = {}
    texts = []
    for value in values:
        value = value.item() if hasattr(value, "item") else value
        try:
            if value not in known:
                known[value] = labels[value] if value in labels else as_text(value)
            texts.append(known[value])
        except TypeError:
            texts.append(as_text(value))
    return texts
