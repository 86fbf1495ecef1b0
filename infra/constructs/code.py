"""Where a function's code comes from: its folder and layers on AWS, this machine's checkout locally."""

from dataclasses import dataclass

from aws_cdk import IgnoreMode, SymlinkFollowMode
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config import ROOT, Local, Stage
from infra.functions import FunctionSpec
from infra.layers import LayerFolders

FUNCTIONS_FOLDER = ROOT / "functions"
LIVE_FOLDER = ROOT / "local" / "live"
_SCIENCE = "ScienceLayer"
SIMULATED = {
    "AWS_ENDPOINT_URL_SESV2": "mail",
    "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": "texts",
    "AWS_ENDPOINT_URL_PINPOINT": "push",
}


@dataclass(frozen=True)
class FunctionCode:
    """What Lambda loads: the asset, the handler in it, and what the stage adds."""

    code: lambda_.Code
    handler: str
    layers: tuple[lambda_.ILayerVersion, ...]
    environment: dict[str, str]


class CodeSource:
    """Makes the code of each function of a stage; layers are made once and shared."""

    def __init__(self, scope: Construct, stage: Stage, layers: LayerFolders | None) -> None:
        self._stage = stage
        made = {} if layers is None else _layer_versions(scope, stage, layers)
        self._science = tuple(made.pop(name) for name in (_SCIENCE,) if name in made)
        self._layers = tuple(made.values())

    def of(self, spec: FunctionSpec) -> FunctionCode:
        """The code of one function. Raises FileNotFoundError when its folder has no handler."""
        if not (FUNCTIONS_FOLDER / spec.name / "handler.py").is_file():
            raise FileNotFoundError(f"functions/{spec.name}/handler.py is declared in infra/functions.py")
        handler = f"{spec.name}.handler.handler"
        if self._stage.local is not None:
            return _live(handler, self._stage.public_url or "", self._stage.local)
        asset = lambda_.Code.from_asset(
            str(FUNCTIONS_FOLDER),
            exclude=["/*", f"!/{spec.name}", "__pycache__", "*.pyc"],
            ignore_mode=IgnoreMode.GIT,
            follow_symlinks=SymlinkFollowMode.ALWAYS,
        )
        layers = self._layers + self._science if spec.science else self._layers
        return FunctionCode(asset, handler, layers, {})


def _live(handler: str, front_door: str, local: Local) -> FunctionCode:
    """A stub that imports the checkout through PYTHONPATH and reloads it when a source file changed. AWS's clients look up
    where a service is in variables of these names; the simulated providers are behind the front door."""
    environment = {"LIVE_HANDLER": handler, "PYTHONPATH": ":".join(map(str, local.python_path))}
    environment |= {name: f"{front_door}/_local/aws/{place}" for name, place in SIMULATED.items()}
    asset = lambda_.Code.from_asset(str(LIVE_FOLDER), exclude=["__pycache__", "__init__.py"])
    return FunctionCode(asset, "stub.handler", (), environment)


def _layer_versions(
    scope: Construct, stage: Stage, folders: LayerFolders
) -> dict[str, lambda_.ILayerVersion]:
    return {
        construct_id: lambda_.LayerVersion(
            scope,
            construct_id,
            code=lambda_.Code.from_asset(str(folder), asset_hash=digest),
            compatible_runtimes=[lambda_.Runtime(stage.runtime, lambda_.RuntimeFamily.PYTHON)],
            compatible_architectures=[lambda_.Architecture.ARM_64],
            description=description,
        )
        for construct_id, folder, digest, description in (
            ("VendorLayer", folders.vendor, folders.vendor_hash, "Third-party packages from uv.lock"),
            ("RegularsLayer", folders.regulars, folders.regulars_hash, "The regulars package"),
            (_SCIENCE, folders.science, folders.science_hash, "numpy, for work in bulk"),
        )
    }
