"""What people answer to text messages: stop, start, help in many words, one confirmation each, the rest for people (MSG-4)."""

from datetime import datetime, timedelta

from regulars.customers import (
    Facts,
    NewInteraction,
    facts_of_many,
    holders_of_phone,
    log_interaction,
    phone_number,
)
from regulars.kernel.errors import GoneError, NotFoundError
from regulars.kernel.http.answer import Answer
from regulars.kernel.idempotency import AnsweredBeforeError, Once
from regulars.kernel.ids import digest
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.contact_store import read_contacts
from regulars.messaging.delivery_store import deliveries_since
from regulars.messaging.model import HANDED_OVER, Channel, Delivery, choose_language
from regulars.messaging.preferences.consenting import Told, record_wishes
from regulars.messaging.preferences.keyword_model import Keyword, keyword_of
from regulars.messaging.preferences.keyword_store import may_answer
from regulars.messaging.settings_store import messaging_settings
from regulars.messaging.signals import DeliveryRef, Signal, SignalKind
from regulars.messaging.suppression_model import SuppressionReason
from regulars.messaging.suppressions import lift, suppress, suppressed
from regulars.platform import settings_of

SOURCE = "sms_keyword"
# Within this time the same keyword gets no second answer.
_QUIET = timedelta(minutes=5)
# Whose unsubscription a stop is counted as: the last marketing message of so many days.
_ANSWERS_TO = timedelta(days=7)
_log = logger("messaging.keywords")


def take_inbound(tenant: Tenant, channel: Channel, phone: str, text: str, now: datetime) -> Keyword | None:
    """Do what somebody asks for by text message, for all customers with that number; answers the keyword that was meant.

    Harmless when repeated. What is no keyword is logged with the customers, as something that came in.
    """
    number = phone_number(phone)
    if channel is not Channel.SMS or number is None:
        return None
    holders = sorted(holders_of_phone(tenant, number))
    keyword = _meant(tenant, number, holders, keyword_of(text))
    match keyword:
        case Keyword.STOP:
            changed = _stop(tenant, number, holders, text, now)
        case Keyword.START:
            changed = _start(tenant, number, holders, text, now)
        case Keyword.HELP:
            changed = True
        case _:
            _log_text(tenant, holders, text, now)
            changed = False
    if keyword is not None and changed and may_answer(tenant, number, keyword.value, now, _QUIET):
        _answer(tenant, number, holders, keyword)
    return keyword


def _meant(tenant: Tenant, number: str, holders: list[str], keyword: Keyword | None) -> Keyword | None:
    """A yes counts where there is something to say yes to: a confirmation that is waited for, or a stop to be taken back."""
    if keyword is not Keyword.YES:
        return keyword
    waiting = any(
        one.consent(Channel.SMS).state is ConsentState.PENDING
        for one in read_contacts(tenant, holders).values()
    )
    return Keyword.START if waiting or _stopped(tenant, number) else None


def _stopped(tenant: Tenant, number: str) -> bool:
    found = suppressed(tenant, [(Channel.SMS, number)]).get((Channel.SMS, number))
    return found is not None and found.reason is SuppressionReason.STOPPED


def _stop(tenant: Tenant, number: str, holders: list[str], text: str, now: datetime) -> bool:
    """Nothing goes to the number any more; whether that is new."""
    new = suppress(tenant, Channel.SMS, number, SuppressionReason.STOPPED, now, detail=text[:100])
    for customer_id in holders:
        delivery = _answered(tenant, customer_id, now)
        told = Told(
            SOURCE,
            proof={"text": text[:100]},
            delivery_id=delivery.id if delivery else "",
            campaign_id=delivery.campaign_id if delivery else "",
        )
        consents = {Channel.SMS: ConsentState.WITHDRAWN}
        record_wishes(tenant, customer_id, told, now, consents=consents)
        if delivery is not None:
            # Counting needs more than the other answers do.
            from regulars.messaging.tracking.applying import apply

            ref = DeliveryRef(customer_id, delivery.id)
            apply(tenant, Signal(ref, SignalKind.UNSUBSCRIBED, now, Channel.SMS), now)
    return new


def _answered(tenant: Tenant, customer_id: str, now: datetime) -> Delivery | None:
    """The marketing message by SMS that the customer got last."""
    settings = messaging_settings(tenant)
    for delivery in deliveries_since(tenant, customer_id, now - _ANSWERS_TO):
        category = settings.category(delivery.category)
        transactional = category is not None and category.transactional
        if delivery.channel is Channel.SMS and delivery.state in HANDED_OVER and not transactional:
            return delivery
    return None


def _start(tenant: Tenant, number: str, holders: list[str], text: str, now: datetime) -> bool:
    """The number may be written to again, and who has it agrees to marketing; whether any of that is new."""
    new = _stopped(tenant, number) and lift(tenant, Channel.SMS, number, now, detail=SOURCE)
    for customer_id, before in read_contacts(tenant, holders).items():
        told = Told(SOURCE, proof={"text": text[:100]})
        after = record_wishes(tenant, customer_id, told, now, consents={Channel.SMS: ConsentState.GRANTED})
        new = new or _granted(after) != _granted(before)
    return new


def _granted(contact: Contact) -> bool:
    return contact.consent(Channel.SMS).state is ConsentState.GRANTED


def _log_text(tenant: Tenant, holders: list[str], text: str, now: datetime) -> None:
    """For people to read, with each customer who has the number; the same text within an hour is the same."""
    summary = " ".join(text.split())[:1000] or "(empty)"
    for customer_id in holders:
        key = digest(customer_id, summary, f"{now:%Y%m%d%H}")
        once = Once(SOURCE, key, key, lambda _: Answer(204, ""))
        new = NewInteraction(type="note", direction="inbound", summary=f"SMS: {summary}")
        try:
            log_interaction(tenant, customer_id, new, by="system", now=now, once=once)
        except (AnsweredBeforeError, NotFoundError, GoneError):
            continue


def _answer(tenant: Tenant, number: str, holders: list[str], keyword: Keyword) -> None:
    """The one confirmation. It goes to the number whatever the list says, which is why it does not take the usual way."""
    from regulars.messaging.content import SmsContent
    from regulars.messaging.model import Sender
    from regulars.messaging.preferences.keyword_texts import ANSWERS
    from regulars.messaging.providers.port import Outgoing
    from regulars.messaging.providers.registry import provider_for

    provider = provider_for(Channel.SMS)
    if provider is None:
        return
    shop, texts = settings_of(tenant), ANSWERS[keyword]
    facts: dict[str, Facts] = facts_of_many(tenant, holders[:20]) if holders else {}
    wanted = next((one.language for one in facts.values() if one.language), "")
    language = choose_language(wanted, shop.default_language, frozenset(texts))
    contact = shop.sender.reply_to or shop.sender.email
    text = texts[language].format_map({"shop": shop.name[:30], "contact": contact})
    sender = Sender(messaging_settings(tenant).sms_sender, "")
    outcome = provider.send(sender, [Outgoing("", "", number, SmsContent(text))])
    _log.info("keyword answered", extra={"keyword": keyword.value, "outcome": type(outcome[0]).__name__})
