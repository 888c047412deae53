"""A coded dataset for R: a parquet file with codes as whole numbers, and a short script that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from textmine.exchange.coded_reader import CodedFolder
from textmine.files import atomic_path, atomic_text


def write_parquet_for_r(
    folder: CodedFolder, path: Path, *, attributes: Sequence[str] | None = None
) -> list[Path]:
    """Write the input's columns (``attributes`` chooses them) and a column a code, and a .R script beside it.

    Codes are 1, 0 or missing where not coded; the script labels them and counts them.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = {*(attributes or ()), *(name for name in folder.columns.values() if name)}
    columns = [c for c in folder.source.columns if attributes is None or c in kept]
    wide = pd.concat([folder.source[columns], folder.coded.wide().reset_index(drop=True)], axis=1)
    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(wide, preserve_index=False), temporary)
    script = path.with_suffix(".R")
    with atomic_text(script) as handle:
        handle.write(write_script(path.name, {c.id: c.name for c in folder.coded.codebook.codes}))
    return [path, script]


def write_script(parquet: str, names: dict[str, str]) -> str:
    """R code that reads the file, labels the codes and gives each one's count and naive share.

    >>> print(write_script("wave.parquet", {"money": "Money"}).splitlines()[2])
    coded <- as.data.frame(arrow::read_parquet("wave.parquet"))
    """
    codes = [f"  {_quote(id)} = {_quote(name)}" for id, name in names.items()]
    lines = [
        "# Reads a coded dataset of textmine. Once: install.packages('arrow')",
        "# A code is 1 (given), 0 (not given) or NA (the text was not coded).",
        f"coded <- as.data.frame(arrow::read_parquet({_quote(parquet)}))",
        "codes <- c(",
        ",\n".join(codes),
        ")",
        "codes <- codes[names(codes) %in% names(coded)]",
        'for (code in names(codes)) attr(coded[[code]], "label") <- codes[[code]]',
        "themes <- data.frame(",
        "  code = names(codes),",
        "  name = unname(codes),",
        "  count = sapply(names(codes), function(code) sum(coded[[code]], na.rm = TRUE)),",
        "  base = sapply(names(codes), function(code) sum(!is.na(coded[[code]]))),",
        "  row.names = NULL",
        ")",
        "themes$naive_share <- themes$count / themes$base  # not corrected: see textmine prevalence",
        "print(themes)",
        "",
    ]
    return "\n".join(lines)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
