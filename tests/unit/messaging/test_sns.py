"""Only what SNS signed, lately, for a topic of ours is believed."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from regulars.messaging.provider_events.sns import ForgedError, signed_text, subscription_url, verify

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc123.pem"
Notification = dict[str, Any]


@dataclass(frozen=True)
class Signer:
    key: rsa.RSAPrivateKey
    pem: bytes

    def sign(self, notification: Notification, version: str = "2") -> Notification:
        whole = notification | {"SignatureVersion": version}
        algorithm = {"1": hashes.SHA1, "2": hashes.SHA256}[version]()
        signature = self.key.sign(signed_text(whole), padding.PKCS1v15(), algorithm)
        return whole | {"Signature": base64.b64encode(signature).decode()}


def _signer(until: datetime) -> Signer:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=100))
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture(scope="module")
def sns() -> Signer:
    return _signer(NOW + timedelta(days=100))


def notification(**changes: Any) -> Notification:
    return {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": '{"eventType": "Delivery"}',
        "Timestamp": "2026-03-10T09:29:00.000Z",
        "SigningCertURL": CERTIFICATE,
    } | changes


def check(message: Notification, signer: Signer, topics: set[str] | None = None, now: datetime = NOW) -> None:
    verify(message, topics if topics is not None else {TOPIC}, lambda url: signer.pem, now)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("extra", [{}, {"Subject": "A subject"}])
def test_what_sns_signed_is_believed(sns: Signer, version: str, extra: dict[str, str]) -> None:
    check(sns.sign(notification(**extra), version), sns)


CONFIRM = {
    "Type": "SubscriptionConfirmation",
    "Token": "t",
    "SubscribeURL": f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t",
}


def test_a_subscription_is_confirmed_at_sns_itself(sns: Signer) -> None:
    message = sns.sign(notification(**CONFIRM))
    check(message, sns)
    assert subscription_url(message) == CONFIRM["SubscribeURL"]


@pytest.mark.parametrize(
    "url",
    [
        f"http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t",
        f"https://sns.eu-west-1.amazonaws.com.evil.test/?Action=ConfirmSubscription&TopicArn={TOPIC}",
        f"https://evil.test/?Action=ConfirmSubscription&TopicArn={TOPIC}",
        f"https://sns.eu-west-1.amazonaws.com@evil.test/?Action=ConfirmSubscription&TopicArn={TOPIC}",
        f"https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&TopicArn={TOPIC}",
        f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}-other",
        "https://169.254.169.254/latest/meta-data",
        "",
    ],
)
def test_a_subscription_elsewhere_is_not_confirmed(url: str) -> None:
    with pytest.raises(ForgedError):
        subscription_url(notification(**CONFIRM | {"SubscribeURL": url}))


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "TopicArn", "Subject"])
def test_a_changed_part_is_not_believed(sns: Signer, name: str) -> None:
    message = sns.sign(notification(Subject="A subject"))
    other = {"Timestamp": "2026-03-10T09:29:01.000Z", "TopicArn": TOPIC + "2"}
    with pytest.raises(ForgedError):
        check(message | {name: other.get(name, "another")}, sns, {TOPIC, TOPIC + "2"})


@pytest.mark.parametrize(
    "name", ["Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature", "SigningCertURL"]
)
def test_a_missing_part_is_not_believed(sns: Signer, name: str) -> None:
    message = sns.sign(notification())
    with pytest.raises(ForgedError):
        check({key: value for key, value in message.items() if key != name}, sns)


@pytest.mark.parametrize(
    "changes",
    [
        {"Signature": ""},
        {"Signature": "no base 64!"},
        {"Signature": base64.b64encode(b"x" * 256).decode()},
        {"SignatureVersion": "3"},
        {"SignatureVersion": None},
        {"SignatureVersion": "1"},
        {"Type": "Odd"},
        {"Message": 5},
    ],
)
def test_another_signature_is_not_believed(sns: Signer, changes: dict[str, Any]) -> None:
    with pytest.raises(ForgedError):
        check(sns.sign(notification()) | changes, sns)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-abc.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.test/SimpleNotificationService-abc.pem",
        "https://evil.test/sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem",
        "https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-abc.pem",
        "https://evil@sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-abc.pem",
        "https://sns.eu-west-1.amazonaws.com/evil.pem",
        "https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-abc.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.test/SimpleNotificationService-abc.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem\r\n",
        "",
    ],
)
def test_certificates_of_others_are_not_even_fetched(sns: Signer, url: str) -> None:
    fetched: list[str] = []

    def fetch(asked: str) -> bytes:
        fetched.append(asked)
        return sns.pem

    with pytest.raises(ForgedError):
        verify(sns.sign(notification(SigningCertURL=url)), {TOPIC}, fetch, NOW)
    assert fetched == []


@pytest.mark.parametrize("topics", [set(), {TOPIC + "x"}])
def test_topics_that_nobody_named_are_not_ours(sns: Signer, topics: set[str]) -> None:
    with pytest.raises(ForgedError):
        check(sns.sign(notification()), sns, topics)


@pytest.mark.parametrize("late", [timedelta(days=1, minutes=1), timedelta(minutes=-20)])
def test_what_is_played_back_later_is_not_believed(sns: Signer, late: timedelta) -> None:
    with pytest.raises(ForgedError):
        check(sns.sign(notification()), sns, now=NOW + late)


def test_a_certificate_past_its_time_does_not_count() -> None:
    old = _signer(NOW - timedelta(days=1))
    with pytest.raises(ForgedError):
        check(old.sign(notification()), old)


def test_another_key_does_not_count(sns: Signer) -> None:
    make: Callable[[datetime], Signer] = _signer
    with pytest.raises(ForgedError):
        check(make(NOW + timedelta(days=1)).sign(notification()), sns)
