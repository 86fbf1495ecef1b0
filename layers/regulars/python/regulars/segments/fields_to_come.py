"""Fields that no area fills yet: rules may name them, and they are missing for everybody."""

from regulars.segments.rules.values import Field, ValueType

_CHOICE, _NUMBER, _MOMENT, _TEXT = ValueType.CHOICE, ValueType.NUMBER, ValueType.MOMENT, ValueType.TEXT


def _to_come(
    name: str,
    label: str,
    group: str,
    type: ValueType,
    help: str,
    *,
    choices: tuple[str, ...] = (),
    ranked: bool = False,
) -> Field:
    return Field(
        name=name,
        label=label,
        group=group,
        type=type,
        read=lambda facts: None,
        help=help,
        choices=choices,
        ranked=ranked,
        available=False,
    )


FIELDS_TO_COME: tuple[Field, ...] = (
    _to_come(
        "site_activity",
        "Site activity",
        "Activity",
        _CHOICE,
        "Until it is kept, ask the history for page views in a period.",
        choices=("active", "moderate", "inactive"),
    ),
    _to_come(
        "support_contacts",
        "Support contacts",
        "Engagement",
        _NUMBER,
        "Tickets. Until they are kept, ask the history for logged interactions.",
    ),
    _to_come(
        "csat_last", "Latest satisfaction", "Engagement", _NUMBER, "The last answer about a ticket, 1 to 5."
    ),
    _to_come("loyalty_tier", "Loyalty tier", "Loyalty", _TEXT, "The tier of now."),
    _to_come("loyalty_member_since", "Loyalty member since", "Loyalty", _MOMENT, "When the customer joined."),
    _to_come(
        "tier_expires_at", "Tier ends", "Loyalty", _MOMENT, "When the tier is lost if nothing is earned."
    ),
    _to_come("health_score", "Health", "Scores", _NUMBER, "0 to 100.", ranked=True),
    _to_come("churn_probability", "Probability of leaving", "Scores", _NUMBER, "0 to 1.", ranked=True),
    _to_come(
        "predicted_value",
        "Predicted value",
        "Scores",
        ValueType.MONEY,
        "What is expected to be spent in a year.",
        ranked=True,
    ),
    _to_come("rfm_group", "Group by recency, frequency and value", "Scores", _TEXT, "Such as champions."),
    _to_come("lifecycle_stage", "Lifecycle stage", "Scores", _TEXT, "Such as new, regular or lapsed."),
)
