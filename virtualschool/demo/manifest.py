"""manifest.json: what was written, in which order to load it, and which figures to expect."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "manifest.json"


@dataclass(frozen=True)
class LoadStep:
    """One call of the feed command: its kind and the paths, relative to the county's folder."""

    kind: str
    paths: tuple[str, ...]


def _file_entry(root: Path, path: Path, kind: str) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "path": path.relative_to(root).as_posix(),
        "kind": kind,
        "rows": max(0, content.count(b"\n") - 1),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _files_of(root: Path, step: LoadStep) -> list[Path]:
    found: list[Path] = []
    for name in step.paths:
        path = root / name
        found.extend(sorted(path.iterdir()) if path.is_dir() else [path])
    return found


def write_manifest(root: Path, steps: list[LoadStep], made_with: dict[str, Any], figures: dict[str, Any]) -> None:
    """Write manifest.json beside the files."""
    loaded = [_file_entry(root, path, step.kind) for step in steps for path in _files_of(root, step)]
    dirty = [_file_entry(root, path, "training") for path in sorted((root / "dirty").rglob("*")) if path.is_file()]
    document = {
        "made_with": made_with,
        "expected": figures,
        "load": [{"order": i, "kind": s.kind, "paths": list(s.paths)} for i, s in enumerate(steps, start=1)],
        "files": loaded + dirty,
    }
    (root / NAME).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(output_dir: Path) -> dict[str, Any]:
    """The manifest of a county that was written before. FileNotFoundError when there is none."""
    document: dict[str, Any] = json.loads((Path(output_dir) / NAME).read_text(encoding="utf-8"))
    return document


def remove_written(output_dir: Path) -> None:
    """Remove the files that an earlier manifest names, so that none of another county is left beside the new ones."""
    root = Path(output_dir)
    if (root / NAME).exists():
        for entry in read_manifest(root)["files"]:
            (root / entry["path"]).unlink(missing_ok=True)


def demo_files(output_dir: Path) -> list[tuple[str, list[Path]]]:
    """(kind, paths) of each call of the feed command, in the order of loading. An ssda903 path is a folder."""
    root = Path(output_dir)
    return [(step["kind"], [root / name for name in step["paths"]]) for step in read_manifest(root)["load"]]
