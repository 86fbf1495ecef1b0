"""Settings of messages: categories, consent, caps, quiet hours, pacing, tracking, costs."""

from console.forms import Form
from console.message_settings_form import (
    CONSENT_CHANNELS,
    COST_CHANNELS,
    faults_in_form,
    form_of,
    settings_in,
    typed,
)
from console.routing import Pages
from console.settings_frame import tab
from console.template_texts import language_name
from console.web import Reply, Request, flash_cookie, redirect
from console.wish_texts import CHANNELS
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.permissions import Permission
from regulars.messaging.settings_changing import change_messaging_settings, get_messaging_settings
from regulars.platform import settings_of

PAGES = Pages()
_PATH = "/console/settings/messages"
_RULES = (
    ("opt_in", "Only with consent"),
    ("soft_opt_in", "With consent, or after an order"),
    ("opt_out", "Until they object"),
)
_KINDS = (
    ("marketing", "Marketing, on until switched off"),
    ("marketing_off", "Marketing, off until switched on"),
    ("transactional", "Always sent (order updates and the like)"),
)
_ATTRIBUTIONS = (
    ("last", "The last message"),
    ("first", "The first message"),
    ("linear", "All, in equal parts"),
)


@PAGES.get(_PATH, permission=Permission.SETTINGS_READ)
def message_settings(request: Request) -> Reply:
    kept = get_messaging_settings(request.tenant)
    return _page(request, form_of(kept.settings, _languages(request)), kept.version)


@PAGES.post(_PATH, permission=Permission.SETTINGS_WRITE)
def save(request: Request) -> Reply:
    kept, languages = get_messaging_settings(request.tenant), _languages(request)
    form = typed(request.form, form_of(kept.settings, languages))
    version = request.form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 9 else None
    try:
        given = settings_in(form, kept.settings, languages)
        change_messaging_settings(request.tenant, given, now=request.call.now, version=seen)
    except InvalidError as error:
        named = InvalidError(error.detail, faults_in_form(error.faults, form))
        return _page(request, form.refused(named), kept.version, error.status)
    except RegularsError as error:
        return _page(request, form.refused(error), kept.version, error.status)
    return redirect(_PATH, cookies=(flash_cookie("Settings saved"),))


def _page(request: Request, form: Form, version: int, status: int = 200) -> Reply:
    keys = {
        name: {int(one.split(".")[1]) for one in form.values if one.startswith(name)}
        for name in ("categories.", "caps.")
    }
    known = [
        (key, key.replace("_", " "))
        for row in sorted(keys["categories."])
        if (key := form.value(f"categories.{row}.key"))
    ]
    return tab(
        request,
        "pages/settings_messages.html",
        status,
        form=form,
        version=version,
        languages=[(tag, language_name(tag)) for tag in _languages(request)],
        category_rows=sorted(keys["categories."]),
        cap_rows=sorted(keys["caps."]),
        category_keys=known,
        rules=_RULES,
        kinds=_KINDS,
        attributions=_ATTRIBUTIONS,
        consent_channels=[(one.value, CHANNELS[one]) for one in CONSENT_CHANNELS],
        cost_channels=[(one.value, CHANNELS[one]) for one in COST_CHANNELS],
    )


def _languages(request: Request) -> list[str]:
    return settings_of(request.tenant).languages
