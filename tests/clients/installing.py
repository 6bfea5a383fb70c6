"""Pinned third-party libraries in folders of their own, installed when first needed and kept in .venv/clients."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / ".venv" / "clients"
BIN = Path(sys.executable).parent


def _folder(name: str, *locks: Path) -> Path:
    """Named by what is to be in it, so that a changed lock makes a new one."""
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()[:12]
    return CACHE / f"{name}-{digest}"


def _install(folder: Path, command: list[str], cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise AssertionError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    cwd.rename(folder)


def python_library(name: str) -> Path:
    """The folder of a pinned Python library, such as "posthog-7.91.1", to put on PYTHONPATH."""
    lock = HERE / "python" / f"{name}.txt"
    folder = _folder(name, lock)
    if not folder.exists():
        fresh = _fresh(folder)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
        _install(folder, [*pip, "--require-hashes", "--target", str(fresh), "-r", str(lock)], fresh)
    return folder


def node_modules() -> Path:
    """The folder with package.json and node_modules of the JavaScript libraries."""
    source = HERE / "node"
    folder = _folder("node", source / "package-lock.json")
    if not folder.exists():
        fresh = _fresh(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, fresh)
        _install(folder, [str(BIN / "npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], fresh)
    return folder


def _fresh(folder: Path) -> Path:
    """An empty folder to install into, renamed when it is complete."""
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    return fresh


def run_python(library: str, script: str, *arguments: str) -> None:
    """Run a script of ours with a pinned library; its exit status must be 0."""
    environment = {**os.environ, "PYTHONPATH": str(python_library(library)), "PYTHONNOUSERSITE": "1"}
    _run([sys.executable, str(HERE / "python" / script), *arguments], environment)


def run_node(script: str, *arguments: str) -> str:
    """What a script of ours prints beside the pinned JavaScript libraries; its exit status must be 0."""
    folder = node_modules()
    shutil.copy(HERE / "node" / script, folder / script)
    return _run([str(BIN / "node"), str(folder / script), *arguments], dict(os.environ))


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{command[1]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout
