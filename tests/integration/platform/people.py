"""A shop and its people, as tests describe them."""

from typing import Any

from regulars import platform

TEMPORARY = "Temporary-Word-1"
PASSWORD = "Correct-Horse-7"


def tenant_body(owner: str) -> dict[str, Any]:
    return {
        "name": "Shop",
        "time_zone": "Europe/Warsaw",
        "currency": "PLN",
        "languages": ["pl", "en"],
        "sender": {"name": "Shop", "email": "hello@shop.example"},
        "owner": {"name": "Ola", "email": owner},
    }


def signed_in(email: str, temporary: str = TEMPORARY) -> str:
    """The id token of somebody who signs in for the first time."""
    needed = platform.sign_in(email, temporary)
    assert isinstance(needed, platform.NewPasswordNeeded)
    return platform.answer_new_password(email, needed.session, PASSWORD).id_token
