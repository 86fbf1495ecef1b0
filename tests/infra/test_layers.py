"""The layers as they ship: complete, small, and right for the platform they go to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.config import ROOT
from infra.functions import FUNCTIONS, FunctionSpec, settings_of
from infra.layers import HOST, LAMBDA, USED_SERVICES, LayerFolders, build_layers, folder_size

MEGABYTE = 1_000_000
IMPORT = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
importlib.import_module(sys.argv[2])
outside = [m.__file__ for m in sys.modules.values() if "site-packages" in (getattr(m, "__file__", None) or "")]
print(json.dumps(outside))
"""
CLIENTS = """
import sys
sys.path.insert(0, sys.argv[1])
import botocore.session
session = botocore.session.get_session()
for service in sys.argv[2:]:
    session.create_client(service, region_name="eu-west-1")
"""


@pytest.fixture(scope="module")
def for_host() -> LayerFolders:
    """The layers built as for AWS, but for this machine, so that they can be run."""
    return build_layers(HOST)


@pytest.fixture(scope="module")
def for_lambda() -> LayerFolders:
    return build_layers(LAMBDA)


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_every_handler_imports_from_the_layers_alone(for_host: LayerFolders, spec: FunctionSpec) -> None:
    paths = [ROOT / "functions", for_host.vendor / "python", for_host.regulars / "python"]
    paths += [for_host.science / "python"] if spec.science else []
    environment = dict.fromkeys(settings_of(spec, local=False), "x") | {
        "CLOCK": "system",
        "LOG_LEVEL": "INFO",
    }
    environment |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    # -I -S: neither PYTHONPATH nor this environment's site-packages.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT, json.dumps(list(map(str, paths))), f"{spec.name}.handler"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_clients_of_all_used_services_can_be_made_from_the_stripped_layer(for_host: LayerFolders) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CLIENTS, str(for_host.vendor / "python"), *sorted(USED_SERVICES)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_compiled_packages_are_for_lambda_on_arm(for_lambda: LayerFolders) -> None:
    binaries = [
        path for layer in (for_lambda.vendor, for_lambda.science) for path in (layer / "python").rglob("*.so")
    ]
    assert {"numpy", "cryptography"} <= {part for path in binaries for part in path.parts}
    assert [path.name for path in binaries if not _runs_on_lambda(path)] == []


def test_wheels_carry_tags_that_lambda_can_run(for_lambda: LayerFolders) -> None:
    wheels = [
        wheel
        for layer in (for_lambda.vendor, for_lambda.science)
        for wheel in (layer / "python").glob("*.dist-info/WHEEL")
    ]
    assert len(wheels) > 10
    assert [path.parent.name for path in wheels if not any(map(_fits, _tags(path)))] == []


def test_layers_stay_far_below_the_limit_of_lambda(for_lambda: LayerFolders) -> None:
    assert folder_size(for_lambda.vendor) < 60 * MEGABYTE
    assert folder_size(for_lambda.regulars) < 3 * MEGABYTE
    assert folder_size(for_lambda.science) < 60 * MEGABYTE


NUMPY = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy
assert numpy.partition(numpy.arange(9.0), 4)[4] == 4 and numpy.bincount([1, 1])[1] == 2
"""


def test_the_stripped_science_layer_counts(for_host: LayerFolders) -> None:
    command = [sys.executable, "-I", "-S", "-c", NUMPY, str(for_host.science / "python")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]


def test_only_the_worker_of_jobs_has_the_science_layer() -> None:
    # Every other handler is imported above without it: none of them can need numpy.
    assert [spec.name for spec in FUNCTIONS if spec.science] == ["run_jobs"]


def test_unchanged_layers_are_not_built_again(for_host: LayerFolders) -> None:
    before = for_host.vendor.stat().st_mtime_ns
    assert build_layers(HOST) == for_host
    assert for_host.vendor.stat().st_mtime_ns == before


def _runs_on_lambda(path: Path) -> bool:
    """By name: `x.cpython-314-aarch64-linux-gnu.so`, `x.abi3.so` or a library that such a one brings along (`*.libs`); by
    content: an ELF file for AArch64."""
    is_aarch64 = path.read_bytes()[18:20] == b"\xb7\x00"
    is_library = path.parent.suffix == ".libs"
    return is_aarch64 and (is_library or "cpython-314" in path.name or "abi3" in path.name)


def _tags(wheel: Path) -> list[str]:
    return [line.split(": ")[1] for line in wheel.read_text().splitlines() if line.startswith("Tag: ")]


def _fits(tag: str) -> bool:
    python, abi, platform = tag.split("-")
    fits_python = "py3" in python or "py2.py3" in python or python == "cp314" or abi == "abi3"
    return fits_python and (platform == "any" or "aarch64" in platform)
