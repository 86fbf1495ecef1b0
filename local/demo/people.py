"""Names and addresses for the customers of the real year, whose file has only numbers: all invented, at a domain that exists
nowhere (RFC 2606)."""

import csv
import gzip
import io
from collections.abc import Iterator
from zlib import crc32

from local.demo.retail import RETAIL

MAPPING = {
    name: {"column": name}
    for name in ("external_id", "email", "first_name", "last_name", "language", "time_zone")
}
_FIRST = (
    "Ada,Alfie,Amelia,Arthur,Beatrix,Callum,Carys,Dylan,Edith,Elsie,Ewan,Fern,Finlay,Florence,George,Grace,Harry,Hazel,"
    "Iris,Isla,Jack,Josie,Kit,Lewis,Lottie,Mabel,Max,Molly,Nell,Noah,Olive,Oscar,Poppy,Rory,Rosa,Ruby,Seth,Tess,Theo,Wilf"
).split(",")
_LAST = (
    "Abbott,Ashby,Barlow,Bewick,Birch,Calder,Carver,Coombe,Dale,Eastwood,Fenn,Fielding,Garner,Hale,Hartley,Heath,Hollis,"
    "Ingram,Kerr,Lacey,Lark,Marlow,Mercer,Nash,Orchard,Parry,Penrose,Quill,Radley,Rowe,Sable,Thorne,Tilney,Vance,Wade,"
    "Weir,Winter,Wren,Yates,York"
).split(",")
# The IANA time zone of each country of the file, and the language of those that the shop writes in besides English.
_ZONES = {
    "Germany": ("Europe/Berlin", "de"),
    "Austria": ("Europe/Vienna", "de"),
    "Poland": ("Europe/Warsaw", "pl"),
    "France": ("Europe/Paris", ""),
    "Spain": ("Europe/Madrid", ""),
    "Australia": ("Australia/Sydney", ""),
    "Japan": ("Asia/Tokyo", ""),
    "USA": ("America/New_York", ""),
    "Canada": ("America/Toronto", ""),
    "Singapore": ("Asia/Singapore", ""),
    "Hong Kong": ("Asia/Hong_Kong", ""),
    "United Kingdom": ("Europe/London", ""),
}


def people() -> bytes:
    """One row for each customer of the file, as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(MAPPING))
    writer.writeheader()
    writer.writerows(_rows())
    return out.getvalue().encode()


def _rows() -> Iterator[dict[str, str]]:
    for number, country in sorted(_countries().items()):
        chance = crc32(number.encode())
        first, last = _FIRST[chance % len(_FIRST)], _LAST[chance // len(_FIRST) % len(_LAST)]
        zone, language = _ZONES.get(country, ("", ""))
        yield {
            "external_id": number,
            "email": f"{first}.{last}.{number}@shopper.example".lower(),
            "first_name": first,
            "last_name": last,
            "language": language or "en",
            "time_zone": zone,
        }


def _countries() -> dict[str, str]:
    """The country of each customer, who may have none other than that of the last line."""
    found: dict[str, str] = {}
    with gzip.open(RETAIL, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["customer"]:
                found[row["customer"]] = row["country"]
    return found
