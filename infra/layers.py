"""Builds the Lambda layers without Docker, from the lock file, into `.build/layers`.

`vendor` holds the third-party packages as wheels for the target platform, stripped of what never runs;
`science` those that only work in bulk needs; `regulars` the package itself. Each lies in a folder named by
the hash of its inputs, so that unchanged layers are neither built nor uploaded again. Bytecode is shipped when
an interpreter of the target's version is here or can be installed; without one Lambda compiles at each cold
start, which the build says.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from infra.config import ROOT

BUILD_FOLDER = ROOT / ".build" / "layers"
SOURCE = ROOT / "layers" / "regulars" / "python"
RECIPE = "2"
USED_SERVICES = frozenset(
    """
    apigatewaymanagementapi cognito-idp dynamodb events lambda pinpoint pinpoint-sms-voice-v2 s3 secretsmanager sesv2 sns sqs sts
    """.split()
)
BOTOCORE_SHARED = frozenset(
    {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
)
NEVER_RUN = ("tests", "test", "__pycache__")
NOISE_SUFFIXES = (".pyi", ".pyx", ".pxd", ".c", ".h", ".a")
NOISE_FILES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


@dataclass(frozen=True)
class LayerFolders:
    """Built layer folders, each with a `python/` inside, and the hash of what each was built from."""

    vendor: Path
    vendor_hash: str
    regulars: Path
    regulars_hash: str
    science: Path
    science_hash: str


@dataclass(frozen=True)
class Target:
    """A platform to build for; `platform` of None means the host's own."""

    python: str
    platform: str | None


# Amazon Linux 2023, which Lambda runs Python 3.14 on, has glibc 2.34.
LAMBDA = Target(python="3.14", platform="aarch64-manylinux_2_28")
HOST = Target(python=f"{sys.version_info.major}.{sys.version_info.minor}", platform=None)


def build_layers(target: Target = LAMBDA) -> LayerFolders:
    """Builds what is not built yet and prints the unzipped sizes.

    Raises subprocess.CalledProcessError when a wheel for the target is missing.
    """
    interpreter = find_interpreter(target.python)
    salt = f"{RECIPE} {target} compiled={interpreter is not None}"
    built: dict[str, tuple[Path, str]] = {}
    for name, group in (("vendor", "--no-default-groups"), ("science", "--only-group=science")):
        requirements = _locked_requirements(group)
        mark = _digest([salt, requirements, *sorted(USED_SERVICES)])
        folder = _once(f"{name}-{mark}", partial(_packages, requirements, target, interpreter))
        built[name] = folder, mark
    mark = _digest([salt, *_contents(SOURCE)])
    built["regulars"] = _once(f"regulars-{mark}", partial(_package, interpreter)), mark
    for name, (folder, _) in built.items():
        print(f"layer {name}: {folder_size(folder) / 1e6:.1f} MB unzipped", file=sys.stderr)
    if interpreter is None:
        print(
            f"no Python {target.python} here: layers ship without bytecode (slower cold starts)",
            file=sys.stderr,
        )
    return LayerFolders(*built["vendor"], *built["regulars"], *built["science"])


def find_interpreter(version: str) -> str | None:
    """Path of a Python of that version: this one, one uv knows, or one uv can install; None if there is none."""
    if version == HOST.python:
        return sys.executable
    found = _uv_python("find", version)
    if found.returncode and _uv_python("install", version).returncode == 0:
        found = _uv_python("find", version)
    return None if found.returncode else found.stdout.strip()


def _uv_python(action: str, version: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"UV_HTTP_RETRIES": "0"}
    command = [uv(), "python", action, version]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def uv() -> str:
    """The uv to use: the Makefile's, or the one on the path."""
    return os.environ.get("UV") or "uv"


def folder_size(folder: Path) -> int:
    """Bytes of all files below the folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _locked_requirements(group: str) -> str:
    command = [
        uv(),
        "export",
        "--frozen",
        group,
        "--no-emit-project",
        "--no-annotate",
        "--no-header",
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _once(name: str, build: Callable[[Path], None]) -> Path:
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


def _packages(requirements: str, target: Target, interpreter: str | None, folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write(requirements)
        listing.flush()
        command = [
            uv(),
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
        ]
        command += ["--target", str(folder), "--python-version", target.python, "-r", listing.name]
        if target.platform:
            command += ["--python-platform", target.platform]
        subprocess.run(command, cwd=ROOT, check=True)
    _strip(folder)
    _compile(folder, interpreter)


def _package(interpreter: str | None, folder: Path) -> None:
    shutil.copytree(SOURCE / "regulars", folder / "regulars", ignore=shutil.ignore_patterns("__pycache__"))
    _compile(folder, interpreter)


def _strip(folder: Path) -> None:
    """Takes away what Lambda never reads: services we do not call, tests, stubs, C sources, installer records."""
    services = folder / "botocore" / "data"
    for entry in services.iterdir() if services.is_dir() else ():
        if entry.name not in USED_SERVICES | BOTOCORE_SHARED:
            _remove(entry)
    _remove(folder / "bin")
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.name in (*NEVER_RUN, *NOISE_FILES) or path.suffix in NOISE_SUFFIXES:
            _remove(path)


def _compile(folder: Path, interpreter: str | None) -> None:
    """Adds bytecode that is trusted without looking at the source's time, which zipping changes."""
    if interpreter is None:
        return
    command = [interpreter, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, str(folder)], check=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _contents(folder: Path) -> Iterable[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


if __name__ == "__main__":
    build_layers()
