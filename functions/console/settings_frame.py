"""The tabs that the pages of the settings share."""

from typing import Any

from console.pieces import Tab
from console.shell import Crumb, show
from console.web import Reply, Request
from regulars.kernel.permissions import Permission

_TABS = (
    ("General", "/console/settings", Permission.SETTINGS_READ),
    ("Messages", "/console/settings/messages", Permission.SETTINGS_READ),
    ("API keys", "/console/settings/keys", Permission.KEYS_WRITE),
    ("Staff", "/console/settings/staff", Permission.STAFF_READ),
)


def tab(request: Request, template: str, status: int = 200, **values: Any) -> Reply:
    """A page of the settings; tabs that the person may not open are not there."""
    open_to = [item for item in _TABS if request.may(item[2])]
    here = "/".join(request.path.split("/")[:4])
    tabs = [Tab(label, href, current=href == here) for label, href, _ in open_to]
    label = next((tab.label for tab in tabs if tab.current), "General")
    crumbs = () if label == "General" else (Crumb("Settings", "/console/settings"), Crumb(label))
    return show(
        request,
        "pages/settings.html",
        title="Settings",
        crumbs=crumbs,
        status=status,
        tabs=tabs,
        tab_template=template,
        **values,
    )
