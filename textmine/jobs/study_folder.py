"""What people read first in a study folder: README, starter codebook and sampling plan."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

from textmine.annotations import Project
from textmine.coding.exact_tests import minimum_sample
from textmine.coding.work_list import WORDS_A_MINUTE
from textmine.errors import InputError
from textmine.estimates.formulas import Z95
from textmine.files import atomic_text, make_folder, write_rows

README, CODEBOOK, PLAN, DRAWN = "README.md", "codebook.yaml", "sampling-plan.md", "sampling-plan.csv"
#: Folders of a study: raw exports (never for git), texts, annotations, models, notebooks.
FOLDERS = ("raw", "corpora", "annotations", "models", "notebooks")
IGNORED = "raw/\nout/\nannotations/*.sqlite*\n"
#: Shares whose intervals the sampling plan tells, and sizes of samples that it compares.
SHARES, SIZES = (0.02, 0.05, 0.10, 0.30, 0.50), (100, 200, 400, 800)

STARTER = """\
# The codebook: what each code means, so that two people who read the same text give it the same codes.
# Mend it while you read; check it with: textmine codebook check codebook.yaml
id: {name}
version: 0.1.0            # 0.x while it still changes; 1.0.0 when the counting begins
unit: comment             # what gets the codes: a comment, or a turn of an interview
multi_label: true         # a text takes every code that applies, or none
rule: >
  Code a text when it makes a claim about the theme. A denial is still a claim. Do not code a bare mention of
  a word, a question, or a hope with no claim in it. Code what is said, not what could be inferred about its
  author.
codes:
  - id: to_discuss
    name: To discuss
    definition: Anything worth discussing with the team. Replace this code by codes of your own.
    include: [a theme that has no code yet]
    exclude: [non-answers such as 'n/a']
    examples: []
# A code of your own, as it will look. Take the marks off and write yours:
# - id: short_name              # letters, digits and _; it names a column, so do not change it later
#    name: The name people read
#    definition: >
#      One or two sentences: what a text must say to get this code.
#    include: [a borderline case that counts, another]
#    exclude: [what belongs to another code (its_id)]
#    examples: ["Words as a respondent might write them; make them up."]
"""

_HEAD = """\
# {name}

A study made by `textmine init`. Run the commands below from this folder, in this order.

| where | what |
| --- | --- |
| `raw/` | your export, as it came; never for git |
| `codebook.yaml` | the codes |
| `sampling-plan.md` | which texts people read, by what chance, and how exact the shares will be |
| `corpora/` | the texts to be coded |
| `annotations/` | who gave which code to which text, as text files for git |
| `models/` | coders trained on them |
| `notebooks/` | notebooks of your own |
| `out/` | what the commands write; all of it can be made again |

Texts and quotes are respondents' words: think before you share this folder.
"""

_BEFORE = """
## Before anything is read

1. Put your export into `raw/` and look at it: what is taken for text, id and question, how much is no answer,
   who could be recognised. Names of files and columns below are examples; write your own.

```sh
textmine read raw/export.csv --out out/documents.csv
textmine clean raw/export.csv --text comment --id id --out out/cleaned.csv --report out/cleaning.json
textmine redact raw/export.csv --text comment --id id --out out/redacted.csv --log out/redactions.csv
```

2. Write your codes into `codebook.yaml` and check them.

```sh
textmine codebook check codebook.yaml
```

3. Decide how many texts people read (`sampling-plan.md`) and who they are, and make the study. This page is
   then written anew with the commands that follow, your names in them.

```sh
textmine init . --input raw/export.csv --text comment --id id --annotator ann --annotator ben --sample 400
```
"""


_LATER = """
## Next year

Code the new wave with the same model, have people read a random part of it again, and ask what changed;
the names of files are examples.

```text
textmine read raw/next-year.csv --out out/next-year.csv
textmine code out/next-year.csv {columns} --model {model} --out out/coded-next
textmine prevalence out/coded-next --plan out/to-read.csv --read 200
textmine waves out/certified out/coded-next --checked-new out/read-next.csv --out out/waves
textmine report out/coded-next --waves out/waves --out out/report-next.html
```

## When somebody withdraws

See what of theirs, by their id, would be taken out of this folder; then run it without `--dry-run`, and make
anew what it lists.

```text
textmine forget ID --in . --dry-run
```
"""


def write_skeleton(folder: Path, name: str) -> list[Path]:
    """Write a study folder without texts and give the new files; what is there already is left alone."""
    for sub in FOLDERS:
        make_folder(folder / sub)
    texts = {
        README: _HEAD.format(name=name) + _BEFORE,
        CODEBOOK: STARTER.format(name=name),
        PLAN: _describe_sizes(name),
        ".gitignore": IGNORED,
    }
    written = []
    for file, text in texts.items():
        if not (folder / file).exists():
            _write(folder / file, text)
            written.append(folder / file)
    return written


def is_skeleton(folder: Path, name: str) -> bool:
    """Whether the folder's README is still the one of a study without texts."""
    path = folder / README
    return path.is_file() and path.read_text("utf-8") == _HEAD.format(name=name) + _BEFORE


