"""Who may do what: permissions, the roles of staff, and what a customer may do to their own data."""

from enum import StrEnum


class Permission(StrEnum):
    """`<resource>:<read|write>`; also the scopes of API keys. `PUBLIC` needs no credential at all, `VERIFIED` any that
    verifies (a customer's aside, which reaches only routes of its own)."""

    PUBLIC = "public"
    VERIFIED = "verified"
    TENANTS_ADMIN = "tenants:admin"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    KEYS_WRITE = "keys:write"
    TOKENS_WRITE = "tokens:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_DELETE = "customers:delete"
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    EVENTS_WRITE = "events:write"
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    LOYALTY_READ = "loyalty:read"
    LOYALTY_WRITE = "loyalty:write"
    POINTS_WRITE = "points:write"
    IMPORTS_WRITE = "imports:write"
    EXPORTS_WRITE = "exports:write"
    JOBS_READ = "jobs:read"
    STATS_READ = "stats:read"


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MARKETER = "marketer"
    AGENT = "agent"
    ANALYST = "analyst"
    VIEWER = "viewer"


P = Permission

# What an API key may be given, and what the highest role has: everything inside one tenant.
TENANT_PERMISSIONS = frozenset(P) - {P.PUBLIC, P.VERIFIED, P.TENANTS_ADMIN}

_VIEW = {
    P.SETTINGS_READ,
    P.CUSTOMERS_READ,
    P.PRODUCTS_READ,
    P.ORDERS_READ,
    P.SEGMENTS_READ,
    P.CAMPAIGNS_READ,
    P.LOYALTY_READ,
    P.JOBS_READ,
    P.STATS_READ,
}
_ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: TENANT_PERMISSIONS,
    Role.ADMIN: TENANT_PERMISSIONS - {P.STAFF_WRITE},
    Role.MARKETER: frozenset(
        _VIEW
        | {
            P.CUSTOMERS_WRITE,
            P.PRODUCTS_WRITE,
            P.SEGMENTS_WRITE,
            P.MESSAGES_READ,
            P.MESSAGES_WRITE,
            P.CAMPAIGNS_WRITE,
            P.LOYALTY_WRITE,
            P.POINTS_WRITE,
            P.IMPORTS_WRITE,
            P.EXPORTS_WRITE,
        }
    ),
    Role.AGENT: frozenset(_VIEW | {P.CUSTOMERS_WRITE, P.ORDERS_WRITE, P.MESSAGES_READ, P.POINTS_WRITE}),
    Role.ANALYST: frozenset(_VIEW | {P.EXPORTS_WRITE, P.MESSAGES_READ}),
    Role.VIEWER: frozenset(_VIEW),
}


def of_role(role: Role) -> frozenset[Permission]:
    """The permissions of a staff role."""
    return _ROLES[role]


# A customer's token; only on routes that say `own=True`, which also check that the path names this customer.
OF_CUSTOMER = frozenset(
    {P.CUSTOMERS_READ, P.CUSTOMERS_WRITE, P.ORDERS_READ, P.EVENTS_WRITE, P.MESSAGES_READ, P.LOYALTY_READ}
)
