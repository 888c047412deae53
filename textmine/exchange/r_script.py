"""A short R script that reads the parquet file of a coded dataset, labels its codes and counts them."""

from __future__ import annotations


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
