"""Write the software bill of materials: what textmine is made of, as CycloneDX JSON.

    python -m tools.sbom --out dist/textmine.cdx.json

Packages, versions and licences are those installed here (see ``tools/dependencies.py``). The same packages
give the same bytes: there is no time in it, and its serial number is made from its content.
"""

from __future__ import annotations

import argparse
import json
import uuid
from pathlib import Path
from typing import Any

from tools.dependencies import Dependency, list_dependencies, needed_by_textmine

ROOT = Path(__file__).resolve().parents[1]
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pypi.org/project/textmine/")


def make_sbom(dependencies: list[Dependency], needed: tuple[str, ...], version: str) -> dict[str, Any]:
    """A CycloneDX 1.6 document (https://cyclonedx.org/docs/1.6/json/) of textmine and what it needs."""
    refs = {one.name: _purl(one.name, one.version) for one in dependencies}
    own = _purl("textmine", version)
    content: dict[str, Any] = {
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": own,
                "name": "textmine",
                "version": version,
                "licenses": [{"license": {"id": "MIT"}}],
                "purl": own,
            }
        },
        "components": [_component(one, refs[one.name]) for one in dependencies],
        "dependencies": [
            {"ref": own, "dependsOn": [refs[name] for name in needed]},
            *(
                {"ref": refs[one.name], "dependsOn": [refs[name] for name in one.needs if name in refs]}
                for one in dependencies
            ),
        ],
    }
    serial = uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        **content,
    }


def write_sbom(path: Path) -> dict[str, Any]:
    """Write the bill of this installation, and give it."""
    from textmine import __version__

    sbom = make_sbom(list_dependencies(), needed_by_textmine(), __version__)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(sbom, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return sbom


def _component(one: Dependency, ref: str) -> dict[str, Any]:
    named = " " in one.licence
    return {
        "type": "library",
        "bom-ref": ref,
        "name": one.name,
        "version": one.version,
        "scope": "optional" if one.optional else "required",
        "licenses": [{"expression": one.licence} if named else {"license": {"id": one.licence}}],
        "purl": ref,
        "properties": [{"name": "textmine:extra", "value": extra} for extra in one.extras],
    }


def _purl(name: str, version: str) -> str:
    """The package URL, https://github.com/package-url/purl-spec; a build tag's + is written %2B."""
    return f"pkg:pypi/{name}@{version.replace('+', '%2B')}"


def main() -> None:
    """Write the bill and say where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "textmine.cdx.json", help="file to write")
    options = parser.parse_args()
    sbom = write_sbom(options.out)
    print(f"{len(sbom['components'])} packages: {options.out}")


if __name__ == "__main__":
    main()
