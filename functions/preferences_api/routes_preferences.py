"""What customers wish for and agreed to."""

from typing import Any

from preferences_api.schemas import (
    ConsentsView,
    EntryPage,
    NewConsent,
    NewSubscription,
    PreferencesChange,
    PreferencesView,
    SubscriptionView,
)
from regulars import customers
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import ListQuery
from regulars.kernel.http.routes import Routes
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission
from regulars.messaging import Channel, messaging_settings
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.preferences import opt_in, service
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.ledger import Entry
from regulars.messaging.preferences.links import preferences_url
from regulars.messaging.preferences.opt_in import Subscribing, Subscription
from regulars.messaging.preferences.proof import without_ip

routes = Routes("preferences_api", tag="preferences")
ONE = "/customers/{customer_id}"


@routes.get(
    f"{ONE}/preferences",
    permission=Permission.CUSTOMERS_READ,
    answer=PreferencesView,
    own=True,
    errors=(410,),
)
def get_preferences(call: Call) -> PreferencesView:
    """Get what a customer wants to get: channels, categories, frequency, quiet hours, language; and their consents."""
    customer = customers.get(call.tenant, call.params["customer_id"])
    return _view(call, customer.id, customer.facts.orders, service.get(call.tenant, customer.id))


@routes.put(
    f"{ONE}/preferences",
    permission=Permission.CUSTOMERS_WRITE,
    answer=PreferencesView,
    own=True,
    errors=(410,),
)
def change_preferences(call: Call, body: PreferencesChange) -> PreferencesView:
    """Change what a customer wants to get; what is left out stays.

    A channel that is switched off gets no marketing, whatever was agreed to; consent itself is given and withdrawn by
    `POST …/consents`. Transactional categories cannot be switched off.
    """
    customer = customers.get(call.tenant, call.params["customer_id"])
    contact = service.change(
        call.tenant, customer.id, body.wishes(), _source(call), call.now, reason=body.reason or ""
    )
    return _view(call, customer.id, customer.facts.orders, contact)


@routes.get(
    f"{ONE}/consents", permission=Permission.CUSTOMERS_READ, answer=EntryPage, own=True, errors=(410,)
)
def list_consents(call: Call, query: ListQuery) -> Page[Entry]:
    """List every change of a customer's consents and preferences, newest first, with its proof.

    Nothing in this ledger is ever altered; replayed it gives what holds now.
    """
    customer = customers.get(call.tenant, call.params["customer_id"])
    return service.ledger(call.tenant, customer.id, limit=query.limit, cursor=query.cursor)


@routes.post(
    f"{ONE}/consents", permission=Permission.CUSTOMERS_WRITE, answer=ConsentsView, own=True, errors=(410,)
)
def give_consent(call: Call, body: NewConsent) -> ConsentsView:
    """Give or withdraw consent to marketing on a channel.

    From the answer on no message that was not handed to a provider yet goes out against a withdrawal. What stands already is
    not written again.
    """
    customer = customers.get(call.tenant, call.params["customer_id"])
    if body.at is not None and body.at > call.now:
        raise InvalidError.of("/at", "lies ahead")
    by_themselves = call.caller.kind == "customer"
    told = Told(
        "portal" if by_themselves else body.source,
        body.reason or "",
        without_ip(call.tenant, body.proof),
        at=None if by_themselves else body.at,
    )
    contact = record_wishes(
        call.tenant,
        customer.id,
        told,
        call.now,
        consents={body.channel: ConsentState(body.state)},
        once=call.once,
        render=ConsentsView.of,
    )
    return ConsentsView.of(contact)


@routes.post(
    "/subscriptions",
    permission=Permission.CUSTOMERS_WRITE,
    answer=SubscriptionView,
    status=202,
    errors=(429,),
)
def subscribe(call: Call, body: NewSubscription) -> Subscription:
    """Have somebody confirm that they want marketing (double opt-in); they become a customer if they are none.

    They get a message with a link and agree by following it within seven days. Asked again within five minutes nothing more is
    sent; after five messages in a day it is refused. Where the settings do without confirmation, this is the consent.
    """
    asked = Subscribing(
        Channel.EMAIL if body.email else Channel.SMS,
        body.email or body.phone or "",
        body.source,
        body.language or "",
        without_ip(call.tenant, body.proof),
    )
    return opt_in.start(call.tenant, asked, call.now, call.once)


def _view(call: Call, customer_id: str, orders: int, contact: Contact) -> PreferencesView:
    page = preferences_url(call.tenant, customer_id)
    settings = messaging_settings(call.tenant)
    return PreferencesView.of(contact, settings, bought=orders > 0, page_url=page)


def _source(call: Call) -> str:
    sources: dict[Any, str] = {"customer": "portal", "staff": "staff"}
    return sources.get(call.caller.kind, "api")
