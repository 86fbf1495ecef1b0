"""Words for templates, channels, languages and states of deliveries, and where their pages are."""

from collections.abc import Mapping

from console.tables import Badge
from regulars.messaging import Channel, MessagingSettings, State

PATH = "/console/templates"
PARTIALS = f"{PATH}/partials"
CHANNELS: tuple[tuple[str, str, str], ...] = (
    ("email", "Email", "mail"),
    ("sms", "SMS", "message-square"),
    ("push", "Push", "smartphone"),
    ("in_app", "In-app", "inbox"),
    ("webhook", "Webhook", "webhook"),
)
_CHANNEL_NAMES: Mapping[str, str] = {key: name for key, name, _ in CHANNELS} | {"wallet": "Wallet"}
_CHANNEL_ICONS: Mapping[str, str] = {key: icon for key, _, icon in CHANNELS} | {"wallet": "wallet"}
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "de": "German",
    "pl": "Polish",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "nl": "Dutch",
    "pt": "Portuguese",
    "cs": "Czech",
    "sv": "Swedish",
    "da": "Danish",
    "uk": "Ukrainian",
}
_STATE_TONES: Mapping[State, str] = {
    State.QUEUED: "info",
    State.DEFERRED: "info",
    State.SENDING: "info",
    State.UNKNOWN: "warn",
    State.SENT: "good",
    State.DELIVERED: "good",
    State.OPENED: "good",
    State.CLICKED: "good",
    State.BOUNCED: "bad",
    State.COMPLAINED: "bad",
    State.FAILED: "bad",
    State.NOT_SENT: "warn",
}
_STATE_WORDS: Mapping[State, str] = {State.DEFERRED: "Waiting", State.NOT_SENT: "Not sent"}


def include_of(key: str) -> str:
    """What puts a partial into a template."""
    return f'{{% include "{key}" %}}'


def channel_name(channel: str) -> str:
    return _CHANNEL_NAMES.get(channel, words(channel))


def channel_icon(channel: str) -> str:
    return _CHANNEL_ICONS.get(channel, "send")


def language_name(tag: str) -> str:
    return LANGUAGES.get(tag.partition("-")[0].lower(), tag) + (
        f" ({tag.partition('-')[2]})" if "-" in tag else ""
    )


def words(key: str) -> str:
    """`order_confirmation` → `Order confirmation`."""
    return key.replace("_", " ").capitalize()


def categories(settings: MessagingSettings) -> list[tuple[str, str]]:
    """The tenant's categories as (key, English name)."""
    return [
        (one.key, one.name.get("en") or next(iter(one.name.values()), words(one.key)))
        for one in settings.categories
    ]


def category_name(settings: MessagingSettings, key: str) -> str:
    return dict(categories(settings)).get(key, words(key))


def state_words(state: State) -> str:
    return _STATE_WORDS.get(state, words(state.value))


def state_badge(state: State) -> Badge:
    """A delivery's state as a word and a tone."""
    return Badge(state_words(state), _STATE_TONES[state])


def channel_of(text: str) -> Channel | None:
    return Channel(text) if text in _CHANNEL_NAMES else None
