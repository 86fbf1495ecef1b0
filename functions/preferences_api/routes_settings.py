"""The settings for messages."""

from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging import MessagingSettings
from regulars.messaging.settings_changing import (
    KeptSettings,
    change_messaging_settings,
    get_messaging_settings,
)

routes = Routes("preferences_api", tag="messaging settings")
PATH = "/messaging/settings"


class MessagingSettingsView(MessagingSettings):
    """All of them, the defaults included; `version` is 0 until the first change."""

    version: int


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
