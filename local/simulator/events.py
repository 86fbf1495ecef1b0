"""What SES and End User Messaging tell of messages, in their own formats. Pure.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

Event = dict[str, Any]
Message = dict[str, Any]
DETAIL_TYPES = {
    "Send": "Email Sent",
    "Delivery": "Email Delivered",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "Reject": "Email Rejected",
    "Rendering Failure": "Email Rendering Failed",
    "DeliveryDelay": "Email Delivery Delayed",
}


def sent(message: Message, now: datetime) -> Event:
    return _of_mail(message, "Send", {"send": {}})


def delivered(message: Message, now: datetime) -> Event:
    delivery = {
        "timestamp": iso(now),
        "processingTimeMillis": 546,
        "recipients": message["to"],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "simulator.local",
    }
    return _of_mail(message, "Delivery", {"delivery": delivery})


def bounced(message: Message, now: datetime, kind: str = "Permanent", sub_kind: str = "General") -> Event:
    """`kind`: Permanent, Transient or Undetermined."""
    status, words = {
        "Permanent": ("5.1.1", "smtp; 550 5.1.1 user unknown"),
        "Transient": ("4.2.2", "smtp; 452 4.2.2 mailbox full"),
    }.get(kind, ("5.0.0", "smtp; 554 unknown"))
    recipient = {
        "emailAddress": message["to"][0],
        "action": "failed",
        "status": status,
        "diagnosticCode": words,
    }
    bounce = {
        "feedbackId": _id(),
        "bounceType": kind,
        "bounceSubType": sub_kind,
        "bouncedRecipients": [recipient],
        "timestamp": iso(now),
        "reportingMTA": "dsn; simulator.local",
    }
    return _of_mail(message, "Bounce", {"bounce": bounce})


def complained(message: Message, now: datetime) -> Event:
    complaint = {
        "feedbackId": _id(),
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": message["to"][0]}],
        "timestamp": iso(now),
        "userAgent": "Regulars simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": iso(now),
    }
    return _of_mail(message, "Complaint", {"complaint": complaint})


def not_rendered(message: Message, words: str) -> Event:
    failure = {"errorMessage": words, "templateName": "inline"}
    return _of_mail(message, "Rendering Failure", {"failure": failure})


def _of_mail(message: Message, kind: str, part: Event) -> Event:
    headers = [
        {"name": "From", "value": message["from"]},
        {"name": "To", "value": ", ".join(message["to"])},
        {"name": "Subject", "value": message.get("subject", "")},
        *({"name": name, "value": value} for name, value in message.get("headers", {}).items()),
    ]
    tags = {name: [value] for name, value in message["tags"].items()}
    mail = {
        "timestamp": message["time"],
        "messageId": message["id"],
        "source": message["from"],
        "sendingAccountId": "000000000000",
        "destination": message["to"],
        "headersTruncated": False,
        "headers": headers,
        "commonHeaders": {
            "from": [message["from"]],
            "to": message["to"],
            "messageId": message["id"],
            "subject": message.get("subject", ""),
        },
        "tags": {"ses:configuration-set": [message["configuration_set"]], **tags},
    }
    return {"eventType": kind, "mail": mail, **part}


TEXTS = {
    "TEXT_QUEUED": ("QUEUED", "Message is queued"),
    "TEXT_SUCCESSFUL": ("SUCCESSFUL", "Message has been accepted by phone carrier"),
    "TEXT_DELIVERED": ("DELIVERED", "Message has been delivered to phone"),
    "TEXT_INVALID": ("INVALID", "Phone number is invalid"),
    "TEXT_UNREACHABLE": ("UNREACHABLE", "Phone is currently unreachable or unavailable"),
    "TEXT_SPAM": ("SPAM", "Phone carrier considers the message to be spam"),
}


def text_told(message: Message, kind: str, now: datetime, *, final: bool) -> Event:
    """`kind` is one of TEXTS."""
    status, words = TEXTS[kind]
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": int(now.timestamp() * 1000),
        "isFinal": final,
        "originationPhoneNumber": message["from"] or "+12065550100",
        "destinationPhoneNumber": message["to"][0],
        "isoCountryCode": "US",
        "messageId": message["id"],
        "messageRequestTimestamp": int(now.timestamp() * 1000),
        "messageEncoding": "GSM" if message["text"].isascii() else "Unicode",
        "messageType": message.get("kind") or "TRANSACTIONAL",
        "messageStatus": status,
        "messageStatusDescription": words,
        "context": message["tags"],
        "totalMessageParts": 1,
        "totalMessagePrice": 0.0,
        "totalCarrierFee": 0.0,
    }


def answer(message: Message, text: str) -> Event:
    """What a person writes back to a text."""
    return {
        "originationNumber": message["to"][0],
        "destinationNumber": message["from"] or "+12065550100",
        "messageKeyword": "KEYWORD_local",
        "messageBody": text,
        "inboundMessageId": _id(),
        "previousPublishedMessageId": message["id"],
    }


def _id() -> str:
    return str(uuid4())


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as AWS writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
