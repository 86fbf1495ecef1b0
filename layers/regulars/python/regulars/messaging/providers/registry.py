"""Which provider carries a channel: by the settings of the deployment, made when it is first asked for."""

from functools import cache

from regulars.kernel.settings import PushSettings, SmsSettings
from regulars.messaging.model import Channel
from regulars.messaging.providers.port import Provider


@cache
def provider_for(channel: Channel) -> Provider | None:
    """The channel's provider in this process; None where the deployment has none."""
    match channel:
        case Channel.EMAIL:
            from regulars.messaging.providers.ses import SesMail

            return SesMail.from_settings()
        case Channel.SMS:
            return _texts()
        case Channel.PUSH:
            return _push()
        case Channel.IN_APP:
            from regulars.messaging.providers.in_app import Inboxes

            return Inboxes()
        case Channel.WEBHOOK:
            from regulars.messaging.providers.webhook import Webhooks

            return Webhooks.from_settings()
        case Channel.WALLET:
            from regulars.messaging.providers.wallet import NoPasses

            return NoPasses()


def _texts() -> Provider | None:
    from regulars.messaging.providers.sms import EndUserMessaging, SnsTexts

    match SmsSettings.load().sms_provider:
        case "end_user_messaging":
            return EndUserMessaging.from_settings()
        case "sns":
            return SnsTexts()
        case "none":
            return None


def _push() -> Provider | None:
    from regulars.messaging.providers.push import PinpointPush
    from regulars.messaging.providers.sns_push import SnsPush

    match PushSettings.load().push_provider:
        case "pinpoint":
            return PinpointPush.from_settings()
        case "sns":
            return SnsPush.from_settings()
        case "none":
            return None
