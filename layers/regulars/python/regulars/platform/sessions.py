"""Signing in with an email address and a password. Answers never tell whether an address has an account."""

from dataclasses import dataclass
from typing import Any

from regulars.kernel.errors import UnauthenticatedError
from regulars.kernel.settings import SignInSettings
from regulars.platform.access_model import check_password
from regulars.platform.accounts import OF_SIGN_IN, pool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`id_token` is the bearer token of requests and the value of the session cookie, for `expires_in` seconds;
    `refresh_token` renews it (`renew_session`) and is absent from a renewal."""

    id_token: str
    refresh_token: str | None
    expires_in: int


@dataclass(frozen=True, slots=True)
class NewPasswordNeeded:
    """A temporary password was right: `answer_new_password` with this `session` within three minutes."""

    session: str


def sign_in(email: str, password: str) -> SignedIn | NewPasswordNeeded:
    """Raises UnauthenticatedError when either is wrong, TooManyError after many attempts."""
    answer = pool(
        "initiate_auth",
        told=OF_SIGN_IN,
        ClientId=_client_id(),
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email.strip().lower(), "PASSWORD": password},
    )
    return _outcome(answer)


def answer_new_password(email: str, session: str, password: str) -> SignedIn:
    """Choose a password after the first sign-in. Raises InvalidError at `/password` for one that is too weak,
    UnauthenticatedError when the session has ended."""
    answer = pool(
        "respond_to_auth_challenge",
        told=OF_SIGN_IN,
        ClientId=_client_id(),
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=session,
        ChallengeResponses={"USERNAME": email.strip().lower(), "NEW_PASSWORD": check_password(password)},
    )
    outcome = _outcome(answer)
    if isinstance(outcome, NewPasswordNeeded):
        raise UnauthenticatedError("This sign-in has ended; start again.")
    return outcome


def renew_session(refresh_token: str) -> SignedIn:
    """A fresh id token. Raises UnauthenticatedError when the refresh token has ended."""
    answer = pool(
        "initiate_auth",
        told=OF_SIGN_IN,
        ClientId=_client_id(),
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": refresh_token},
    )
    outcome = _outcome(answer)
    assert isinstance(outcome, SignedIn)
    return outcome


def sign_out(refresh_token: str) -> None:
    """End a session: its refresh token renews nothing any more."""
    pool("revoke_token", told=OF_SIGN_IN, ClientId=_client_id(), Token=refresh_token)


def _outcome(answer: dict[str, Any]) -> SignedIn | NewPasswordNeeded:
    if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        return NewPasswordNeeded(answer["Session"])
    if "AuthenticationResult" not in answer:
        raise UnauthenticatedError("This account needs a way of signing in that is not offered here.")
    result = answer["AuthenticationResult"]
    return SignedIn(result["IdToken"], result.get("RefreshToken"), result["ExpiresIn"])


def _client_id() -> str:
    return SignInSettings.load().user_pool_client_id
