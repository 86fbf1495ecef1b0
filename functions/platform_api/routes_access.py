"""Staff, API keys and customer tokens of the caller's tenant."""

from platform_api.schemas import (
    Invitation,
    KeyPage,
    NewKey,
    NewKeyView,
    NewToken,
    RoleChange,
    StaffPage,
    StaffView,
    TokenView,
)
from regulars import platform
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.platform import ApiKey, CustomerToken, Newcomer, StaffMember

routes = Routes("platform_api", tag="access")


@routes.get("/staff", permission=Permission.STAFF_READ, answer=StaffPage)
def list_staff(call: Call, query: ListQuery) -> Page[StaffMember]:
    """List the people who may sign in."""
    return platform.list_staff(call.tenant, limit=query.limit, cursor=query.cursor)


@routes.post(
    "/staff",
    permission=Permission.STAFF_WRITE,
    answer=StaffView,
    status=201,
    location="/staff/{id}",
    errors=(429,),
)
def invite_staff(call: Call, body: Invitation) -> StaffMember:
    """Invite somebody, who is mailed a temporary password.

    One address belongs to one tenant: an address that has an account is refused with 409.
    """
    by = f"{call.caller.kind}:{call.caller.id}"
    newcomer = Newcomer(body.email, body.name, body.role, by)
    return platform.invite_staff(call.tenant, newcomer, now=call.now, once=call.once)


@routes.get("/staff/{staff_id}", permission=Permission.STAFF_READ, answer=StaffView)
def get_staff(call: Call) -> StaffMember:
    """Read one member of staff."""
    return platform.get_staff(call.tenant, call.params["staff_id"])


@routes.patch("/staff/{staff_id}", permission=Permission.STAFF_WRITE, answer=StaffView, errors=(412,))
def change_role(call: Call, body: RoleChange) -> StaffMember:
    """Give somebody another role, at once.

    The last owner cannot be demoted (409).
    """
    return platform.set_role(
        call.tenant, call.params["staff_id"], body.role, now=call.now, if_match=call.if_match
    )


@routes.delete("/staff/{staff_id}", permission=Permission.STAFF_WRITE)
def remove_staff(call: Call) -> None:
    """Shut somebody out at once and delete their account.

    The last owner cannot be removed (409).
    """
    platform.remove_staff(call.tenant, call.params["staff_id"], now=call.now)


@routes.get("/api-keys", permission=Permission.KEYS_WRITE, answer=KeyPage)
def list_api_keys(call: Call, query: ListQuery) -> Page[ApiKey]:
    """List the API keys, without their secrets."""
    return platform.list_keys(call.tenant, limit=query.limit, cursor=query.cursor)


@routes.post("/api-keys", permission=Permission.KEYS_WRITE, answer=NewKeyView, status=201)
def create_api_key(call: Call, body: NewKey) -> ApiKey:
    """Make an API key; its text is shown in this answer only.

    A key can be given only permissions that its maker has (403).
    """
    scopes = [Permission(scope) for scope in body.scopes]
    return platform.create_key(
        call.tenant,
        call.caller,
        body.label,
        scopes,
        now=call.now,
        valid_until=body.valid_until,
        once=call.once,
    )


@routes.delete("/api-keys/{key_id}", permission=Permission.KEYS_WRITE)
def revoke_api_key(call: Call) -> None:
    """Revoke an API key: it is refused from the next request on."""
    platform.revoke_key(call.tenant, call.params["key_id"], now=call.now)


@routes.post(
    "/customers/{customer_id}/tokens", permission=Permission.TOKENS_WRITE, answer=TokenView, status=201
)
def issue_customer_token(call: Call, body: NewToken) -> CustomerToken:
    """Issue a token that lets a customer reach their own data.

    It is meant for a shop's server that knows who its visitor is. Nothing is stored: each call issues another token.
    """
    return platform.issue_customer_token(call.tenant, call.params["customer_id"], body.expires_in)
