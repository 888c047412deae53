"""Options that commands on a coded folder share: of which survey it is, and what is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(metavar="CODED_DIR", help="A folder that textmine code wrote.")]
By = Annotated[list[str] | None, typer.Option("--by", help="Column of groups; may be given again.")]
Weight = Annotated[str | None, typer.Option("--weight", help="Column of the survey weights.")]
Cluster = Annotated[str | None, typer.Option("--cluster", help="Column of what the survey drew first.")]
Strata = Annotated[str | None, typer.Option("--strata", help="Column of the survey's strata.")]
Respondent = Annotated[
    str | None, typer.Option("--respondent", help="Column of the respondents; known if coded with it.")
]
CountedUnit = Annotated[str | None, typer.Option("--unit", help="Count each answer or each respondent.")]
Base = Annotated[str | None, typer.Option("--base", help="Share of those asked, answered or substantive.")]
Target = Annotated[
    str | None,
    typer.Option("--target", help="finite (this wave) or superpopulation (what it was drawn from)."),
]
Probability = Annotated[
    str | None, typer.Option("--probability", help="Column of each unit's chance of being drawn.")
]
CheckedId = Annotated[str | None, typer.Option("--id", help="Column of the unit ids in the checked files.")]
Rule = Annotated[str, typer.Option("--rule", help="Disclosure rule: nhs_hes, gpps, ons_srs or simple5.")]
