"""Builds the two Lambda layers without Docker, from the lock file, into `.build/layers`.

`vendor` holds the third-party packages as wheels for the target platform, stripped of what never runs;
`regulars` holds the package itself. Each lies in a folder named by the hash of its inputs, so that unchanged
layers are neither built nor uploaded again. Bytecode is shipped when an interpreter of the target's version is
here or can be installed; without one Lambda compiles at each cold start, which the build says.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.config import ROOT
from infra.constructs.code import LayerFolders

BUILD_FOLDER = ROOT / ".build" / "layers"
SOURCE = ROOT / "layers" / "regulars" / "python"
RECIPE = "2"
USED_SERVICES = frozenset(
    {"cognito-idp", "dynamodb", "events", "lambda", "s3", "secretsmanager", "sesv2", "sns", "sqs", "sts"}
)
BOTOCORE_SHARED = frozenset({"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"})
NEVER_RUN = ("tests", "test", "__pycache__")
NOISE_SUFFIXES = (".pyi", ".pyx", ".pxd", ".c", ".h")
NOISE_FILES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


@dataclass(frozen=True)
class Target:
    """A platform to build for; `platform` of None means the host's own."""

    python: str
    platform: str | None


LAMBDA = Target(python="3.14", platform="aarch64-manylinux2014")
HOST = Target(python=f"{sys.version_info.major}.{sys.version_info.minor}", platform=None)


def build_layers(target: Target = LAMBDA) -> LayerFolders:
    """Builds what is not built yet and prints the unzipped sizes.

    Raises subprocess.CalledProcessError when a wheel for the target is missing.
    """
    requirements = _locked_requirements()
    interpreter = find_interpreter(target.python)
    salt = f"{RECIPE} {target} compiled={interpreter is not None}"
    vendor_hash = _digest([salt, requirements, *sorted(USED_SERVICES)])
    regulars_hash = _digest([salt, *_contents(SOURCE)])
    vendor = _once(f"vendor-{vendor_hash}", lambda folder: _vendor(folder, requirements, target, interpreter))
    regulars = _once(f"regulars-{regulars_hash}", lambda folder: _package(folder, interpreter))
    for name, folder in (("vendor", vendor), ("regulars", regulars)):
        print(f"layer {name}: {folder_size(folder) / 1e6:.1f} MB unzipped", file=sys.stderr)
    if interpreter is None:
        print(f"no Python {target.python} here: layers ship without bytecode (slower cold starts)", file=sys.stderr)
    return LayerFolders(vendor, vendor_hash, regulars, regulars_hash)


def find_interpreter(version: str) -> str | None:
    """Path of a Python of that version: this one, one uv knows, or one uv can install; None if there is none."""
    if version == HOST.python:
        return sys.executable
    for command in (["python", "find", version], ["python", "install", version]):
        found = subprocess.run([uv(), *command], capture_output=True, text=True, check=False)
        if found.returncode == 0 and command[1] == "find":
            return found.stdout.strip()
    again = subprocess.run([uv(), "python", "find", version], capture_output=True, text=True, check=False)
    return again.stdout.strip() if again.returncode == 0 else None


def uv() -> str:
    """The uv to use: the Makefile's, or the one on the path."""
    return os.environ.get("UV") or "uv"


def folder_size(folder: Path) -> int:
    """Bytes of all files below the folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _locked_requirements() -> str:
    command = [uv(), "export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-annotate", "--no-header"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _once(name: str, build: "Builder") -> Path:
    """Builds beside the final place and moves it there whole: a build that was cut short leaves nothing."""
    final = BUILD_FOLDER / name
    if final.is_dir():
        return final
    BUILD_FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD_FOLDER) as scratch:
        folder = Path(scratch) / name
        (folder / "python").mkdir(parents=True)
        build(folder / "python")
        folder.rename(final)
    return final