def write_study_files(
    project: Project, readers: Sequence[str], *, whole: bool = True, readme: str = README
) -> list[Path]:
    """Write a project's README with its commands in order, and its sampling plan; give the paths.

    ``readers`` are the people who read; ``whole`` says that no sample is all texts, not none; ``readme`` is
    another name for a folder that has a README of its own.
    """
    plan = project.plan(["reader"], whole=whole)
    drawn = {task.unit_id: task.probability for task in plan if task.purpose != "reread"}
    paths = [project.folder / readme, project.folder / PLAN]
    _write(paths[0], _HEAD.format(name=project.name) + _describe_commands(project, readers))
    _write(paths[1], _describe_plan(project, readers, list(drawn)))
    if drawn:
        paths.append(project.folder / DRAWN)
        with atomic_text(paths[-1]) as handle:
            write_rows([("unit_id", "probability")], handle)
            write_rows(sorted(drawn.items()), handle)
    for sub in FOLDERS:
        make_folder(project.folder / sub)
    ignored = project.folder / ".gitignore"
    lines = ignored.read_text("utf-8").splitlines() if ignored.is_file() else []
    _write(ignored, "\n".join([*lines, *(line for line in IGNORED.split() if line not in lines)]) + "\n")
    return paths


def _describe_commands(project: Project, readers: Sequence[str]) -> str:
    """The steps after ``init``, each with its command."""
    texts, labels = f"corpora/{project.name}/documents.jsonl", f"annotations/{project.name}/labels"
    columns = "--text text --id doc_id"
    known = set(project.corpus.frame.columns)
    columns += " --question question" if "question" in known else ""
    columns += " --group group" if "group" in known else ""
    short = "--text text --id doc_id" + (" --group group" if "group" in known else "")
    model, checked, book = f"models/{project.name}", f"{labels}/checked.csv", f"--codebook {CODEBOOK}"
    code = f"textmine code {texts} {columns} --model {model}"
    steps: list[tuple[str, str]] = [
        (
            "Check the codebook, with the words of the texts.",
            f"textmine codebook check codebook.yaml --corpus {texts} --text text --id doc_id",
        ),
        (
            "Read. Each person opens the link of their own (`--new-link NAME` makes another). Stop it with\n"
            f"Ctrl+C: what was decided is then written to `annotations/{project.name}/`.",
            "textmine annotate .",
        ),
    ]
    if not project.settings.has_gold:
        tail = (
            "\nA reflexive study has no agreement, no settled coding and no shares: themes are made by those"
            "\nwho read, and memos carry the thought. So the commands that count are not listed here.\n"
        )
        return _number(steps) + tail
    if len(readers) > 1:
        files = " ".join(shlex.quote(f"{labels}/{name}.jsonl") for name in readers)
        steps.append(
            (
                "How far do people agree, before anything is settled? Mend the codebook where it is unclear.",
                f"textmine agree {files} --units {texts} {short} {book} --out out/agreement",
            )
        )
    steps += [
        (
            "Train a coder on what was read. Its `card.md` says how good it is for each code.",
            f"textmine train {texts} {columns} {book} --labels {labels}/settled.csv --out {model}",
        ),
        (
            "Code all texts, and certify which codes may be taken unread.",
            f"{code} --out out/coded\n"
            f"textmine certify out/coded --checked {checked} --out out/certificate.json\n"
            f"{code} --certificate out/certificate.json --out out/certified",
        ),
        (
            "How common is each code? The shares are corrected by the random sample that people have read.\n"
            "(Read `out/certified/review.csv` as well if the codes of single texts matter.)",
            f"textmine prevalence out/certified --checked {checked} --probability inclusion_probability "
            "--out out/certified/prevalence.csv",
        ),
        (
            "What does the codebook miss?",
            f"textmine topics {texts} {columns} {book} --out out/topics",
        ),
        (
            "Hand it on: a report to read and print, a workbook, a project for NVivo.",
            "textmine report out/certified --topics out/topics --out out/report.html\n"
            "textmine export out/certified --to out/coded.xlsx\n"
            "textmine export out/certified --to out/study.qdpx --dialect nvivo",
        ),
        (
            "What may leave the team: tables under a disclosure rule, and quotes that a person has read and\n"
            "signed: fill in `out/release/private/quotes_review.csv`, then again with `--review` and\n"
            "`--sign`. Quotes that you ticked on the page Passages go in with `--bank quotes/NAME.jsonl`.",
            "textmine release out/certified --quotes 3 --out out/release",
        ),
    ]
    return _number(steps) + _LATER.format(columns=columns, model=model)


