"""Run commands of textmine one after another in one Python; tell what each showed, logged and left behind.

    python run_commands.py STEPS.json RESULTS.jsonl

A step is the words of a command, ``["code", "wave.csv", ...]``. ``shown`` is what a terminal shows together
with all log lines; ``trace`` is what a notebook would show of the error behind it, causes included.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any

#: ``annotate`` serves until somebody stops it.
SERVED_SECONDS = 8.0


def run(words: list[str]) -> dict[str, Any]:
    from textmine.cli import main

    shown, logged, trace, code = io.StringIO(), io.StringIO(), "", 0
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    sys.argv = ["textmine", *words]
    stop = threading.Timer(SERVED_SECONDS, os.kill, (os.getpid(), signal.SIGINT))
    if words[0] == "annotate":
        stop.start()
    try:
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown), warnings.catch_warnings():
            warnings.simplefilter("always")
            main()
    except SystemExit as end:
        code = int(end.code or 0)
        trace = "".join(traceback.format_exception(end))
    except BaseException as error:  # which main lets none through
        code, trace = -1, "".join(traceback.format_exception(error))
    finally:
        stop.cancel()
        logging.getLogger().removeHandler(handler)
    left = [path.name for path in Path(tempfile.gettempdir()).rglob("*")]
    left += [path.name for path in Path.cwd().rglob(".textmine-*")]
    return {"code": code, "shown": shown.getvalue() + logged.getvalue(), "trace": trace, "left": left}


if __name__ == "__main__":
    steps = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with Path(sys.argv[2]).open("w", encoding="utf-8") as results:
        for step in steps:
            results.write(json.dumps(run(step)) + "\n")
            results.flush()
