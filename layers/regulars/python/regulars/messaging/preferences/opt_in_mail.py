"""The message with the link by which a double opt-in is confirmed: once for each request, by the usual way."""

from datetime import datetime

from regulars.kernel.tenancy import Tenant
from regulars.messaging.model import Message
from regulars.messaging.preferences.links import confirm_url
from regulars.messaging.preferences.opt_in import LASTS, Confirmed, standing_of
from regulars.messaging.preferences.opt_in_store import read_opt_in
from regulars.messaging.sending.single import send_now
from regulars.messaging.settings_model import ORDER_UPDATES

TEMPLATE = "double_opt_in"


def ask_to_confirm(tenant: Tenant, customer_id: str, request_id: str, now: datetime) -> None:
    """Send it, if there is still something to confirm."""
    ulid = request_id.rpartition("_")[2]
    opt_in = read_opt_in(tenant, customer_id, ulid)
    if opt_in is None or standing_of(tenant, customer_id, ulid, now) is not Confirmed.OPEN:
        return
    values = {"confirm_url": confirm_url(tenant, customer_id, request_id), "days": LASTS.days}
    message = Message(
        f"opt_in:{request_id}",
        opt_in.at,
        TEMPLATE,
        (opt_in.channel,),
        # Asked for by the recipient, and exempt from consent as what an order leads to is.
        ORDER_UPDATES,
        values=values,
        expires_at=opt_in.at + LASTS,
    )
    send_now(tenant, message, customer_id, now)
