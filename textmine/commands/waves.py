"""``textmine waves``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmine.commands.common import (
    Json,
    Quiet,
    Seed,
    make_console,
    print_json,
    print_notes,
    print_paths,
    show_steps,
)
from textmine.commands.survey_options import (
    Base,
    By,
    CheckedId,
    Cluster,
    CountedUnit,
    Probability,
    Respondent,
    Strata,
    Weight,
)
from textmine.errors import InputError


def waves(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="OLD_CODED NEW_CODED", help="Folders that textmine code wrote, oldest first."),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder to write tables, figures and waves.html to.")],
    checked_old: Annotated[
        list[Path] | None,
        typer.Option("--checked-old", help="Labels of units of the old wave, read at random; repeatable."),
    ] = None,
    checked_new: Annotated[
        list[Path] | None,
        typer.Option("--checked-new", help="Labels of units of the new wave, read at random; repeatable."),
    ] = None,
    checked: Annotated[
        list[str] | None,
        typer.Option(
            "--checked", metavar="[FOLDER=]FILE", help="Labels of units of one wave, or of all; repeatable."
        ),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="What to call each wave, in their order.")
    ] = None,
    time: Annotated[
        list[float] | None, typer.Option("--time", help="When each wave was, such as 2024; for the trend.")
    ] = None,
    by: By = None,
    weight: Weight = None,
    cluster: Cluster = None,
    strata: Strata = None,
    respondent: Respondent = None,
    panel: Annotated[
        bool, typer.Option("--panel", help="A respondent's name is one person in both waves.")
    ] = False,
    unit: CountedUnit = None,
    base: Base = None,
    probability: Probability = None,
    id: CheckedId = None,
    same: Annotated[
        list[str] | None,
        typer.Option("--same", help="A code of which only the wording changed; may be given again."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="Try this certificate anew on the new wave.")
    ] = None,
    no_topics: Annotated[
        bool, typer.Option("--no-topics", help="Do not look for new themes, which takes the longest.")
    ] = False,
    topics: Annotated[
        Path | None, typer.Option("--topics", help="A topic model of the old wave; one is fitted without.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Where the model lies that coded; for the words it knows.")
    ] = None,
    adjust: Annotated[
        str, typer.Option("--adjust", help="Correct p-values for many looks: bh or holm.")
    ] = "bh",
    seed: Seed = 0,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """What changed between two waves: words, codes, the coder, what is new; and a trend over more."""
    from textmine.jobs.survey_wave import SurveyColumns
    from textmine.jobs.waves import WaveOptions, compare_folders
    from textmine.waves.compare import as_plain

    options = WaveOptions(
        columns=SurveyColumns(tuple(by or ()), weight, cluster, strata, respondent),
        names=tuple(name or ()),
        times=tuple(time) if time else None,
        unit=unit,
        base=base,
        probability=probability,
        id=id,
        adjust=adjust,
        panel=panel,
        same=tuple(same or ()),
        certificate=certificate,
        topics=not no_topics,
        topic_model=topics,
        model=model,
        seed=seed,
    )
    read = _match_files(folders, checked_old or [], checked_new or [], checked or [])
    with show_steps(quiet or json) as progress:
        report = compare_folders(folders, read, out, options=options, progress=progress)
    if json:
        print_json(as_plain(report.comparison) | {"out": str(out), "all_notes": report.notes})
        return
    if quiet:
        return
    console = make_console()
    for row in report.comparison.answers.to_dict("records"):
        console.print(f"{row['question']} [{row['found']}] {row['answer']}", soft_wrap=True)
        if row["detectable"]:
            console.print(f"  {row['detectable']}", soft_wrap=True)
    if report.trend is not None:
        for sentence in report.trend.slopes["in_words"]:
            console.print(sentence, soft_wrap=True)
    print_paths(console, report.paths[:1])
    console.print(f"  and {len(report.paths) - 1} tables and figures beside it")
    print_notes(console, report.notes)


def _match_files(
    folders: list[Path], old: list[Path], new: list[Path], pairs: list[str]
) -> dict[Path, list[Path]]:
    """The files of labels of each folder; the old wave is the last but one, the new one the last."""
    found: dict[Path, list[Path]] = {folder: [] for folder in folders}
    if len(folders) > 1:
        found[folders[-2]] += old
        found[folders[-1]] += new
    for pair in pairs:
        folder, _, file = pair.partition("=")
        if Path(pair).is_file():  # units of any wave: each finds its own
            for files in found.values():
                files.append(Path(pair))
            continue
        if Path(folder) not in found or not file:
            raise InputError(
                "--checked wants a file that is there, or FOLDER=FILE with a folder compared. Folders: "
                f"{', '.join(map(str, folders))}."
            )
        found[Path(folder)].append(Path(file))
    return found
