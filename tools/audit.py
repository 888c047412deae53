"""Ask pip-audit whether a pinned version has a known weakness; say so where its data cannot be reached.

    python tools/audit.py

pip-audit is installed into a folder of its own that goes again, so it adds nothing to textmine's environment.
Ends with 0 where every version was looked up and none is known to be weak, with 1 where one is, and with 2
where the data could not be reached: a version that was not looked up is never counted as sound.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def judge(said: dict[str, Any]) -> tuple[int, list[str]]:
    """How the program is to end, and what to print, of what pip-audit wrote as JSON.

    >>> judge({"dependencies": [{"name": "a", "version": "1", "vulns": []}]})
    (0, ['1 version looked up, none with a known weakness.'])
    """
    looked_up = [one for one in said["dependencies"] if "skip_reason" not in one]
    skipped = [one["name"] for one in said["dependencies"] if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or '-'}"
        for one in looked_up
        for found in one["vulns"]
    ]
    weak = len(lines)
    if skipped:
        lines.append(
            f"{len(skipped)} NOT looked up, so nothing is known of them: {', '.join(skipped[:5])} ..."
        )
    if looked_up and not weak:
        many = "version" if len(looked_up) == 1 else "versions"
        lines.append(f"{len(looked_up)} {many} looked up, none with a known weakness.")
    return (1 if weak else 2 if skipped or not looked_up else 0), lines


def run_audit(folder: Path) -> dict[str, Any]:
    """What pip-audit says of constraints.txt; no dependency at all where it could not work."""
    venv.create(folder / "env", with_pip=True)
    python = str(folder / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "pip", "install", *quiet, "pip-audit"], check=True)
    command = [python, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format", "json"]
    done = subprocess.run(
        [*command, "-r", str(ROOT / "constraints.txt")], capture_output=True, encoding="utf-8", check=False
    )
    try:
        said = json.loads(done.stdout)
    except json.JSONDecodeError:
        return {"dependencies": []}
    return dict(said)


def main() -> None:
    """Audit, print and end with what was found."""
    with tempfile.TemporaryDirectory() as folder:
        code, lines = judge(run_audit(Path(folder)))
    print("\n".join(lines) or "Nothing was looked up: pip-audit reached no data.")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
