"""Cold start: CPU to import a function and make its DynamoDB client, against importing everything that any function uses."""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.report import Figure

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "layers" / "regulars" / "python"
RUNS = 9
_CLIENT = "from regulars.kernel.aws import client; client('dynamodb')"
# What a function that does not choose pays: all handlers and libraries of the product, and the clients of its services.
_SERVICES = ("dynamodb", "events", "sqs", "s3", "sesv2", "cognito-idp", "secretsmanager")


def measure() -> list[Figure]:
    """One figure an API function; the bar is 0.45 of everything."""
    functions = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
    apis = [name for name in functions if name.endswith("_api")]
    everything = "\n".join(
        [f"import {name}.handler" for name in functions]
        + [f"import {name}" for name in _modules()]
        + ["import jinja2.sandbox, phonenumbers, cryptography.hazmat.primitives.asymmetric.rsa"]
        + ["from regulars.kernel.aws import client"]
        + [f"client({service!r})" for service in _SERVICES]
    )
    with tempfile.TemporaryDirectory() as cache:
        whole = _cpu(everything, cache)
        figures = [Figure("cold import of everything", whole * 1000, "ms CPU")]
        for name in apis:
            needs_table = name != "docs_api"
            code = f"import {name}.handler\n" + (_CLIENT if needs_table else "")
            own = _cpu(code, cache)
            figures.append(Figure(f"cold import of {name}", own * 1000, "ms CPU", own / whole, 0.45))
    return figures


def _modules() -> list[str]:
    """Every module of the product, those included that functions import only when they need them."""
    return sorted(
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for path in (PACKAGE / "regulars").rglob("*.py")
    )


def _cpu(code: str, cache: str) -> float:
    """Seconds of CPU of a fresh interpreter, bare start-up taken off: the least of several runs, because others on the
    machine can only add to it. Compiled files are there, as we ship them."""
    _once(code, cache)
    return min(_once(code, cache) for _ in range(RUNS)) - min(_once("pass", cache) for _ in range(RUNS))


def _once(code: str, cache: str) -> float:
    environment = os.environ | {
        "PYTHONPYCACHEPREFIX": cache,
        "PYDANTIC_DISABLE_PLUGINS": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "functions"), str(ROOT)]),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import tests.conftest\n" + code], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
