"""Tables of any kind as pandas: polars, Arrow and what else narwhals knows come in where DataFrames do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textmine.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

#: Columns that hold the ids of units where a kind of table has no index, in the order they are looked for.
UNIT_COLUMNS = ("unit_id", "doc_id", "id")


def is_foreign(table: Any) -> bool:
    """Whether a value is a table of another kind than pandas: polars (lazy too), Arrow and the like.

    >>> import pyarrow as pa
    >>> is_foreign(pa.table({"a": [1]})), is_foreign([1, 2])
    (True, False)
    """
    import pandas as pd

    if isinstance(table, (pd.DataFrame, pd.Series, str, Sequence)) or table is None:
        return False
    import narwhals as nw

    return isinstance(nw.from_native(table, pass_through=True), (nw.DataFrame, nw.LazyFrame))


def as_pandas(table: Any) -> pd.DataFrame:
    """A table of any kind as a pandas DataFrame; a DataFrame comes back as it is.

    Whole numbers stay whole where some are missing. Raises ``InputError`` for what is no table.

    >>> import pyarrow as pa
    >>> as_pandas(pa.table({"id": [1, None]}))["id"].tolist()
    [1, <NA>]
    """
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return table
    if not is_foreign(table):
        raise InputError(
            f"Wanted a table; met a {type(table).__name__}. Give a pandas or polars frame or an Arrow table."
        )
    import narwhals as nw
    import pyarrow as pa

    found = nw.from_native(table)
    eager = found.collect() if isinstance(found, nw.LazyFrame) else found
    arrow: Any = eager.to_arrow()
    frame: pd.DataFrame = arrow.to_pandas()
    for place, name in enumerate(arrow.column_names):
        column = arrow.column(place)
        if pa.types.is_integer(column.type) and column.null_count:
            frame[name] = pd.array(column.to_pylist(), dtype="Int64")
    return frame


def as_unit_table(table: Any) -> pd.DataFrame:
    """A table with a row a unit, indexed by unit id; a DataFrame keeps the index that it has.

    Other kinds have no index: their column ``unit_id`` (else ``doc_id``, else ``id``) becomes it. Raises
    ``InputError`` where there is none of these.

    >>> import pyarrow as pa
    >>> as_unit_table(pa.table({"unit_id": ["u1"], "money": [1.0]})).index.tolist()
    ['u1']
    """
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return table
    frame = as_pandas(table)
    name = next((name for name in UNIT_COLUMNS if name in frame.columns), None)
    if name is None:
        raise InputError("The table says of no row which unit it is of. Give the ids in a column unit_id.")
    ids = pd.Index(frame[name].astype(str), name="unit_id")
    return frame.drop(columns=name).set_axis(ids, axis=0)


def as_column(values: Any) -> Any:
    """A column of polars or Arrow as a plain list; anything else as it is.

    >>> import pyarrow as pa
    >>> as_column(pa.chunked_array([[1, 2]])), as_column([3])
    ([1, 2], [3])
    """
    if values is None or isinstance(values, (str, Sequence)):
        return values
    import narwhals as nw
    import pandas as pd

    if isinstance(values, (pd.Series, pd.Index)):
        return values
    found = nw.from_native(values, series_only=True, pass_through=True)
    return found.to_list() if isinstance(found, nw.Series) else values
