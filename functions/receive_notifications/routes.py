"""The function's one route. SNS says text/plain of its JSON, and its repeats are what the queue's worker is used to."""

import base64
import json
from typing import Any

from regulars.kernel import queue
from regulars.kernel.clock import SystemClock
from regulars.kernel.errors import ForbiddenError, UnavailableError
from regulars.kernel.http.answer import Answer
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.logs import logger
from regulars.kernel.permissions import Permission
from regulars.kernel.settings import NotificationSettings, ProviderEventsSettings
from regulars.messaging.provider_events.sns import ForgedError, subscription_url, verify
from regulars.messaging.provider_events.sns_requests import certificate, fetch

# SNS's own bound, and what goes around a message.
LARGEST = 300 * 1024
routes = Routes("receive_notifications", tag="webhooks")
# Signatures are of real time, also where time can be moved.
_clock = SystemClock()
_log = logger("receive_notifications")


@routes.post("/webhooks/sns", permission=Permission.PUBLIC, raw=True, max_body=LARGEST, errors=(403,))
def receive_notification(call: Call) -> Answer:
    """Take a notification that SNS signed. Anything else is answered 403, whatever is wrong with it."""
    try:
        notification = _read(call)
        topics = {topic for topic in NotificationSettings.load().sns_topics.split(",") if topic}
        verify(notification, topics, certificate, _clock.now())
        _take(notification)
    except ForgedError as error:
        _log.warning("a notification was not believed", extra={"why": str(error)})
        raise ForbiddenError("This is no notification of a topic of ours.") from error
    return Answer(200, "")


def _read(call: Call) -> dict[str, Any]:
    event = call.event or {}
    body: str | bytes = event.get("body") or ""
    if len(body) > 2 * LARGEST:
        raise ForgedError("too large")
    try:
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body)
        notification = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ForgedError("no JSON") from error
    if not isinstance(notification, dict):
        raise ForgedError("no notification")
    return notification


def _take(notification: dict[str, Any]) -> None:
    if notification["Type"] == "SubscriptionConfirmation":
        fetch(subscription_url(notification))
        _log.info("subscribed", extra={"topic": notification["TopicArn"]})
    elif notification["Type"] == "Notification":
        kept = {name: notification[name] for name in ("Type", "MessageId", "TopicArn", "Message")}
        if queue.send(ProviderEventsSettings.load().provider_events_queue_url, [kept]):
            raise UnavailableError
