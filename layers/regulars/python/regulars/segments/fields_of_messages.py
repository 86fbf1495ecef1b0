"""Fields that follow from how customers take messages."""

from regulars.customers import Facts
from regulars.segments.rules.values import Field, ValueType

_EVENTS = ("message.opened", "message.clicked")
# So many messages opened, or clicked in, make somebody interested.
_OFTEN = 3


def _engagement(facts: Facts) -> str | None:
    opened, clicked = (facts.counts.get(name, 0) for name in _EVENTS)
    if clicked >= _OFTEN:
        return "high"
    if clicked or opened >= _OFTEN:
        return "medium"
    return "low" if opened else None


MESSAGE_FIELDS: tuple[Field, ...] = (
    Field(
        name="email_engagement",
        label="Engagement with messages",
        group="Engagement",
        type=ValueType.CHOICE,
        read=_engagement,
        help="High: clicked in three messages or more; medium: clicked in one, or opened three; low: opened one; missing: none, "
        "ever. Ask the history for a period or a channel.",
        events=_EVENTS,
        choices=("high", "medium", "low"),
    ),
    Field(
        name="messages_opened",
        label="Messages opened",
        group="Engagement",
        type=ValueType.NUMBER,
        read=lambda facts: facts.counts.get("message.opened", 0),
        help="By a person; 0 without any.",
        events=_EVENTS[:1],
        ranked=True,
    ),
    Field(
        name="messages_clicked",
        label="Messages clicked in",
        group="Engagement",
        type=ValueType.NUMBER,
        read=lambda facts: facts.counts.get("message.clicked", 0),
        help="By a person; 0 without any.",
        events=_EVENTS[1:],
        ranked=True,
    ),
)
