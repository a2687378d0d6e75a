"""Where Node and the program `placement-gym` are: by variable, near the working directory, on PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

NODE_VARIABLE = "PLACEMENT_GYM_NODE"
PROGRAM_VARIABLE = "PLACEMENT_GYM_PROGRAM"
OLDEST_NODE = (20, 19)


class NodeError(RuntimeError):
    """Node or the program `placement-gym` is missing, too old, or ended."""


def command() -> list[str]:
    """What starts the program. Raises `NodeError` with a sentence that says what is missing."""
    node = os.environ.get(NODE_VARIABLE) or shutil.which("node")
    if node is None or shutil.which(node) is None:
        raise NodeError(
            "Node is missing: install Node 20.19 or newer so that `node` is on PATH, "
            f"or name it by the variable {NODE_VARIABLE}."
        )
    return [node, str(_program())]


def _program() -> Path:
    named = os.environ.get(PROGRAM_VARIABLE)
    if named is not None:
        return _in_package(Path(named))
    here = Path.cwd()
    for folder in [here, *here.parents]:
        for package in (folder / "node_modules" / "placement-gym", folder):
            if _is_package(package):
                return _in_package(package)
    checkout = Path(__file__).resolve().parents[2]
    if _is_package(checkout):
        return _in_package(checkout)
    on_path = shutil.which("placement-gym")
    if on_path is not None:
        return Path(on_path).resolve()
    raise NodeError(
        "The program placement-gym is missing: run `npm install placement-gym` in this folder or one "
        f"above it, or name its folder by the variable {PROGRAM_VARIABLE}."
    )


def _is_package(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "package.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("name") == "placement-gym"


def _in_package(folder: Path) -> Path:
    program = folder / "cli" / "bin.js" if folder.is_dir() else folder
    if not program.is_file():
        raise NodeError(f'"{program}" is not there, expected the program of placement-gym.')
    return program


def age_sentence(node: str) -> str | None:
    """Why this Node cannot run the program, where it is too old; asked only after a failure."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        return f'"{node}" could not be started: {error}.'
    version = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if version is None:
        return f'"{node}" is no Node: it does not tell its version.'
    if (int(version[1]), int(version[2])) >= OLDEST_NODE:
        return None
    return f'"{node}" is Node {answer.stdout.strip()}, which is too old; placement-gym needs 20.19.'
