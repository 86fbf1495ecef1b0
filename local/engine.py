"""The embedded AWS engine (ministack) as a child process: for `make run`, and for tests one per worker.

with Engine(tmp_path) as engine:
    client = boto3.client("dynamodb", **engine.client_settings)
    engine.reset()
"""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from local.engine_state import prepare_state
from local.paths import engine_executable
from local.ports import LOOPBACK, free_port, is_free

LAUNCHER = Path(__file__).with_name("engine_process.py")
REGION = "us-east-1"
ACCOUNT = "000000000000"
START_SECONDS = 120
STOP_SECONDS = 180
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "USER", "COVERAGE_PROCESS_START")


class EngineError(RuntimeError):
    """The engine did not start, or went away."""


class Engine:
    """One engine on one loopback port. With `persist`, its data outlives it in `folder/state`."""

    def __init__(self, folder: Path, port: int | None = None, *, persist: bool = False) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.persist = persist
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def endpoint_url(self) -> str:
        """Where all AWS services answer."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables with which any AWS client reaches this engine and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def client_settings(self) -> dict[str, str]:
        """Keyword arguments for a boto3 or botocore client."""
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Starts the engine and returns when it answers. Raises EngineError when it does not."""
        if not is_free(self.port):
            raise EngineError(f"port {self.port} is taken: choose another with ENGINE_PORT")
        scratch = self.folder / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        if self.persist:
            prepare_state(self.folder / "state", self.port)
        self._log = (self.folder / "engine.log").open("wb")
        self._process = subprocess.Popen(
            [str(engine_executable()), str(LAUNCHER)],
            cwd=self.folder,
            env=self._process_environment(scratch),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_until_ready()
        return self

    def stop(self) -> None:
        """Stops the engine, which writes its data first; a second call does nothing."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._log is not None:
            self._log.close()
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)

    def reset(self) -> None:
        """Forgets everything; milliseconds on an engine with little in it."""
        request = urllib.request.Request(f"{self.endpoint_url}/_ministack/reset", method="POST")
        with urllib.request.urlopen(request, timeout=60):
            pass

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _process_environment(self, scratch: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        state = self.folder / "state"
        return kept | {
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self.port),
            "PERSIST_STATE": "1" if self.persist else "0",
            "S3_PERSIST": "1" if self.persist else "0",
            "STATE_DIR": str(state),
            "S3_DATA_DIR": str(state / "s3"),
            "TMPDIR": str(scratch),
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_WARM_TTL_SECONDS": "120",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "LOG_LEVEL": "INFO",
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                break
            try:
                with urllib.request.urlopen(f"{self.endpoint_url}/_ministack/ready", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        tail = (self.folder / "engine.log").read_text(errors="replace")[-2000:]
        raise EngineError(f"the engine did not start on port {self.port}:\n{tail}")
