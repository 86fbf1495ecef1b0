"""Notifications of SNS over HTTP: only those are believed that SNS itself signed, of topics that this deployment names.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
"""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from regulars.messaging.provider_events.told import UnreadableError, moment

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]{3,30}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}\Z")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z-]{1,100}\.pem\Z")
# SNS goes on trying for hours when nobody answers; what is older was recorded and is played back.
_OLDEST = timedelta(days=1)
_AHEAD = timedelta(minutes=15)
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
Notification = Mapping[str, Any]
Certificates = Callable[[str], bytes]


class ForgedError(ValueError):
    """Not from SNS, not for us, or not of now. Who sent it learns nothing of why."""


def verify(
    notification: Notification, topics: Collection[str], certificates: Certificates, now: datetime
) -> None:
    """Raises ForgedError unless SNS signed the notification, lately, for one of the topics. `certificates` fetches PEM by URL,
    of addresses that were checked to be SNS's own."""
    topic = str(notification.get("TopicArn"))
    form = _TOPIC.match(topic)
    if form is None or topic not in topics:
        raise ForgedError("no topic of ours")
    _check_age(notification, now)
    url = str(notification.get("SigningCertURL"))
    if not _is_of_sns(url, form["region"]) or not _CERTIFICATE.match(urlsplit(url).path):
        raise ForgedError("a certificate of somebody else")
    _check_signature(notification, certificates(url), now)


def subscription_url(notification: Notification) -> str:
    """Where a verified notification is to be confirmed: at SNS itself. Raises ForgedError."""
    url, topic = str(notification.get("SubscribeURL")), str(notification["TopicArn"])
    form = _TOPIC.match(topic)
    asked = parse_qs(urlsplit(url).query)
    if (
        form is None
        or not _is_of_sns(url, form["region"])
        or asked.get("Action") != ["ConfirmSubscription"]
        or asked.get("TopicArn") != [topic]
    ):
        raise ForgedError("a subscription at somebody else's")
    return url


def signed_text(notification: Notification) -> bytes:
    """What SNS signs. Raises ForgedError."""
    names = _SIGNED.get(str(notification.get("Type")))
    if names is None:
        raise ForgedError("no known type")
    lines = []
    for name in names:
        value = notification.get(name)
        if value is None and name == "Subject":
            continue
        if not isinstance(value, str):
            raise ForgedError("a part is missing")
        lines += [name, value]
    return ("\n".join(lines) + "\n").encode()


def _is_of_sns(url: str, region: str) -> bool:
    """Whether an address is https at SNS of the topic's own region, with nothing odd in it."""
    if not url.isascii() or not url.isprintable() or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    hosts = {f"sns.{region}.amazonaws.com", f"sns.{region}.amazonaws.com.cn"}
    return parts.scheme == "https" and parts.netloc in hosts


def _check_age(notification: Notification, now: datetime) -> None:
    try:
        at = moment(notification.get("Timestamp"))
    except UnreadableError as error:
        raise ForgedError("no moment") from error
    if not now - _OLDEST <= at <= now + _AHEAD:
        raise ForgedError("not of now")


def _check_signature(notification: Notification, pem: bytes, now: datetime) -> None:
    # Here and not above: it costs 30 ms, and what is no notification does not get this far.
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    algorithms = {"1": hashes.SHA1, "2": hashes.SHA256}
    algorithm = algorithms.get(str(notification.get("SignatureVersion")))
    try:
        signature = base64.b64decode(str(notification.get("Signature")), validate=True)
        certificate = x509.load_pem_x509_certificate(pem)
    except (ValueError, binascii.Error) as error:
        raise ForgedError("no signature") from error
    key = certificate.public_key()
    if algorithm is None or not isinstance(key, RSAPublicKey):
        raise ForgedError("no known way to sign")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise ForgedError("a certificate of another time")
    try:
        key.verify(signature, signed_text(notification), padding.PKCS1v15(), algorithm())
    except InvalidSignature as error:
        raise ForgedError("another signature") from error
