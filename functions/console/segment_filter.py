"""The list of customers narrowed to those of a segment."""

from console.people import name_of
from console.web import Request
from regulars import segments as catalogue
from regulars.customers import Facts, Filter
from regulars.kernel.pagination import Page
from regulars.kernel.permissions import Permission

# A page is sought among so many of the segment's pages: it may be short, even empty, and still have a next one.
_PAGES = 5
_READ = 100


def segment_choices(request: Request) -> list[tuple[str, str]]:
    """The segments to choose among, by name."""
    if not request.may(Permission.SEGMENTS_READ):
        return []
    found = catalogue.list_segments(request.tenant, request.call.now)
    return sorted(((one.id, one.name) for one in found), key=lambda one: one[1].casefold())


def load_in_segment(
    request: Request, segment_id: str, wanted: Filter, text: str, cursor: str | None, limit: int
) -> Page[Facts]:
    """Those in the segment whom the other filters admit, in the segment's own order."""
    found: list[Facts] = []
    for _ in range(_PAGES):
        page = catalogue.members(request.tenant, segment_id, limit=min(limit, _READ), cursor=cursor)
        found += [
            one.facts
            for one in page.items
            if one.facts is not None and wanted.admits(one.facts) and _named(one.facts, text)
        ]
        cursor = page.next
        if cursor is None or len(found) >= limit:
            break
    return Page(found, cursor)


def _named(facts: Facts, text: str) -> bool:
    words = text.casefold().split()
    known = f"{name_of(facts)} {facts.email or ''} {facts.phone or ''}".casefold()
    return all(word in known for word in words)
