"""The secret that webhooks are signed with: shown when it is asked for, and rotated."""

from console.routing import Pages
from console.settings_frame import tab
from console.shell import part
from console.web import Reply, Request, flash_cookie, redirect
from regulars.kernel.errors import StaleError
from regulars.kernel.permissions import Permission
from regulars.messaging.webhook_keys import rotate_webhook_secret, webhook_secret

PAGES = Pages()
_PATH = "/console/settings/messages/webhook-secret"
_AREA = "webhook-secret"


@PAGES.get(_PATH, permission=Permission.SETTINGS_WRITE)
def secret(request: Request) -> Reply:
    """A part of the settings for messages, so that the secret is on the screen only once somebody wants to see it."""
    key = webhook_secret(request.tenant, now=request.call.now)
    if request.wants(_AREA):
        return part(request, "pages/webhook_secret.html", key=key)
    return tab(request, "pages/webhook_secret.html", key=key)


@PAGES.post(f"{_PATH}/rotate", permission=Permission.SETTINGS_WRITE)
def rotate(request: Request) -> Reply:
    version = request.form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 9 else None
    try:
        rotate_webhook_secret(request.tenant, now=request.call.now, version=seen)
    except StaleError:
        return redirect(_PATH, cookies=(flash_cookie("Somebody has rotated it since", bad=True),))
    return redirect(_PATH, cookies=(flash_cookie("New secret: set it at your server within 24 hours"),))
