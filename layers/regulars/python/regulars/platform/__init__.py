"""Tenants, staff, API keys, tokens and signing in: who may call, and for whom (PLT-1, PLT-2)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.platform.access_model import ApiKey, StaffMember
    from regulars.platform.customer_tokens import CustomerToken, issue_customer_token
    from regulars.platform.keys import create_key, list_keys, revoke_key
    from regulars.platform.model import (
        Branding,
        NewOwner,
        NewTenant,
        Sender,
        SettingsChange,
        TenantChange,
        TenantSettings,
    )
    from regulars.platform.sessions import (
        NewPasswordNeeded,
        SignedIn,
        answer_new_password,
        renew_session,
        sign_in,
        sign_out,
    )
    from regulars.platform.settings import get_tenant, settings_of
    from regulars.platform.staff import Newcomer, get_staff, invite_staff, list_staff, remove_staff, set_role
    from regulars.platform.tenants import create_tenant, list_tenants, tenant_named, update_settings

__all__ = [
    "ApiKey",
    "Branding",
    "CustomerToken",
    "NewOwner",
    "NewPasswordNeeded",
    "NewTenant",
    "Newcomer",
    "Sender",
    "SettingsChange",
    "SignedIn",
    "StaffMember",
    "TenantChange",
    "TenantSettings",
    "answer_new_password",
    "create_key",
    "create_tenant",
    "get_staff",
    "get_tenant",
    "invite_staff",
    "issue_customer_token",
    "list_keys",
    "list_staff",
    "list_tenants",
    "remove_staff",
    "renew_session",
    "revoke_key",
    "set_role",
    "settings_of",
    "sign_in",
    "sign_out",
    "tenant_named",
    "update_settings",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "access_model": "ApiKey StaffMember",
            "customer_tokens": "CustomerToken issue_customer_token",
            "keys": "create_key list_keys revoke_key",
            "model": "Branding NewOwner NewTenant Sender SettingsChange TenantChange TenantSettings",
            "sessions": "NewPasswordNeeded SignedIn answer_new_password renew_session sign_in sign_out",
            "settings": "get_tenant settings_of",
            "staff": "Newcomer get_staff invite_staff list_staff remove_staff set_role",
            "tenants": "create_tenant list_tenants tenant_named update_settings",
        },
    )
