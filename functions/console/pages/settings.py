"""Settings of the shop: name, zone, languages, branding, sender."""

from zoneinfo import available_timezones

from pydantic import ValidationError

from console.forms import Form
from console.routing import Pages
from console.settings_frame import tab
from console.web import Reply, Request, flash_cookie, redirect
from regulars.kernel.errors import Fault, InvalidError, RegularsError
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission
from regulars.platform import SettingsChange, TenantSettings, get_tenant, update_settings

PAGES = Pages()
_FIELDS = {"sender": "sender_email", "branding": "logo_url"}


@PAGES.get("/console/settings", permission=Permission.SETTINGS_READ)
def general(request: Request) -> Reply:
    return _page(request, Form(_values_of(get_tenant(request.tenant))))


@PAGES.post("/console/settings", permission=Permission.SETTINGS_WRITE)
def save(request: Request) -> Reply:
    try:
        update_settings(request.tenant, _change(request.form), now=request.call.now)
    except RegularsError as error:
        return _page(request, Form(request.form).refused(error, _FIELDS), error.status)
    return redirect("/console/settings", cookies=(flash_cookie("Settings saved"),))


def _page(request: Request, form: Form, status: int = 200) -> Reply:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    settings = get_tenant(request.tenant)
    return tab(request, "pages/settings_general.html", status, form=form, settings=settings, zones=zones)


def _values_of(settings: TenantSettings) -> dict[str, str]:
    return {
        "name": settings.name,
        "time_zone": settings.time_zone,
        "languages": ", ".join(settings.languages),
        "default_language": settings.default_language,
        "cart_idle_minutes": str(settings.cart_idle_minutes),
        "logo_url": settings.branding.logo_url or "",
        "colour": settings.branding.colour,
        "sender_name": settings.sender.name,
        "sender_email": settings.sender.email,
        "sender_reply_to": settings.sender.reply_to or "",
    }


def _change(given: dict[str, str]) -> SettingsChange:
    """The form as a change. Raises InvalidError with a fault for each bad field."""
    typed = {name: value.strip() for name, value in given.items()}
    minutes = typed.get("cart_idle_minutes", "")
    change = {
        "name": typed.get("name", ""),
        "time_zone": typed.get("time_zone", ""),
        "languages": [tag.strip() for tag in typed.get("languages", "").split(",") if tag.strip()],
        "default_language": typed.get("default_language", ""),
        "cart_idle_minutes": int(minutes) if minutes.isdecimal() else minutes,
        "branding": _filled(typed, {"logo_url": "logo_url", "colour": "colour"}),
        "sender": _filled(
            typed, {"name": "sender_name", "email": "sender_email", "reply_to": "sender_reply_to"}
        ),
    }
    try:
        return SettingsChange.model_validate(change)
    except ValidationError as error:
        raise InvalidError("some fields cannot be accepted", _form_faults(error)) from error


def _filled(typed: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    """The fields of a part of the settings that were filled in, under the model's names."""
    return {name: typed[field] for name, field in names.items() if typed.get(field)}


def _form_faults(error: ValidationError) -> list[Fault]:
    """Faults under the names that the form uses: `/sender/email` is its `sender_email`."""
    return [
        Fault(fault.pointer.replace("/sender/", "/sender_").replace("/branding/", "/"), fault.detail)
        for fault in faults_of(error)
    ]
