"""Settings from the environment: validated once, at cold start; no defaults for the names of resources.

The only place that reads `os.environ`. Plain pydantic instead of pydantic-settings: the latter costs
30 ms of every cold start and nothing of it is needed here (docs/adr/0003).
"""

import os
from typing import Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from regulars.kernel.errors import SettingsError

_loaded: dict[type["Settings"], "Settings"] = {}


class Settings(BaseModel):
    """Base of all settings; a field `table_name` is read from the variable `TABLE_NAME`."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def load(cls) -> Self:
        """The settings of this process. Raises SettingsError naming what is missing or wrong."""
        if cls not in _loaded:
            _loaded[cls] = cls._read()
        return cast("Self", _loaded[cls])

    @classmethod
    def _read(cls) -> Self:
        given: dict[str, Any] = {
            name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            names = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors())
            raise SettingsError(f"missing or wrong settings: {names}") from error


def forget_settings() -> None:
    """Read the environment anew at the next use (tests change it)."""
    _loaded.clear()


class StageSettings(Settings):
    """`stage` names the deployment; only `local` may move time or accept local tokens."""

    stage: str
    clock: Literal["system", "virtual"] = "system"
    log_level: str = "INFO"


class TableSettings(Settings):
    table_name: str


class BucketSettings(Settings):
    bucket_name: str


class BusSettings(Settings):
    event_bus_name: str


class JobsSettings(Settings):
    jobs_queue_url: str


class TimersSettings(Settings):
    timers_queue_url: str


class TokenSettings(Settings):
    token_secret_arn: str


class StaffAccountsSettings(Settings):
    user_pool_id: str


class SignInSettings(Settings):
    user_pool_client_id: str


class VerifyStaffSettings(Settings):
    user_pool_issuer: str
    jwks_url: str


class LocalTokenSettings(Settings):
    """Secret of the tokens that the local run mints; set in the stage `local` only (a test proves it)."""

    local_tokens: str = ""


class PublicSettings(Settings):
    public_url: str = ""


class MailSettings(Settings):
    ses_configuration_set: str = ""


class SmsSettings(Settings):
    """Who carries texts: End User Messaging, SNS or nobody. The configuration set is End User Messaging's."""

    sms_provider: Literal["end_user_messaging", "sns", "none"] = "none"
    sms_configuration_set: str = ""


class PushSettings(Settings):
    """Who carries push messages. `push_application` is Pinpoint's project id; for SNS the platform applications as
    `ios=<arn>,android=<arn>`."""

    push_provider: Literal["pinpoint", "sns", "none"] = "none"
    push_application: str = ""


class WebhookSettings(Settings):
    """Whether webhooks may go to this very machine: `yes` in the stage `local` only (a test proves it)."""

    webhooks_to_loopback: Literal["", "yes"] = ""


class NotificationSettings(Settings):
    """ARNs of the SNS topics whose notifications are taken over HTTP, separated by commas; none unless given."""

    sns_topics: str = ""


class SendsSettings(Settings):
    sends_queue_url: str


class ProviderEventsSettings(Settings):
    provider_events_queue_url: str


class SocketSettings(Settings):
    """Where messages for open WebSocket connections are posted: the stage's address, https."""

    socket_url: str
