"""An audience as a file for channels outside: letters, and audiences of advertisers, whose addresses are hashed as they ask.

Only those are in it whom a message might reach now: who has not agreed, has objected or is suppressed on the channel that an
address belongs to is left out of audiences, and who is suspended of both. Same parts of work as planning: a page is a piece.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from regulars import customers
from regulars.campaigns.csv_text import csv_line
from regulars.campaigns.service import get_campaign
from regulars.campaigns.sources import PARTS, Slice, audience_of
from regulars.customers import Facts, facts_of_many
from regulars.kernel.errors import GoneError, InvalidError, NotFoundError
from regulars.kernel.idempotency import Once
from regulars.kernel.jobs import Job, State, create_job
from regulars.kernel.queue import batches
from regulars.kernel.tenancy import Tenant
from regulars.kernel.turns import Hands, Owner
from regulars.messaging import Channel, may_market

JOB = "campaign.export"
Kind = Literal["letters", "meta", "google"]
_COLUMNS: dict[str, tuple[str, ...]] = {
    "letters": ("id", "name", "line1", "line2", "postal_code", "city", "region", "country", "language"),
    # As Meta's customer lists and Google's Customer Match name them.
    "meta": ("email", "phone", "fn", "ln", "ct", "country"),
    "google": ("Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
}


def start_export(
    tenant: Tenant, campaign_id: str, kind: Kind, *, now: datetime, by: str = "", once: Once | None = None
) -> Job:
    """A job that writes the campaign's audience as CSV. Raises NotFoundError, InvalidError without an audience."""
    campaign = get_campaign(tenant, campaign_id)
    if not campaign.plan.audience.kind:
        raise InvalidError.of("/audience", "choose who gets it")
    spec = {"campaign": campaign_id, "kind": kind, "format": "csv"}
    return create_job(tenant, JOB, f"Audience of “{campaign.name}”", spec, now=now, by=by, once=once)


def export_audience(hands: Hands) -> bool:
    """Work until all parts are read or the time ends; whether the job has ended."""
    job = hands.lease.job
    campaign, kind = get_campaign(hands.tenant, job.spec["campaign"]), job.spec["kind"]
    place, counts = job.checkpoint or {"part": 0, "page": 0, "at": {}}, Counter(job.counts)
    while place["part"] < PARTS:
        source = audience_of(hands.tenant, campaign, place["part"], job.created_at)
        page = source.page(place["at"])
        rows = list(_rows(hands.tenant, page, kind))
        if rows:
            name = f"{_folder(job.id)}{place['part']:02d}-{place['page']:06d}"
            hands.files.write(name, "".join(map(csv_line, rows)).encode())
        counts.update(read=len(page.ids), exported=len(rows))
        place = _onward(place, page)
        hands.lease.checkpoint(
            hands.now(), counts=dict(counts), checkpoint=place, done=min(0.99, place["part"] / PARTS)
        )
        if hands.lease.stopping:
            hands.lease.finish(hands.now(), State.CANCELLED)
            return True
        if hands.in_haste:
            hands.lease.let_go()
            return False
    result = f"jobs/{job.id}/audience.csv"
    hands.files.join(result, _whole(hands, job.id, kind))
    hands.lease.finish(hands.now(), State.SUCCEEDED, files={"result": result})
    return True


def _onward(place: dict[str, Any], page: Slice) -> dict[str, Any]:
    if page.following is None:
        return {"part": place["part"] + 1, "page": 0, "at": {}}
    return {"part": place["part"], "page": place["page"] + 1, "at": page.following}


def _folder(job_id: str) -> str:
    return f"jobs/{job_id}/pieces/"


def _whole(hands: Hands, job_id: str, kind: str) -> Iterator[bytes]:
    yield ("\ufeff" if kind == "letters" else "").encode() + csv_line(_COLUMNS[kind]).encode()
    for key in hands.files.keys(_folder(job_id)):
        yield from hands.files.read(key)


def _rows(tenant: Tenant, page: Slice, kind: str) -> Iterator[Sequence[str]]:
    for some in batches(page.ids, 100):
        facts = [one for one in facts_of_many(tenant, some).values() if one.status != "suspended"]
        if kind == "letters":
            yield from (row for one in facts if (row := _letter(tenant, one)) is not None)
            continue
        allowed = may_market(tenant, [one.customer_id for one in facts], (Channel.EMAIL, Channel.SMS))
        for one in facts:
            email = one.email if (one.customer_id, Channel.EMAIL) in allowed else None
            phone = one.phone if (one.customer_id, Channel.SMS) in allowed else None
            if email or phone:
                yield _hashed(one, email or "", phone or "", kind)


def _hashed(facts: Facts, email: str, phone: str, kind: str) -> Sequence[str]:
    first, _, last = (facts.name or "").strip().partition(" ")
    country = (facts.country or "").casefold()
    # Meta wants digits alone, Google the plus before them.
    number = re.sub(r"[^0-9]", "", phone) if kind == "meta" else re.sub(r"[^0-9+]", "", phone)
    names = [sha256(_plain(first)), sha256(_plain(last))]
    addresses = [sha256(_address(email, kind)), sha256(number)]
    if kind == "meta":
        return [
            *addresses,
            *names,
            sha256(re.sub(r"[^a-z]", "", (facts.city or "").casefold())),
            sha256(country),
        ]
    return [*addresses, *names, country.upper(), ""]


def _address(email: str, kind: str) -> str:
    """In small letters; Google leaves dots and what follows a plus out of its own addresses."""
    name, at, domain = email.strip().casefold().partition("@")
    if kind == "google" and domain in {"gmail.com", "googlemail.com"}:
        name = name.partition("+")[0].replace(".", "")
    return f"{name}{at}{domain}"


def _plain(text: str) -> str:
    return re.sub(r"[\W\d_]", "", text.casefold())


def sha256(text: str) -> str:
    """Hex digest of a value, empty for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _letter(tenant: Tenant, facts: Facts) -> Sequence[str] | None:
    """A row for who has a postal address. 1 request unit."""
    if not facts.city and not facts.traits.get("postal_code"):
        return None
    try:
        profile = customers.get(tenant, facts.customer_id).profile
    except (NotFoundError, GoneError):
        return None
    address = profile.address
    if address is None or not address.line1:
        return None
    told = (getattr(address, name) or "" for name in _COLUMNS["letters"][2:-1])
    return [facts.customer_id, address.name or facts.name or "", *told, facts.language or ""]


OWNERS = {JOB: Owner(export_audience)}
