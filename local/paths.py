"""Where the local run keeps its things: all of it below `.local/` in the checkout, so `make clean` is one folder."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class LocalFolder:
    """The layout of `.local/`."""

    root: Path

    @property
    def engine_environment(self) -> Path:
        """The engine's own virtual environment: it pins a botocore that is not ours."""
        return self.root / "engine"

    @property
    def state(self) -> Path:
        """The engine's data, written when it stops."""
        return self.root / "state"

    @property
    def scratch(self) -> Path:
        """Unpacked functions of running workers; emptied at every start."""
        return self.root / "tmp"

    @property
    def assembly(self) -> Path:
        """The synthesized template."""
        return self.root / "cdk.out"

    @property
    def deployment(self) -> Path:
        """What was deployed last: the hash of its inputs and its outputs."""
        return self.root / "deployment.json"

    @property
    def secret(self) -> Path:
        """The secret that local tokens are signed with."""
        return self.root / "token-secret"

    @property
    def endpoints(self) -> Path:
        """Addresses and tokens for people and tests."""
        return self.root / "endpoints.json"

    @property
    def mailbox(self) -> Path:
        """Everything that was sent, one JSON object a line."""
        return self.root / "mailbox.jsonl"

    @property
    def engine_log(self) -> Path:
        """What the engine says about itself."""
        return self.root / "engine.log"


def local_folder() -> LocalFolder:
    """The folder of this checkout, or the one REGULARS_LOCAL names (a second run beside the first)."""
    return LocalFolder(Path(os.environ.get("REGULARS_LOCAL", ROOT / ".local")))


def engine_executable() -> Path:
    """The engine's Python, made by `make setup`. Raises FileNotFoundError when that has not run."""
    python = ROOT / ".local" / "engine" / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(f"{python} is missing: run `make setup`")
    return python
