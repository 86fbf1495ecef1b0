"""Deploys the real template to the engine, and skips it when neither the template's inputs nor the data changed."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from local.engine import ACCOUNT, REGION, Engine
from local.paths import ROOT, LocalFolder

STACKS = ("RegularsData-local", "RegularsApp-local")
INPUTS = ("infra/**/*.py", "local/live/*.py", "docs/api/openapi.json", "cdk.json", "package-lock.json")
TIMEOUT_SECONDS = 300
Progress = Callable[[str], None]


class DeploymentError(RuntimeError):
    """The template could not be synthesized or deployed; the message holds the tool's output."""


@dataclass(frozen=True)
class Deployment:
    """What the stacks say about themselves."""

    api_id: str
    table_name: str
    bucket_name: str
    user_pool_id: str
    user_pool_client_id: str
    socket_id: str
    texts_topic: str

    @classmethod
    def of(cls, outputs: dict[str, dict[str, str]]) -> "Deployment":
        """Reads the outputs file of `cdk deploy`."""
        data, app = (outputs[name] for name in STACKS)
        return cls(
            app["ApiId"],
            data["TableName"],
            data["BucketName"],
            data["UserPoolId"],
            data["UserPoolClientId"],
            app["SocketId"],
            app["TextsTopic"],
        )


def deploy(engine: Engine, folder: LocalFolder, public_url: str, progress: Progress) -> Deployment:
    """Brings the stacks up to date. Raises DeploymentError with the tool's words."""
    settings = _stage_settings(engine, folder, public_url)
    wanted = _digest(settings)
    recorded = json.loads(folder.deployment.read_text()) if folder.deployment.exists() else {}
    if recorded.get("inputs") == wanted:
        deployment = Deployment.of(recorded["outputs"])
        if _is_there(engine, deployment):
            return deployment
    outputs = _synthesize_and_deploy(engine, folder, settings, progress)
    folder.deployment.write_text(json.dumps({"inputs": wanted, "outputs": outputs}, indent=2))
    return Deployment.of(outputs)


def _stage_settings(engine: Engine, folder: LocalFolder, public_url: str) -> dict[str, str]:
    site_packages = next(entry for entry in sys.path if entry.endswith("site-packages"))
    sources = [ROOT / "functions", ROOT / "layers" / "regulars" / "python", Path(site_packages)]
    return {
        "PUBLIC_URL": public_url,
        "AWS_ENDPOINT_URL": engine.endpoint_url,
        "LOCAL_TOKENS": folder.secret.read_text(),
        "LOCAL_PYTHONPATH": ":".join(map(str, sources)),
    }


def _digest(settings: dict[str, str]) -> str:
    """Hash of everything the template is made of; handlers are not part of it, they are live."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in _input_files():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _input_files() -> Iterable[Path]:
    return sorted(path for pattern in INPUTS for path in ROOT.glob(pattern))


def _is_there(engine: Engine, deployment: Deployment) -> bool:
    client = boto3.client("apigatewayv2", **engine.client_settings)
    try:
        client.get_api(ApiId=deployment.api_id)
    except ClientError:
        return False
    return True


def _synthesize_and_deploy(
    engine: Engine, folder: LocalFolder, settings: dict[str, str], progress: Progress
) -> dict[str, dict[str, str]]:
    cdk = str(ROOT / "node_modules" / ".bin" / "cdk")
    outputs = folder.root / "outputs.json"
    environment = _clean_environment() | engine.environment | settings
    environment |= {"CDK_DEFAULT_ACCOUNT": ACCOUNT, "CDK_DEFAULT_REGION": REGION}
    common = ["--app", str(folder.assembly), "--require-approval", "never", "--ci"]
    progress("synthesizing the template")
    synth = {"CDK_OUTDIR": str(folder.assembly), "CDK_CONTEXT_JSON": _context()}
    _run([sys.executable, "-m", "infra.app"], environment | synth)
    progress("bootstrapping the engine")
    _run([cdk, "bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", str(folder.assembly)], environment)
    progress("deploying the template")
    _run([cdk, "deploy", "--all", *common, "--outputs-file", str(outputs)], environment)
    loaded: dict[str, dict[str, str]] = json.loads(outputs.read_text())
    return loaded


def _context() -> str:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return json.dumps(context | {"stage": "local"})


def _clean_environment() -> dict[str, str]:
    """This process's environment without anything that could lead a tool to a real account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return kept | {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "NO_COLOR": "1"}


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise DeploymentError(f"{' '.join(command[:3])} took longer than {TIMEOUT_SECONDS} s") from error
    if done.returncode:
        raise DeploymentError(
            f"{' '.join(command[:3])} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        )
