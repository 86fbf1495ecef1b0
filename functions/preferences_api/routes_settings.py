"""The settings for messages."""

from datetime import datetime

from pydantic import Field

from regulars.kernel.http.caller import Call
from regulars.kernel.http.models import View
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging import MessagingSettings
from regulars.messaging.settings_changing import (
    KeptSettings,
    change_messaging_settings,
    get_messaging_settings,
)
from regulars.messaging.webhook_keys import WebhookSecret, rotate_webhook_secret, webhook_secret

routes = Routes("preferences_api", tag="messaging settings")
PATH = "/messaging/settings"
_WEBHOOKS = "/messaging/webhook-secret"


class MessagingSettingsView(MessagingSettings):
    """All of them, the defaults included; `version` is 0 until the first change."""

    version: int


class WebhookSecretView(View):
    """By Standard Webhooks: `webhook-signature` has one or more `v1,<base64>`, apart by spaces; one of them must be the
    HMAC-SHA256 of `signed`, the key being what follows `whsec_`, decoded from base64."""

    secret: str = Field(description="`whsec_<base64 of the key>`")
    signed: str = Field(
        "{webhook-id}.{webhook-timestamp}.{body}", description="Headers and body, as received"
    )
    version: int = Field(description="How often it was rotated")
    rotated_at: datetime | None
    former_until: datetime | None = Field(
        description="Until when messages are signed with the former secret too; null when they are not"
    )


@routes.get(PATH, permission=Permission.SETTINGS_READ, answer=MessagingSettingsView)
def read_messaging_settings(call: Call) -> MessagingSettingsView:
    """Get the settings for messages: categories, consent, caps, quiet hours, pacing, tracking, attribution, costs."""
    return _view(get_messaging_settings(call.tenant))


@routes.put(PATH, permission=Permission.SETTINGS_WRITE, answer=MessagingSettingsView, errors=(412,))
def write_messaging_settings(call: Call, body: MessagingSettings) -> MessagingSettingsView:
    """Change the settings for messages; what is left out stays, what is named is replaced as a whole.

    Warm functions go by the former settings for up to 15 seconds.
    """
    return _view(change_messaging_settings(call.tenant, body, now=call.now, version=call.if_match))


def _view(kept: KeptSettings) -> MessagingSettingsView:
    return MessagingSettingsView(version=kept.version, **kept.settings.model_dump())


@routes.get(_WEBHOOKS, permission=Permission.SETTINGS_WRITE, answer=WebhookSecretView)
def read_webhook_secret(call: Call) -> WebhookSecret:
    """Get the secret by which your server verifies that a webhook comes from here.

    Compare signatures in constant time, and refuse a `webhook-timestamp` that is more than five minutes away: both keep others
    from sending in our name.
    """
    return webhook_secret(call.tenant, now=call.now)


@routes.post(
    f"{_WEBHOOKS}/rotate", permission=Permission.SETTINGS_WRITE, answer=WebhookSecretView, errors=(412,)
)
def rotate_the_webhook_secret(call: Call) -> WebhookSecret:
    """Go over to a new secret; for 24 hours messages are signed with the former one too.

    Each call is one more rotation; with `If-Match` a repeated one is refused. Warm functions sign with the former secret
    alone for up to 15 seconds.
    """
    return rotate_webhook_secret(call.tenant, now=call.now, version=call.if_match)
