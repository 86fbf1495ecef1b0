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
_LAZY = ("jinja2.sandbox", "phonenumbers", "cryptography.hazmat.primitives.asymmetric.rsa")
# What docs/adr/0002 and 0003 leave out: resolver with validation, logger, metrics, tracer, idempotency, boto3.
_USUAL_STACK = """
import boto3, email_validator
boto3.client("dynamodb"), boto3.resource("dynamodb")
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.batch import BatchProcessor
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
from pydantic import BaseModel, EmailStr
class Body(BaseModel):
    email: EmailStr
Logger(service="bench"), Metrics(namespace="bench", service="bench"), Tracer(service="bench", disabled=True)
APIGatewayHttpResolver(enable_validation=True)
DynamoDBPersistenceLayer(table_name="bench")
"""
# What a function that does not choose pays: all handlers and libraries of the product, and the clients of its services.
_SERVICES = ("dynamodb", "events", "sqs", "s3", "sesv2", "cognito-idp", "secretsmanager")


def measure() -> list[Figure]:
    """One figure an API function, against two baselines: the product behind one handler on the usual stack (the bar: 0.45),
    and the product behind one handler as it is."""
    functions = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
    whole = "\n".join(
        [f"import {name}" for name in [*(f"{name}.handler" for name in functions), *_modules(), *_LAZY]]
        + ["from regulars.kernel.aws import client"]
        + [f"client({service!r})" for service in _SERVICES]
    )
    with tempfile.TemporaryDirectory() as cache:
        usual, ours = _cpu(_USUAL_STACK + whole, cache), _cpu(whole, cache)
        figures = [
            Figure("cold import of everything, on the usual stack", usual * 1000, "ms CPU"),
            Figure("cold import of everything, as it is", ours * 1000, "ms CPU", ours / usual),
        ]
        for name in (name for name in functions if name.endswith("_api") or name == "track"):
            own = _cpu(f"import {name}.handler\n" + ("" if name == "docs_api" else _CLIENT), cache)
            title = f"cold import of {name} ({own / ours:.2f}x of ours)"
            figures.append(Figure(title, own * 1000, "ms CPU", own / usual, 0.45))
    return figures


def _modules() -> list[str]:
    """Every module of the product, those included that functions import only when they need them."""
    return sorted(
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for path in (PACKAGE / "regulars").rglob("*.py")
    )


def _cpu(code: str, cache: str) -> float:
    """Seconds of CPU of a fresh interpreter, bare start-up and end taken off, compiled files being there as we ship them: the
    least of several runs, because others on the machine can only add to it."""
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
    subprocess.run(
        [sys.executable, "-c", f"import tests.conftest\n{code}\nimport os; os._exit(0)"],
        env=environment,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
