"""The links of a campaign: who clicked which, in a table and on the mail itself."""

from typing import Any
from urllib.parse import urlencode

from console.campaign_map import marked, people_by_url, rows_of
from console.campaign_shown import Previewed, faces_of, rendered
from console.campaign_texts import PATH
from console.pages.campaign_preview import face_of, framed
from console.routing import Pages
from console.web import Reply, Request
from regulars import campaigns
from regulars.campaigns import Campaign
from regulars.campaigns.metrics import Metrics
from regulars.kernel.permissions import Permission
from regulars.messaging import Channel
from regulars.messaging.content import EmailContent

PAGES = Pages()
_ONE = f"{PATH}/{{campaign_id}}"


def links_values(request: Request, found: Campaign, metrics: Metrics) -> dict[str, Any]:
    """What the tab shows."""
    links = campaigns.campaign_links(request.tenant, found.id, run=metrics.run)
    mails = [one for one in faces_of(found.plan) if one.channel is Channel.EMAIL]
    return {
        "links": rows_of(links, metrics.whole.reached),
        "maps": [
            {
                "title": f"The mail, {one.variant}" if one.variant and len(mails) > 1 else "The mail",
                "src": f"{PATH}/{found.id}/links/mail?{urlencode({'variant': one.variant, 'run': metrics.run})}",
            }
            for one in mails[:4]
        ],
    }


@PAGES.get(f"{_ONE}/links/mail", permission=Permission.CAMPAIGNS_READ)
def link_map(request: Request) -> Reply:
    """The mail for a made-up customer, with the clicks at its links."""
    found = campaigns.get_campaign(request.tenant, request.params["campaign_id"])
    run = request.query.get("run", "")
    metrics = campaigns.campaign_metrics(
        request.tenant, found.id, run=int(run) if run.isdecimal() and len(run) < 6 else 0
    )
    wanted = Previewed(variant=request.query.get("variant", ""))
    face = face_of(found, wanted)
    content = rendered(request, face, wanted).content
    if not isinstance(content, EmailContent):
        return framed(None)
    links = campaigns.campaign_links(request.tenant, found.id, run=metrics.run)
    own = [one for one in links if one.template == face.template]
    html = marked(content.html, people_by_url(own), metrics.whole.reached)
    return framed(EmailContent(content.subject, html, content.text))
