"""The links of one message: pixel, clicks, unsubscription. What they name is looked up on our side when they are followed.

A tracked link is `/t/c/<reference>/<link>`: the reference names tenant, customer and delivery and is signed; the link is the
number of a destination that the template's version has (`3`), or of one of this delivery's own (`4.0`). In text messages it is
`/s/<code>`, whose item says the same.
"""

from collections.abc import Sequence
from datetime import timedelta

from regulars.kernel.ids import time_of
from regulars.kernel.links import sign_link
from regulars.kernel.settings import PublicSettings
from regulars.kernel.short_links import ShortLink, keep_short_link
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.messaging.contact import ConsentState, Contact
from regulars.messaging.model import Channel, Delivery
from regulars.messaging.settings_model import MessagingSettings

# What a reference of a pixel or a click is signed for.
PURPOSE = "track"
VIEW = "view"
# People do come back to old messages.
_SHORT_LASTS = timedelta(days=400)


class DeliveryLinks:
    """Makes the links of a delivery. After rendering, `dynamic` holds the destinations that only this delivery has."""

    def __init__(
        self,
        tenant: Tenant,
        delivery: Delivery,
        settings: MessagingSettings,
        static_links: Sequence[str] = (),
        pixel: bool = True,
    ) -> None:
        self.dynamic: dict[str, str] = {}
        self._tenant, self._delivery, self._static = tenant, delivery, static_links
        self._pixel = pixel and settings.track_opens and delivery.channel is Channel.EMAIL
        self._clicks = settings.track_clicks
        self._base = PublicSettings.load().public_url.rstrip("/")
        self._reference = ""
        self._short: dict[str, ShortLink] = {}

    def click(self, number: int, url: str | None) -> str:
        """Where link `number` leads to the reader: `url` is what this delivery has there, None what the version has."""
        if not self._clicks:
            return self._static[number] if url is None else url
        link = str(number) if url is None else self._own(number, url)
        if self._delivery.channel is not Channel.SMS:
            return f"{self._base}/t/c/{self._ref()}/{link}"
        short = ShortLink(self._tenant, (self._delivery.customer_id, self._delivery.id, link))
        self._short[link] = short
        return f"{self._base}/s/{short.code}"

    def pixel(self) -> str:
        """The address of the picture that tells of an open, "" where opens are not tracked."""
        return f"{self._base}/t/o/{self._ref()}" if self._pixel else ""

    def unsubscribe(self) -> str:
        from regulars.messaging.preferences.links import unsubscribe_url

        return unsubscribe_url(self._tenant, self._delivery.customer_id, self._delivery.id)

    def preferences(self) -> str:
        from regulars.messaging.preferences.links import preferences_url

        return preferences_url(self._tenant, self._delivery.customer_id, self._delivery.id)

    def view(self) -> str:
        """Where the message is shown as a page."""
        return (
            f"{self._base}/v/{sign_link(VIEW, self._tenant, self._delivery.customer_id, self._delivery.id)}"
        )

    def keep(self, tx: Transaction) -> None:
        """Add to `tx` what the short links of this message need; once more changes nothing."""
        for short in self._short.values():
            keep_short_link(tx, short, time_of(self._delivery.id) + _SHORT_LASTS)

    def _own(self, number: int, url: str) -> str:
        """The name of a destination of this delivery's; the same one in HTML and text has one name."""
        mine = [name for name in self.dynamic if name.startswith(f"{number}.")]
        for name in mine:
            if self.dynamic[name] == url:
                return name
        name = f"{number}.{len(mine)}"
        self.dynamic[name] = url
        return name

    def _ref(self) -> str:
        if not self._reference:
            self._reference = sign_link(PURPOSE, self._tenant, self._delivery.customer_id, self._delivery.id)
        return self._reference


def may_pixel(settings: MessagingSettings, contact: Contact) -> bool:
    """Whether the tenant's rule lets a mail to this customer tell of being opened."""
    return not settings.pixel_needs_consent or contact.consent(Channel.EMAIL).state is ConsentState.GRANTED
