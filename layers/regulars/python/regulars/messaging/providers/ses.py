"""Amazon SES v2. One call, no retries underneath: botocore repeats a request whose answer timed out, which would mail twice."""

from email.utils import formataddr
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
)

from regulars.kernel.aws import session
from regulars.kernel.settings import MailSettings
from regulars.messaging.model import Sender, one_line
from regulars.messaging.providers.email import Accepted, Email, Lost, Outcome, Postponed, Rejected

_CONFIG = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
_THROTTLED = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"}
)
# SES says so before it takes the message.
_LATER = frozenset({"SendingPausedException", "ServiceUnavailable", "ServiceUnavailableException"})
_NOT_HANDED_OVER = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError)


class SesProvider:
    name = "ses"

    def __init__(self, configuration_set: str = "") -> None:
        self._configuration_set = configuration_set
        self._client = session().create_client("sesv2", config=_CONFIG)

    @classmethod
    def from_settings(cls) -> "SesProvider":
        return cls(MailSettings.load().ses_configuration_set)

    def send(self, email: Email) -> Outcome:
        try:
            answer = self._client.send_email(**self._request(email))
        except ClientError as error:
            return _outcome_of(error)
        except _NOT_HANDED_OVER as error:
            return Postponed(type(error).__name__)
        except HTTPClientError as error:
            return Lost(type(error).__name__)
        except BotoCoreError as error:
            return Rejected(type(error).__name__)
        return Accepted(answer["MessageId"])

    def _request(self, email: Email) -> dict[str, Any]:
        request: dict[str, Any] = {
            "FromEmailAddress": address(email.sender),
            "Destination": {"ToAddresses": [one_line(email.to)]},
            "Content": {
                "Simple": {
                    "Subject": _utf8(one_line(email.content.subject)),
                    "Body": {"Html": _utf8(email.content.html), "Text": _utf8(email.content.text)},
                }
            },
            "EmailTags": [{"Name": name, "Value": value} for name, value in email.tags.items()],
        }
        if email.sender.reply_to:
            request["ReplyToAddresses"] = [one_line(email.sender.reply_to)]
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        return request


def address(sender: Sender) -> str:
    """`name <email>` for a header: encoded words for what is not ASCII, and never a line break."""
    return formataddr((one_line(sender.name, 100), one_line(sender.email)))


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _outcome_of(error: ClientError) -> Outcome:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED or status == 429:
        return Postponed(code, throttled=True)
    if code in _LATER or status == 503:
        return Postponed(code)
    if status >= 500:
        return Lost(code)
    return Rejected(code)
