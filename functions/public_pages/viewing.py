"""A mail as a page of its own, for those whose mail program shows it badly."""

from typing import Any

from public_pages.visits import neutral
from regulars.kernel.http.answer import Answer
from regulars.messaging.content import EmailContent
from regulars.messaging.preferences.links import bearer_of
from regulars.messaging.preferences.unsubscribing import visit_of

# The mail is the shop's own work: it may look as it likes, and runs nothing, sends nothing and is framed by nobody.
_POLICY = (
    "default-src 'none'; img-src https: data:; style-src 'unsafe-inline' https:; font-src https: data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def show(reference: str, event: dict[str, Any]) -> Answer:
    """The mail, filled in again; the neutral page where there is none to be shown."""
    bearer = bearer_of("view", reference)
    visit = visit_of(bearer) if bearer else None
    if visit is None or visit.delivery is None:
        return neutral(event)
    # Only who looks at a mail pays for templates.
    from regulars.messaging.history import content_of

    content = content_of(visit.tenant, visit.delivery)
    if not isinstance(content, EmailContent):
        return neutral(event)
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": _POLICY,
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
    }
    return Answer(200, content.html, headers)
