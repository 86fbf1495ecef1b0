"""Claim, send, record: each step is one conditional write, so that whoever dies in between leaves a state to go on from.

queued → sending → sent | failed | unknown, or not_sent at once. Two workers may claim; one of them begins. An attempt that
was begun and never recorded is not repeated: it becomes `unknown`.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.customers import customer_subject
from regulars.kernel.errors import BrokenError, ConflictError, RegularsError, UnavailableError
from regulars.kernel.events import Event
from regulars.kernel.logs import logger, metric
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.content import EmailContent
from regulars.messaging.delivery_store import create_delivery, read_delivery, save_delivery
from regulars.messaging.events import MessageNotSent, MessageSent, MessageUnconfirmed
from regulars.messaging.model import FINAL, Delivery, Reason, Sender, State, explain, is_lost
from regulars.messaging.providers.email import (
    Accepted,
    Email,
    EmailProvider,
    Lost,
    Outcome,
    Postponed,
    Rejected,
)

# Seconds between tries while the provider asks for patience; then the queue waits instead. A batch's pauses together must
# stay far below the worker's time-out: a worker that is stopped in a pause leaves a delivery that looks lost.
_PAUSES = (0.2, 0.5)
_log = logger("messaging")


class _ClaimedError(RegularsError):
    """Somebody claimed this message before."""


class _MovedError(RegularsError):
    """The delivery is not in the state that was read."""


def claim(tenant: Tenant, delivery: Delivery) -> Delivery:
    """Write the delivery if its message has none yet; answers the one that counts."""
    transaction = Transaction(tenant)
    create_delivery(transaction, delivery, _ClaimedError())
    if delivery.state is State.NOT_SENT:
        _tell(transaction, delivery, delivery.created_at)
    try:
        transaction.commit()
    except _ClaimedError as before:
        found = read_delivery(tenant, delivery.customer_id, delivery.id)
        if found is None:
            raise BrokenError("a claimed delivery is not there") from before
        return found
    return delivery


def carry_out(
    tenant: Tenant,
    delivery: Delivery,
    sender: Sender,
    render: Callable[[], EmailContent],
    provider: EmailProvider,
    now: datetime,
) -> Delivery:
    """Send a claimed delivery if that is still to be done; answers it as it stands afterwards.

    Raises UnavailableError when it should be tried later, ConflictError when another worker is at it.
    """
    if delivery.state in FINAL:
        return delivery
    if delivery.state is State.SENDING:
        return _give_up_or_wait(tenant, delivery, now)
    content = render()
    try:
        begun = _begin(tenant, delivery, content, now)
    except _MovedError as moved:
        raise ConflictError("another worker is sending this message") from moved
    tags = {"delivery": begun.id, "tenant": tenant.id}
    outcome = _hand_over(provider, Email(sender, begun.to, content, tags))
    return _record(tenant, begun, outcome, provider.name, now)


def _hand_over(provider: EmailProvider, email: Email) -> Outcome:
    """Try until the provider takes it, refuses it or leaves us without an answer; a few times at the most."""
    outcome = provider.send(email)
    for pause in _PAUSES:
        if not isinstance(outcome, Postponed):
            break
        time.sleep(random.uniform(pause / 2, pause))  # noqa: S311
        outcome = provider.send(email)
    return outcome


def _begin(tenant: Tenant, delivery: Delivery, content: EmailContent, now: datetime) -> Delivery:
    begun = replace(
        delivery,
        state=State.SENDING,
        attempts=delivery.attempts + 1,
        attempted_at=now,
        subject=content.subject,
    )
    transaction = Transaction(tenant)
    save_delivery(transaction, begun, delivery, _MovedError())
    transaction.commit()
    return replace(begun, revision=delivery.revision + 1)


def _give_up_or_wait(tenant: Tenant, delivery: Delivery, now: datetime) -> Delivery:
    if not is_lost(delivery, now):
        raise ConflictError("another worker is sending this message")
    try:
        return _finish(tenant, delivery, State.UNKNOWN, Reason.ANSWER_LOST, "the worker stopped", now=now)
    except _MovedError as moved:
        raise ConflictError("another worker is sending this message") from moved


def _record(tenant: Tenant, delivery: Delivery, outcome: Outcome, provider: str, now: datetime) -> Delivery:
    match outcome:
        case Accepted(message_id):
            return _finish(
                tenant, delivery, State.SENT, None, now=now, provider=provider, provider_id=message_id
            )
        case Rejected(detail):
            return _finish(
                tenant, delivery, State.FAILED, Reason.REJECTED, detail, now=now, provider=provider
            )
        case Lost(detail):
            return _finish(
                tenant, delivery, State.UNKNOWN, Reason.ANSWER_LOST, detail, now=now, provider=provider
            )
        case Postponed(detail, throttled):
            reason = Reason.THROTTLED if throttled else Reason.UNAVAILABLE
            _finish(tenant, delivery, State.QUEUED, reason, detail, now=now, provider=provider)
            raise UnavailableError(f"the provider postponed it: {detail}")


def _finish(
    tenant: Tenant,
    delivery: Delivery,
    state: State,
    reason: Reason | None,
    detail: str = "",
    *,
    now: datetime,
    provider: str = "",
    provider_id: str = "",
) -> Delivery:
    """Write how an attempt ended, and the event of it. Raises _MovedError if the record shows a later attempt."""
    ended = replace(
        delivery,
        state=state,
        reason=reason,
        explanation=explain(reason, detail),
        finished_at=now if state in FINAL else None,
        provider=provider or delivery.provider,
        provider_id=provider_id,
    )
    _write_ending(tenant, ended, delivery, now)
    metric("Deliveries", state=state.value, channel=ended.channel.value)
    _log.info(
        "delivery", extra={"delivery": ended.id, "state": state.value, "reason": reason and reason.value}
    )
    return ended


def _write_ending(tenant: Tenant, ended: Delivery, before: Delivery, now: datetime) -> None:
    transaction = Transaction(tenant)
    save_delivery(transaction, ended, before, _MovedError())
    if ended.state in FINAL:
        _tell(transaction, ended, now)
    try:
        transaction.commit()
    except _MovedError:
        # A slow worker's answer still counts when another one has given it up as lost.
        found = read_delivery(tenant, before.customer_id, before.id)
        if found is None or found.state is not State.UNKNOWN or found.attempts != before.attempts:
            raise
        _write_ending(tenant, ended, found, now)


def _tell(transaction: Transaction, delivery: Delivery, now: datetime) -> None:
    transaction.emit(_event(delivery), customer_subject(transaction.tenant, delivery.customer_id), at=now)


def _event(delivery: Delivery) -> Event:
    which = {
        "delivery_id": delivery.id,
        "channel": delivery.channel.value,
        "template": delivery.template,
        "about": delivery.about,
    }
    if delivery.state is State.SENT:
        return MessageSent(**which, subject=delivery.subject, language=delivery.language)
    if delivery.state is State.UNKNOWN:
        return MessageUnconfirmed(**which)
    reason = delivery.reason or Reason.REJECTED
    return MessageNotSent(**which, state=delivery.state.value, reason=reason.value)
