"""What would become of a message if it were sent now, customer by customer. Writes nothing and takes nobody's turn."""

from collections.abc import Sequence
from datetime import datetime

from regulars.kernel.errors import NotFoundError
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState
from regulars.messaging.deciding import Decision
from regulars.messaging.model import Channel, Message


def try_message(
    tenant: Tenant, message: Message, customer_ids: Sequence[str], now: datetime
) -> dict[str, list[Decision]]:
    """The decisions about up to 100 customers: one each, or one a channel when it goes by all of them. About 3 request units
    each."""
    from regulars.messaging.sending.judging import Judge
    from regulars.messaging.sending.people import gather, shop_of
    from regulars.messaging.templates import compiled

    try:
        template = compiled(tenant, message.template, message.version) if message.template else None
    except NotFoundError:
        template = None
    people = gather(tenant, customer_ids, message.channels)
    # As if mail domains had given each their turn: asking for one would take it.
    judge = Judge(shop_of(tenant), message, template, now, had_turns=frozenset(customer_ids))
    return judge.decide(list(people.values()))


def may_market(
    tenant: Tenant, customer_ids: Sequence[str], channels: Sequence[Channel]
) -> set[tuple[str, Channel]]:
    """Of up to 100 customers, with whom marketing is allowed on which of the channels, by consent, wishes and suppressions;
    caps and quiet hours aside. About 3 request units each."""
    from regulars.messaging.sending.people import gather, shop_of

    shop = shop_of(tenant)
    found: set[tuple[str, Channel]] = set()
    for person in gather(tenant, customer_ids, channels).values():
        for channel in channels:
            consent = person.contact.consent(channel).state
            ordered = person.facts is not None and person.facts.orders > 0
            rule = shop.settings.consent_rule(channel)
            allowed = consent is ConsentState.GRANTED or (
                consent is not ConsentState.WITHDRAWN
                and (rule == "opt_out" or (rule == "soft_opt_in" and ordered))
            )
            wanted = person.contact.channels.get(channel, True) and not person.contact.erased
            if allowed and wanted and channel not in person.suppressions and channel in person.addresses:
                found.add((person.customer_id, channel))
    return found
