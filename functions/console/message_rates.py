"""Figures of messages in words: what each rate is a share of, and how it is written. Pure."""

from dataclasses import dataclass

from regulars.messaging.analytics_model import Figures


@dataclass(frozen=True)
class Rate:
    """A rate of `Figures`: `key` names it there."""

    key: str
    label: str
    hint: str

    def share(self, figures: Figures) -> float | None:
        found: float | None = getattr(figures.rates, self.key)
        return found


RATES = (
    Rate("delivery", "Delivered", "Of what was handed to the provider: the share that the recipient's side took."),
    Rate("open", "Opened", "Of what arrived: the share that a person opened. Privacy proxies and scanners are left out."),
    Rate("click", "Clicked", "Of what arrived: the share in which a person followed a link. A message counts once."),
    Rate("conversion", "Converted", "Of what arrived: the share that an order is credited to, as the settings say."),
    Rate("bounce", "Bounced", "Of what was handed over: the share refused for good. Providers look at accounts above 5 %."),
    Rate("complaint", "Complaints", "Of what arrived: the share marked as unwanted. Providers look at accounts above 0.1 %."),
    Rate("unsubscribe", "Unsubscribed", "Of what arrived: the share after which the customer unsubscribed."),
)  # fmt: skip
RATE_OF = {rate.key: rate for rate in RATES}


def share_text(share: float | None) -> str:
    """`12.3%`, with more digits where it is small; a dash where there is nothing to divide by."""
    if share is None:
        return "—"
    percent = 100 * share
    if 0 < percent < 1:
        return f"{percent:.2f}%"
    return f"{percent:.1f}%" if percent < 99.95 else "100%"
