"""Csv from arrow tables at arrow's speed, byte for byte as ``textmine.files.write_rows`` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textmine.exchange.workbook import FORMULA_STARTS

if TYPE_CHECKING:
    import pyarrow as pa

#: In between, arrow and Python write numbers that are not whole in the same way.
_PLAIN_FROM, _PLAIN_TO = 1e-4, 1e6
#: A cell with one of these stands in quotes.
_MARKS = (b'"', b",", b"\r", b"\n")


def render_csv(table: pa.Table, *, header: bool = False, excel_safe: bool = False) -> Any:
    r"""The rows of a table as csv, a buffer of UTF-8 bytes; a missing cell is empty, a true flag 1.

    Lines end in LF and a cell stands in quotes only where it must: the same bytes as ``write_rows`` gives.
    ``excel_safe`` puts an apostrophe before what a spreadsheet would take for a formula, column names among
    them. Give tables of some 100,000 rows at most, one after the other, the first with ``header``.

    >>> import pyarrow as pa
    >>> table = pa.table({"id": ["1", "2"], "said": ["a, b", "=1"], "money": pa.array([1, None], pa.int8())})
    >>> bytes(render_csv(table, header=True, excel_safe=True)).decode()
    'id,said,money\n1,"a, b",1\n2,\'=1,\n'
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = pa.py_buffer(b"")
    if table.num_columns and table.num_rows:
        columns = [_as_cells(column, excel_safe) for column in table.columns]
        if len(columns) == 1:  # a line with nothing on it would be no row
            columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
        ended = pc.binary_join_element_wise(columns[-1], _text("\n"), _text(""))
        rows = _join_bytes(pc.binary_join_element_wise(*columns[:-1], ended, _text(",")))
    if not header:
        return rows
    names = pa.table({str(place): [name] for place, name in enumerate(table.column_names)})
    first = bytes(render_csv(names, excel_safe=excel_safe))
    return pa.py_buffer(first + bytes(rows))


def _as_cells(column: pa.ChunkedArray, excel_safe: bool) -> Any:
    """A column as the text of its cells, in quotes where need be."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_floating(kind):
        return _write_floats(column)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    cells = pc.fill_null(column.cast(pa.large_string()), "")
    if not is_text:
        return cells
    if excel_safe:
        risky = pc.match_substring_regex(cells, f"^[{FORMULA_STARTS}]")
        if pc.any(risky).as_py():
            cells = pc.if_else(risky, pc.binary_join_element_wise(_text("'"), cells, _text("")), cells)
    words = bytes(_join_bytes(cells))
    if not any(mark in words for mark in _MARKS):  # far quicker than to look at each cell
        return cells
    quoted = pc.match_substring_regex(cells, '[",\r\n]')
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(quoted, pc.binary_join_element_wise(_text('"'), doubled, _text('"'), _text("")), cells)


def _write_floats(column: pa.ChunkedArray) -> Any:
    """Numbers with a point as Python writes them; missing and nan are empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = column.cast(pa.float64())
    known = pc.fill_null(pc.invert(pc.is_nan(values)), False)
    size = pc.abs(values)
    plain = pc.and_(pc.greater_equal(size, _PLAIN_FROM), pc.less(size, _PLAIN_TO))
    plain = pc.and_(plain, pc.not_equal(values, pc.floor(values)))
    cells = pc.if_else(known, values.cast(pa.large_string()), "")
    odd = pc.and_not(known, pc.fill_null(plain, False))
    if not pc.any(odd).as_py():
        return cells
    different = values.filter(odd).combine_chunks().dictionary_encode()
    spelt = pa.array([repr(value) for value in different.dictionary.to_pylist()], pa.large_string())
    return pc.replace_with_mask(cells.combine_chunks(), odd.combine_chunks(), spelt.take(different.indices))


def _join_bytes(cells: Any) -> Any:
    """The bytes of all cells one after the other; without copying them where there is one chunk."""
    import numpy as np
    import pyarrow as pa

    found = []
    for chunk in cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells]:
        if len(chunk):
            _, places, words = chunk.buffers()
            ends = np.frombuffer(places, dtype=np.int64)
            first, last = int(ends[chunk.offset]), int(ends[chunk.offset + len(chunk)])
            if last > first:
                found.append(words.slice(first, last - first))
    return found[0] if len(found) == 1 else pa.py_buffer(b"".join(map(bytes, found)))


def _text(value: str) -> Any:
    import pyarrow as pa

    return pa.scalar(value, pa.large_string())
