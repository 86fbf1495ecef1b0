"""The secret that everything signed by this deployment derives its keys from."""

import hashlib
import hmac
from functools import cache

from regulars.kernel.aws import client
from regulars.kernel.settings import TokenSettings


@cache
def token_secret() -> bytes:
    """The secret's bytes, fetched once a process."""
    value = client("secretsmanager").get_secret_value(SecretId=TokenSettings.load().token_secret_arn)
    return str(value["SecretString"]).encode()


def derived_key(purpose: str) -> bytes:
    """A key of its own for each purpose: one step of HMAC-SHA256 as in HKDF's expansion (RFC 5869), the secret being uniform."""
    return hmac.digest(token_secret(), f"{purpose}\x01".encode(), hashlib.sha256)
