"""A customer's inbox: messages that stay until they are removed, read or unread, and told to open apps at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from regulars.kernel.backoff import full_jitter
from regulars.kernel.errors import ConflictError, NotFoundError
from regulars.kernel.events import AlreadyHandledError
from regulars.kernel.logs import logger
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.content import InAppContent
from regulars.messaging.inbox_store import (
    InboxMessage,
    add_message,
    delete_message,
    every_message,
    forget_count,
    mark_read,
    page_messages,
    read_message,
    read_messages,
    unread_count,
    unread_messages,
)

__all__ = [
    "InboxMessage",
    "forget_inbox",
    "page_messages",
    "put",
    "read_all",
    "read_some",
    "remove",
    "unread_count",
]

# So many are marked as read in one transaction; each is one write.
AT_ONCE = 50
_ATTEMPTS = 8
T = TypeVar("T")
_log = logger("messaging.inbox")


def put(tenant: Tenant, customer_id: str, delivery_id: str, content: InAppContent, now: datetime) -> None:
    """Put a delivery's message into the inbox, once however often it is called, and tell the customer's open apps."""
    message = InboxMessage(delivery_id, content.title, content.body, content.url, now)
    tx = Transaction(tenant)
    add_message(tx, customer_id, message, AlreadyHandledError(delivery_id))
    try:
        tx.commit()
    except AlreadyHandledError:
        return
    _tell(tenant, customer_id, "inbox.message", message)


def read_some(tenant: Tenant, customer_id: str, identifiers: Sequence[str], now: datetime) -> list[str]:
    """Mark messages as read; answers those that were unread until now. What is not there is let pass."""
    marked: set[str] = set()
    for first in range(0, len(identifiers), AT_ONCE):
        find = partial(read_messages, tenant, customer_id, identifiers[first : first + AT_ONCE])
        marked.update(_mark(tenant, customer_id, find, now))
    if marked:
        _tell(tenant, customer_id, "inbox.read")
    return [one for one in dict.fromkeys(identifiers) if one in marked]


def read_all(tenant: Tenant, customer_id: str, now: datetime) -> list[str]:
    """Mark everything that is unread as read; answers what was."""
    marked: list[str] = []
    while some := _mark(tenant, customer_id, lambda: unread_messages(tenant, customer_id, AT_ONCE), now):
        marked += some
    if marked:
        _tell(tenant, customer_id, "inbox.read")
    return marked


def remove(tenant: Tenant, customer_id: str, identifier: str) -> None:
    """Take a message away. Raises NotFoundError."""

    def delete() -> bool:
        message = read_message(tenant, customer_id, identifier)
        if message is None:
            return False
        tx = Transaction(tenant)
        delete_message(tx, customer_id, message)
        tx.commit()
        return True

    if not _insisting(delete):
        raise NotFoundError
    _tell(tenant, customer_id, "inbox.removed")


def forget_inbox(tenant: Tenant, customer_id: str) -> None:
    """All of a customer who is erased."""
    for message in every_message(tenant, customer_id):
        tx = Transaction(tenant)
        delete_message(tx, customer_id, message)
        tx.commit()
    forget_count(tenant, customer_id)


def _mark(
    tenant: Tenant, customer_id: str, find: Callable[[], list[InboxMessage]], now: datetime
) -> list[str]:
    def mark() -> list[str]:
        unread = [message for message in find() if message.read_at is None]
        if unread:
            tx = Transaction(tenant)
            mark_read(tx, customer_id, unread, now)
            tx.commit()
        return [message.id for message in unread]

    return _insisting(mark)


def _insisting(change: Callable[[], T]) -> T:
    """Read, decide and write anew when somebody else was quicker. Raises ConflictError when others keep winning."""
    for attempt in range(_ATTEMPTS):
        try:
            return change()
        except ConflictError:
            full_jitter(0.01, min(attempt, 6))
    return change()


def _tell(tenant: Tenant, customer_id: str, what: str, message: InboxMessage | None = None) -> None:
    """Open apps hear of it; that they may not must not undo what happened."""
    from regulars.messaging.inbox_sockets import tell

    try:
        tell(tenant, customer_id, what, message)
    except Exception:  # noqa: BLE001  (an app that was not told asks anew when it is opened)
        _log.warning("open inboxes could not be told", extra={"what": what}, exc_info=True)