def _number(steps: Sequence[tuple[str, str]]) -> str:
    told = [f"\n{n}. {said}\n\n```sh\n{code}\n```\n" for n, (said, code) in enumerate(steps, 1)]
    return "\n## The commands, in order\n" + "".join(told)


def _describe_plan(project: Project, readers: Sequence[str], drawn: Sequence[str]) -> str:
    plan, size, n = project.settings.assignment, len(project.units), len(drawn)
    parts = [f"# Sampling plan of {project.name}\n"]
    if not n:
        parts.append(
            "No random sample is drawn: people read a review pile. No share can be estimated from it.\n"
        )
        return "\n".join(parts) + "\n" + _tell_sizes(size)
    told = "all of them" if n == size else f"each with the same chance of {n / size:.4f}"
    parts.append(
        f"Of {size} texts people read {n}, drawn by simple random sampling ({told}; seed {plan.seed}).\n"
        f"`{DRAWN}` lists them. The draw hangs on the ids and the seed alone, and a larger sample\n"
        "holds this one.\n"
    )
    if readers:
        again = f" {plan.rereads:.0%} come back to the same reader." if plan.rereads else ""
        shared = Counter(task.annotator for task in project.plan(list(readers)) if task.purpose != "reread")
        rows = "\n".join(f"| {name} | {shared[name]} |" for name in readers)
        parts.append(f"| who reads | texts |\n| --- | ---: |\n{rows}\n")
        parts.append(
            f"Everybody reads the same {plan.calibration} first (calibration). Of the others\n"
            f"{plan.overlap:.0%} are read by two, so that agreement can be measured.{again}\n"
        )
    words = sum(len(project.document(unit).text.split()) for unit in drawn)
    parts.append(
        f"The sample has {words} words: about {words / WORDS_A_MINUTE:.0f} minutes of reading at "
        f"{WORDS_A_MINUTE} words a minute, deciding not\ncounted.\n"
    )
    return "\n".join(parts) + "\n" + _tell_sizes(size, n)


def _describe_sizes(name: str) -> str:
    return (
        f"# Sampling plan of {name}\n\nThe texts that people read are drawn by chance: only then can what "
        f"they\nfind be counted (`textmine init` draws them). How many should it be?\n\n{_tell_sizes(None)}"
    )


def _tell_sizes(size: int | None, n: int | None = None) -> str:
    """A table: by the number read, how far off a share may be, and how many texts carry the code."""
    sizes = sorted({*SIZES, *([n] if n else [])})
    sizes = [k for k in sizes if size is None or k <= size]
    head = "| read | " + " | ".join(f"a share of {share:.0%}" for share in SHARES) + " |"
    rows = [
        f"| {'**' * (k == n)}{k}{'**' * (k == n)} | "
        + " | ".join(
            f"±{100 * tell_half_width(share, k, size):.1f} ({share * k:.0f} texts)" for share in SHARES
        )
        + " |"
        for k in sizes
    ]
    fewest = minimum_sample(0.9, 0.1)
    of = "" if size is None else f" of {size}"
    return "\n".join(
        [
            f"How exact a share is, in percentage points (95%), when so many{of} texts are read at random,",
            "and how many of them are likely to carry the code:",
            "",
            head,
            "| ---: |" + " ---: |" * len(SHARES),
            *rows,
            "",
            "These are intervals from the texts read alone. With the coder's scores of all texts they get",
            "narrower, by as much as the coder is good: `textmine prevalence --plan` says how much, once",
            "there is a coder. For a code with a handful of texts the normal approximation behind the table",
            "is rough, and a coder learns little from them: draw more texts, or look for more of them",
            "(`textmine annotate --mix`).",
            "",
            f"To accept a code unread (90% right, at 90% confidence) at least {fewest} texts that the coder",
            "gives the code must have been read at random, all of them right; with some wrong, more.",
            "",
        ]
    )


def tell_half_width(share: float, n: int, size: int | None = None) -> float:
    """Half the width of the 95% interval of a share in a simple random sample (of a finite wave of ``size``).

    >>> round(tell_half_width(0.5, 400), 3), tell_half_width(0.5, 400, 400)
    (0.049, 0.0)
    """
    if n < 1 or (size is not None and n > size):
        raise InputError(f"A sample of {n} met; wanted 1 or more, and no more than there are texts.")
    finite = 1.0 if size is None else 1 - n / size
    return Z95 * sqrt(share * (1 - share) / n * finite)


def _write(path: Path, text: str) -> None:
    with atomic_text(path) as handle:
        handle.write(text)
