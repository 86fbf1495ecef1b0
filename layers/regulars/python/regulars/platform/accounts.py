"""The accounts of staff and operators in the Cognito user pool: who someone is. What they may do is the staff item's word.

One address is one account, and the pool guards that; the attribute `custom:tenant` cannot be changed after creation.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kernel.aws import client
from regulars.kernel.errors import (
    ConflictError,
    InvalidError,
    RegularsError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
)
from regulars.kernel.settings import StaffAccountsSettings
from regulars.platform.access_model import TOO_WEAK

OPERATORS = "operators"


class AccountExistsError(ConflictError):
    """The address has an account already."""


class NoAccountError(RegularsError):
    """There is no account of this address."""


@dataclass(frozen=True, slots=True)
class Account:
    """`sub` identifies the person in tokens; `tenant` is empty for an operator."""

    sub: str
    tenant: str
    created_at: datetime


_WRONG = "The email address or the password is wrong."
# What a sign-in tells: nothing about whether the address is known.
OF_SIGN_IN: dict[str, RegularsError] = {
    "UserNotFoundException": UnauthenticatedError(_WRONG),
    "InvalidParameterException": UnauthenticatedError(_WRONG),
}
_ERRORS: dict[str, RegularsError] = {
    "UsernameExistsException": AccountExistsError("This address has an account already."),
    "UserNotFoundException": NoAccountError(),
    "InvalidParameterException": InvalidError.of("/email", "is not accepted as an address"),
    "NotAuthorizedException": UnauthenticatedError(_WRONG),
    "UserNotConfirmedException": UnauthenticatedError(_WRONG),
    "PasswordResetRequiredException": UnauthenticatedError(_WRONG),
    "InvalidPasswordException": InvalidError.of("/password", TOO_WEAK),
    "CodeMismatchException": UnauthenticatedError("This sign-in has ended; start again."),
    "ExpiredCodeException": UnauthenticatedError("This sign-in has ended; start again."),
    "TooManyRequestsException": TooManyError("Too many attempts; wait a little.", retry_after=5),
    "LimitExceededException": TooManyError("Too many attempts; wait a little.", retry_after=60),
    "CodeDeliveryFailureException": UnavailableError("The invitation could not be mailed."),
    "InternalErrorException": UnavailableError(),
}


def pool(operation: str, *, told: dict[str, RegularsError] | None = None, **arguments: Any) -> Any:
    """Call the user pool service; its errors become ours. `told` says by code what is told instead in this operation."""
    errors = _ERRORS | (told or {})
    cognito = client("cognito-idp")
    try:
        return getattr(cognito, operation)(**arguments)
    except cognito.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in errors:
            raise
        found = errors[code]
        raise type(found)(*_arguments(found)) from error


def _arguments(error: RegularsError) -> tuple[Any, ...]:
    if isinstance(error, TooManyError):
        return error.detail, error.retry_after
    return error.detail, error.faults


def open_account(email: str, name: str, tenant: str, temporary_password: str | None = None) -> str:
    """Create the account and mail the invitation with a temporary password; returns its `sub`. With `temporary_password`
    nothing is mailed: whoever chose it passes it on. Raises AccountExistsError."""
    attributes = {"email": email, "email_verified": "true", "name": name}
    if tenant:
        attributes["custom:tenant"] = tenant
    how: dict[str, Any] = {"DesiredDeliveryMediums": ["EMAIL"]}
    if temporary_password is not None:
        how = {"TemporaryPassword": temporary_password, "MessageAction": "SUPPRESS"}
    answer = pool(
        "admin_create_user",
        UserPoolId=_pool_id(),
        Username=email,
        UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
        **how,
    )
    return _attributes(answer["User"]["Attributes"])["sub"]


def find_account(email: str) -> Account:
    """The account of an address. Raises NoAccountError."""
    answer = pool("admin_get_user", UserPoolId=_pool_id(), Username=email)
    attributes = _attributes(answer["UserAttributes"])
    return Account(attributes["sub"], attributes.get("custom:tenant", ""), answer["UserCreateDate"])


def close_account(email: str) -> None:
    """Delete the account of an address, if there is one; its refresh tokens end with it."""
    try:
        pool("admin_delete_user", UserPoolId=_pool_id(), Username=email)
    except NoAccountError:
        return


def invite_operator(email: str, name: str, temporary_password: str | None = None) -> str:
    """Open an account of no tenant in the group whose members administer tenants; returns its `sub`. Again is no error.

    Raises ConflictError for an address with a tenant's account.
    """
    cognito = client("cognito-idp")
    with suppress(cognito.exceptions.GroupExistsException):
        cognito.create_group(GroupName=OPERATORS, UserPoolId=_pool_id())
    try:
        sub = open_account(email, name, "", temporary_password)
    except AccountExistsError:
        found = find_account(email)
        if found.tenant:
            raise
        sub = found.sub
    pool("admin_add_user_to_group", UserPoolId=_pool_id(), Username=email, GroupName=OPERATORS)
    return sub


def _attributes(listed: list[dict[str, str]]) -> dict[str, str]:
    return {attribute["Name"]: attribute["Value"] for attribute in listed}


def _pool_id() -> str:
    return StaffAccountsSettings.load().user_pool_id
