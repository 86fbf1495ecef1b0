"""The builder of mails: a page of its own, because what GrapesJS does to styles needs a policy of its own."""

import json

from console.pages.template import header_of, open_piece
from console.render import page
from console.routing import Pages
from console.shell import context, frame, shop_of
from console.template_source import is_html, piece_of, plain
from console.template_texts import PATH, language_name
from console.web import POLICY, Reply, Request
from regulars import messaging
from regulars.kernel.errors import ConflictError
from regulars.kernel.permissions import Permission
from regulars.messaging.formats import ink
from regulars.platform import settings_of
from regulars.segments import list_segments

PAGES = Pages()
# Style elements and attributes are how it draws: allowed here and on no other page. Scripts stay ours alone.
BUILDER_POLICY = POLICY.format(uploads="") + "; style-src 'self' 'unsafe-inline'"


@PAGES.get(f"{PATH}/{{template_id}}/builder", permission=Permission.MESSAGES_WRITE)
def builder(request: Request) -> Reply:
    found = messaging.get_template(request.tenant, request.params["template_id"])
    source = plain(found.draft)
    _, language = open_piece(request, source)
    piece = piece_of(source, "email", language)
    if is_html(piece):
        raise ConflictError("this mail is written in HTML; the builder makes mails of MJML")
    shop = shop_of(request)
    segments = (
        list_segments(request.tenant, request.call.now) if request.may(Permission.SEGMENTS_READ) else []
    )
    variables = messaging.template_variables(request.tenant, source.get("sample"))
    branding = settings_of(request.tenant).branding
    known = {
        "shop": {
            "name": shop.name,
            "colour": branding.colour,
            "ink": ink(branding.colour),
            "logo_url": branding.logo_url or "",
        },
        "segments": [{"id": one.id, "name": one.name} for one in segments],
        "lists": [f"item in {one.path}" for one in variables if one.type == "list"],
    }
    values = {
        "shell": frame(request, shop),
        "title": f"{found.name} in {language_name(language)}",
        "crumbs": (),
        "head": header_of(found),
        "language": language,
        "language_label": language_name(language),
        "mjml": piece.get("mjml", ""),
        "known": json.dumps(known),
        "variables": variables,
        "back": f"{PATH}/{found.id}?channel=email&language={language}",
    }
    text = page("pages/template_builder.html", context(request, shop) | values)
    return Reply(200, text, {"content-security-policy": BUILDER_POLICY})
