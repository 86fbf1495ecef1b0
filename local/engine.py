"""The embedded AWS engine as a child process, in an environment of its own (it pins its own botocore)."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENT = ROOT / ".local" / "engine-env"


def install() -> None:
    """Make the engine's environment from the lock file; a moment when it is there already."""
    subprocess.run(
        ["uv", "sync", "--quiet", "--frozen", "--no-default-groups", "--only-group", "engine"],
        cwd=ROOT,
        env=os.environ | {"UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT), "VIRTUAL_ENV": ""},
        check=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Engine:
    """One engine on loopback; with `state` its data is kept there and loaded at the next start."""

    port: int = field(default_factory=free_port)
    state: Path | None = None
    log: Path | None = None
    extra_env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError if it does not within 20 seconds."""
        env = os.environ | {"GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1"} | self.extra_env
        env = {name: value for name, value in env.items() if not name.startswith("AWS_ENDPOINT")}
        if self.state is not None:
            self.state.mkdir(parents=True, exist_ok=True)
            env |= {"PERSIST_STATE": "1", "S3_PERSIST": "1", "STATE_DIR": str(self.state), "S3_DATA_DIR": str(self.state / "s3")}
        output = self.log.open("ab") if self.log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [str(ENVIRONMENT / "bin" / "ministack")], env=env, stdout=output, stderr=output, start_new_session=True
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2).close()
                return
            time.sleep(0.05)
        raise RuntimeError("the engine did not start")

    def reset(self) -> None:
        """Forget everything that is in it."""
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_ministack/reset", method="POST"), timeout=30).close()

    def stop(self) -> None:
        """Stop cleanly, so that its data is written."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
