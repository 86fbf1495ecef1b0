"""`.local/endpoints.json`: the addresses of the local run, and the tenants with credentials to try it.

The seed fills in tenants:

    endpoints = Endpoints.read()
    endpoints.add_tenant("demo", tenant_id, api_key)
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from local.paths import local_folder
from local.tokens import TEN_YEARS, mint

TOKEN_ROLES = ("owner", "agent", "marketer", "viewer")


@dataclass
class Endpoints:
    """The file's content; every change is written at once."""

    api: str
    console: str
    docs: str
    mailbox: str
    socket: str
    clock: str
    token: str
    tenants: dict[str, dict[str, str]] = field(default_factory=dict)
    file: Path = field(default_factory=lambda: local_folder().endpoints)

    @classmethod
    def at(cls, base: str, file: Path) -> Self:
        """The endpoints of a front door at `base`, with the tenants that the file already knows."""
        known = json.loads(file.read_text())["tenants"] if file.exists() else {}
        return cls(
            api=base,
            console=f"{base}/console",
            docs=f"{base}/docs",
            mailbox=f"{base}/_local/mailbox",
            socket=f"{base.replace('http', 'ws', 1)}/_local/socket",
            clock=f"{base}/_local/clock",
            token=f"{base}/_local/token",
            tenants=known,
            file=file,
        )

    @classmethod
    def read(cls, file: Path | None = None) -> Self:
        """What is on disk. Raises FileNotFoundError when the local run has never started."""
        file = file or local_folder().endpoints
        return cls(**json.loads(file.read_text()), file=file)

    def write(self) -> None:
        """Replaces the file whole."""
        content: dict[str, Any] = {name: value for name, value in vars(self).items() if name != "file"}
        scratch = self.file.with_suffix(".tmp")
        scratch.write_text(json.dumps(content, indent=2) + "\n")
        scratch.replace(self.file)

    def operator_token(self) -> str:
        """A token that may create tenants."""
        return mint(self._secret(), role="operator")

    def staff_token(self, tenant_id: str, role: str) -> str:
        """A token of a staff member, valid for ten years."""
        return mint(self._secret(), tenant=tenant_id, role=role, expires_in=TEN_YEARS)

    def add_tenant(self, name: str, tenant_id: str, api_key: str) -> dict[str, str]:
        """Records a tenant with a token per role, and writes the file."""
        tokens = {f"{role}_token": self.staff_token(tenant_id, role) for role in TOKEN_ROLES}
        self.tenants[name] = {"id": tenant_id, **tokens, "api_key": api_key}
        self.write()
        return self.tenants[name]

    def _secret(self) -> str:
        return (self.file.parent / "token-secret").read_text()
