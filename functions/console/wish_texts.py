"""How consents, preferences and suppressions read."""

from collections.abc import Mapping

from console.formats import Clock
from console.tables import Badge
from regulars.messaging import Channel, Consent, ConsentState, MessagingSettings
from regulars.messaging.preferences.ledger import Entry, EntryKind
from regulars.messaging.preferences.wishes import packed
from regulars.messaging.suppression_model import Suppression, SuppressionReason

CHANNELS: Mapping[Channel, str] = {
    Channel.EMAIL: "Email",
    Channel.SMS: "SMS",
    Channel.PUSH: "Push",
    Channel.IN_APP: "In the app",
    Channel.WEBHOOK: "Webhook",
    Channel.WALLET: "Wallet",
}
STATES: Mapping[ConsentState, str] = {
    ConsentState.NONE: "Never said anything",
    ConsentState.PENDING: "Asked to confirm",
    ConsentState.GRANTED: "Agreed",
    ConsentState.WITHDRAWN: "Unsubscribed",
}
SOURCES: Mapping[str, str] = {
    "api": "by the shop's server",
    "staff": "by staff",
    "portal": "in the portal",
    "preference_page": "on the preference page",
    "unsubscribe_page": "on the unsubscribe page",
    "one_click": "by one click in the mail program",
    "sms_keyword": "by text message",
    "complaint": "by marking a message as spam",
    "import": "in an import",
    "import_undone": "by undoing an import",
    "customer_deleted": "with the deletion of the customer",
}
REASONS: Mapping[SuppressionReason, str] = {
    SuppressionReason.HARD_BOUNCE: "Bounced",
    SuppressionReason.COMPLAINT: "Complained",
    SuppressionReason.STOPPED: "Texted STOP",
    SuppressionReason.SOFT_BOUNCES: "Kept bouncing",
    SuppressionReason.UNSUBSCRIBED: "Unsubscribed",
    SuppressionReason.MANUAL: "Added by hand",
    SuppressionReason.IMPORTED: "Imported",
}
_TONES = {
    ConsentState.GRANTED: "good",
    ConsentState.WITHDRAWN: "bad",
    ConsentState.PENDING: "warn",
    ConsentState.NONE: "",
}
_RULES = {
    "opt_in": "Marketing needs consent.",
    "soft_opt_in": "Marketing needs consent, or an order.",
    "opt_out": "Marketing comes until they object.",
}


def source_text(source: str) -> str:
    """`preference_page` → “on the preference page”."""
    return SOURCES.get(source) or f"through “{source.replace('_', ' ')}”"


def consent_badge(consent: Consent) -> Badge:
    return Badge(STATES[consent.state], _TONES[consent.state])


def consent_text(consent: Consent, settings: MessagingSettings, channel: Channel, clock: Clock) -> str:
    """Since when and through what; or what the shop asks for where nothing was said."""
    if consent.state is ConsentState.NONE or consent.at is None:
        return _RULES[settings.consent_rule(channel)]
    return f"{clock.date(consent.at)}, {source_text(consent.source)}"


def suppression_badge(reason: SuppressionReason) -> Badge:
    grave = {SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT, SuppressionReason.STOPPED}
    return Badge(REASONS[reason], "bad" if reason in grave else "warn")


def stops_text(one: Suppression) -> str:
    return "Everything" if one.everything else "Marketing"


def entry_text(entry: Entry) -> str:
    """What an entry of the ledger says, in a few words."""
    channel = CHANNELS[entry.channel] if entry.channel else ""
    match entry.kind:
        case EntryKind.CONSENT:
            return f"{channel}: {STATES[entry.state].lower()}" if entry.state else channel
        case EntryKind.SUPPRESSED:
            return f"{channel} address suppressed"
        case EntryKind.LIFTED:
            return f"{channel} address taken off the suppression list"
        case EntryKind.ERASED:
            return "Contact erased"
        case EntryKind.PREFERENCES:
            return "; ".join(_changes(packed(entry.wishes))) if entry.wishes else "Preferences"


def _changes(data: Mapping[str, object]) -> list[str]:
    told: list[str] = []
    for name in ("channels", "categories"):
        switched = data.get(name, {})
        if isinstance(switched, dict):
            told += [f"{key.replace('_', ' ')} {'on' if on else 'off'}" for key, on in switched.items()]
    often = data.get("frequency", {})
    if isinstance(often, dict):
        told += [f"{(key or 'all').replace('_', ' ')} {value}" for key, value in often.items()]
    if "quiet" in data:
        hours = data["quiet"]
        told.append(f"quiet {hours[0]}–{hours[1]}" if isinstance(hours, list) else "the shop's quiet hours")
    if "language" in data:
        told.append(f"language {data['language'] or 'as the shop chooses'}")
    return told


def proof_text(proof: Mapping[str, str]) -> str:
    """`page: …, text: …`, without what only machines compare."""
    shown = {name: value for name, value in proof.items() if name != "ip_hash"}
    return ", ".join(f"{name}: {value}" for name, value in shown.items())
