"""What the user pool's refusals become. The embedded engine is laxer than Cognito here, so the pool is a stand-in."""

from typing import Any

import pytest

from regulars import platform
from regulars.kernel.errors import InvalidError, RegularsError, TooManyError, UnauthenticatedError
from regulars.platform import accounts


class _ClientError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class _Pool:
    """A user pool that refuses everything with `code`, or else answers `answer`."""

    class exceptions:  # noqa: N801  (botocore's name)
        ClientError = _ClientError

    def __init__(self, code: str = "", answer: dict[str, Any] | None = None) -> None:
        self.code, self.answer = code, answer

    def _call(self, **arguments: Any) -> Any:
        if self.code:
            raise _ClientError(self.code)
        return self.answer

    initiate_auth = respond_to_auth_challenge = revoke_token = _call


@pytest.fixture
def pool_that(monkeypatch: pytest.MonkeyPatch) -> Any:
    def stand_in(code: str = "", answer: dict[str, Any] | None = None) -> None:
        monkeypatch.setattr(accounts, "client", lambda service: _Pool(code, answer))

    return stand_in


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("NotAuthorizedException", UnauthenticatedError),
        ("UserNotFoundException", UnauthenticatedError),
        ("UserNotConfirmedException", UnauthenticatedError),
        ("InvalidParameterException", UnauthenticatedError),
        ("PasswordResetRequiredException", UnauthenticatedError),
        ("TooManyRequestsException", TooManyError),
        ("LimitExceededException", TooManyError),
    ],
)
def test_a_refused_sign_in(pool_that: Any, code: str, error: type[RegularsError]) -> None:
    pool_that(code)
    with pytest.raises(error):
        platform.sign_in("a@shop.example", "x")


def test_no_refusal_tells_whether_the_address_is_known(pool_that: Any) -> None:
    told = set()
    for code in ("NotAuthorizedException", "UserNotFoundException", "UserNotConfirmedException"):
        pool_that(code)
        with pytest.raises(UnauthenticatedError) as refused:
            platform.sign_in("a@shop.example", "x")
        told.add(refused.value.detail)
    assert len(told) == 1


@pytest.mark.parametrize("code", ["CodeMismatchException", "ExpiredCodeException", "NotAuthorizedException"])
def test_a_session_that_has_ended_or_was_made_up(pool_that: Any, code: str) -> None:
    pool_that(code)
    with pytest.raises(UnauthenticatedError):
        platform.answer_new_password("a@shop.example", "made-up", "Correct-Horse-7")


@pytest.mark.parametrize(
    "password", ["", "Short-1", "no-capitals-77", "NO-SMALL-7777", "No-Digits-Here", "NoSymbols77777"]
)
def test_a_weak_password_is_refused_before_the_pool_is_asked(pool_that: Any, password: str) -> None:
    pool_that(answer={"AuthenticationResult": {"IdToken": "t", "ExpiresIn": 1}})
    with pytest.raises(InvalidError) as refused:
        platform.answer_new_password("a@shop.example", "s", password)
    assert refused.value.faults[0].pointer == "/password"


def test_a_challenge_that_is_not_offered_here_signs_nobody_in(pool_that: Any) -> None:
    pool_that(answer={"ChallengeName": "SMS_MFA", "Session": "s"})
    with pytest.raises(UnauthenticatedError):
        platform.sign_in("a@shop.example", "x")


def test_an_unexpected_failure_is_not_hidden(pool_that: Any) -> None:
    pool_that("ResourceNotFoundException")
    with pytest.raises(_ClientError):
        platform.sign_in("a@shop.example", "x")
