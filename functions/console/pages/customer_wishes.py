"""Changing, on a customer's behalf, what they want to get."""

from console.customer_wishes import consents_in, wishes_in
from console.people import PATH
from console.routing import Pages
from console.web import Reply, Request, flash_cookie, redirect
from regulars.customers import get as get_customer
from regulars.kernel.errors import InvalidError
from regulars.kernel.permissions import Permission
from regulars.messaging import Told, messaging_settings, record_wishes
from regulars.messaging.preferences.links import preferences_url
from regulars.messaging.preferences.service import get
from regulars.messaging.preferences.taking_back import take_back

PAGES = Pages()
_ONE = f"{PATH}/{{customer_id}}/preferences"


@PAGES.post(_ONE, permission=Permission.CUSTOMERS_WRITE)
def save(request: Request) -> Reply:
    customer = get_customer(request.tenant, request.params["customer_id"])
    before, form = get(request.tenant, customer.id), request.form
    reason = form.get("reason", "").strip()
    if not 1 <= len(reason) <= 200 or not reason.isprintable():
        raise InvalidError.of("/reason", "say why, in 200 characters at the most: it stands in the ledger")
    after = record_wishes(
        request.tenant,
        customer.id,
        Told("staff", reason),
        request.call.now,
        consents=consents_in(form, before),
        wishes=wishes_in(form, before, messaging_settings(request.tenant)),
    )
    back = f"{PATH}/{customer.id}?tab=preferences"
    if after.revision == before.revision:
        return redirect(back, cookies=(flash_cookie("Nothing was changed: it was so already"),))
    undo = f"{PATH}/{customer.id}/preferences/{after.revision}/undo"
    return redirect(back, cookies=(flash_cookie("Preferences saved", undo=undo),))


@PAGES.post(f"{_ONE}/{{revision}}/undo", permission=Permission.CUSTOMERS_WRITE)
def undo(request: Request) -> Reply:
    customer = get_customer(request.tenant, request.params["customer_id"])
    revision = request.params["revision"]
    number = int(revision) if revision.isdecimal() and len(revision) < 9 else 0
    take_back(request.tenant, customer.id, number, "staff", request.call.now)
    return redirect(f"{PATH}/{customer.id}?tab=preferences", cookies=(flash_cookie("As it was before"),))


@PAGES.post(f"{_ONE}/link", permission=Permission.CUSTOMERS_WRITE)
def follow(request: Request) -> Reply:
    """To the customer's own page; whoever has the address can choose, so it is not shown before it is asked for."""
    customer = get_customer(request.tenant, request.params["customer_id"])
    return redirect(preferences_url(request.tenant, customer.id))
