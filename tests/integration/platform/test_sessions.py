"""Signing in through the user pool."""

import pytest

from regulars import platform
from regulars.kernel.errors import InvalidError, UnauthenticatedError
from regulars.kernel.tenancy import Tenant
from regulars.platform.model import NewTenant
from tests.integration.platform.people import PASSWORD, signed_in


def test_a_first_sign_in_chooses_a_password_and_later_ones_use_it(
    shop: Tenant, new_tenant: NewTenant
) -> None:
    email = new_tenant.owner.email
    signed_in(email)
    session = platform.sign_in(email.upper(), PASSWORD)
    assert isinstance(session, platform.SignedIn)
    assert session.expires_in > 0


def test_a_session_is_renewed(owner_token: str, new_tenant: NewTenant) -> None:
    session = platform.sign_in(new_tenant.owner.email, PASSWORD)
    assert isinstance(session, platform.SignedIn)
    assert session.refresh_token is not None
    assert platform.renew_session(session.refresh_token).id_token
    with pytest.raises(UnauthenticatedError):
        platform.renew_session("made-up")


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(
    owner_token: str, new_tenant: NewTenant
) -> None:
    with pytest.raises(UnauthenticatedError) as wrong:
        platform.sign_in(new_tenant.owner.email, "Wrong-Horse-77")
    with pytest.raises(UnauthenticatedError) as unknown:
        platform.sign_in("nobody@shop.example", "Wrong-Horse-77")
    with pytest.raises(UnauthenticatedError) as nothing:
        platform.sign_in("", "")
    assert wrong.value.detail == unknown.value.detail == nothing.value.detail


def test_a_weak_password_is_told_as_such(shop: Tenant, new_tenant: NewTenant) -> None:
    needed = platform.sign_in(new_tenant.owner.email, "Temporary-Word-1")
    assert isinstance(needed, platform.NewPasswordNeeded)
    with pytest.raises(InvalidError) as refused:
        platform.answer_new_password(new_tenant.owner.email, needed.session, "short")
    assert refused.value.faults[0].pointer == "/password"
