"""Every error that textmine raises on purpose.

TextmineError (a ValueError)
├── InputError      a table, a column, a row or a label file is not what was wanted
│   ├── InvalidDesign     the units read were drawn in a way that bears no such claim
│   └── StoreUnavailable  the annotation store cannot be reached for now
├── CodebookError   a codebook breaks its form; carries all problems found
└── ModelError      a model folder is missing, damaged or does not fit

A message is one line: what was met, what was wanted, what to do. It never holds a respondent's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class TextmineError(ValueError):
    """Something a user can put right; the command line prints it in one line and exits with 1.

    >>> issubclass(InputError, TextmineError), issubclass(TextmineError, ValueError)
    (True, True)
    """


class InputError(TextmineError):
    """A table, a column, a row or a label file is not what was wanted.

    >>> try:
    ...     raise InputError("No column 'q12' in wave3.csv. Columns: id, comment. Choose one with --text.")
    ... except TextmineError as error:
    ...     str(error)[:28]
    "No column 'q12' in wave3.csv"
    """


class InvalidDesign(InputError):
    """The units that people read were drawn in a way that does not bear the claim asked for.

    >>> issubclass(InvalidDesign, TextmineError)
    True
    """


class StoreUnavailable(InputError):
    """The annotation store cannot be reached for now: it is stopped, locked or on a full disk.

    What was to be written may be sent again, with the same id: it is stored once.

    >>> issubclass(StoreUnavailable, InputError)
    True
    """


class CodebookError(TextmineError):
    """A codebook breaks its form.

    ``problems`` lists everything found, so that one reading mends all. ``message`` is the line that is shown.

    >>> CodebookError("Two problems in codebook.yaml.", ["code 1: no id", "code 2: no id"]).problems[1]
    'code 2: no id'
    """

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


class ModelError(TextmineError):
    """A model folder is missing, damaged or does not fit what is asked of it.

    >>> issubclass(ModelError, TextmineError)
    True
    """


def list_names(names: Sequence[str], most: int = 30) -> str:
    """Names for a message, the long ones and the long list cut short.

    >>> list_names(["id", "q12", "q13"], most=2)
    'id, q12 and 1 more'
    """
    shown = ", ".join(name if len(name) <= 40 else f"{name[:37]}..." for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
