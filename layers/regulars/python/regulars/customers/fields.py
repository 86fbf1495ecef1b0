"""Field types of customer data: each turns what was sent into its one form, or says what is wrong with it."""

import json
import re
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from regulars.customers import normalise

Status = Literal["active", "inactive", "suspended", "churning", "vip"]
Gender = Literal["female", "male", "non_binary", "other", "undisclosed"]
STATUSES: tuple[str, ...] = get_args(Status)
GENDERS: tuple[str, ...] = get_args(Gender)

MAX_DEPTH = 4
MAX_JSON = 8 * 1024
# Beyond this, readers of JSON disagree about an integer.
MAX_NUMBER = 2**53 - 1

# ISO 3166-1 alpha-2.
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD"
    " CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF"
    " GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN"
    " KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA"
    " NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI"
    " SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI"
    " VN VU WF WS XK YE YT ZA ZM ZW".split()
)
_LANGUAGE = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(-(?P<script>[A-Za-z]{4}))?(-(?P<region>[A-Za-z]{2}|\d{3}))?"
    r"(?P<variants>(-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*)\Z"
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def _email(text: str) -> str:
    if (address := normalise.email_address(text)) is None:
        raise ValueError("is not an email address")
    return address


def _tag(text: str) -> str:
    if (made := normalise.normal_tag(text)) is None:
        raise ValueError("a tag has 1 to 50 characters, no comma and no control character")
    return made


def _country(text: str) -> str:
    if (code := text.strip().upper()) not in COUNTRIES:
        raise ValueError("is not a country of ISO 3166-1 (two letters, such as GB)")
    return code


def _language(text: str) -> str:
    """BCP 47 in its usual case: `zh-hant-tw` → `zh-Hant-TW`."""
    if (match := _LANGUAGE.match(text.strip().replace("_", "-"))) is None:
        raise ValueError("is not a language tag of BCP 47, such as en or pt-BR")
    parts = [match["language"].lower()]
    parts += [match["script"].title()] if match["script"] else []
    parts += [match["region"].upper()] if match["region"] else []
    return "-".join(parts) + match["variants"].lower()


@cache
def _zone_exists(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return False
    return "/" in name or name == "UTC"


def _zone(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+){0,2}", text) or not _zone_exists(text):
        raise ValueError("is not an IANA time zone, such as Europe/London")
    return text


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _ISO_DATE.match(value):
        raise ValueError("is not a date such as 1990-02-28")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("is not a day of the calendar") from error


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https://[^\s\x00-\x20<>\"'\\]{3,}", text):
        raise ValueError("is not an address that begins with https://")
    return text


def free_json(value: dict[str, Any]) -> dict[str, Any]:
    """Any JSON object within bounds of depth, size and numbers. Raises ValueError."""
    _bounded(value, MAX_DEPTH)
    if len(json.dumps(value, ensure_ascii=False).encode()) > MAX_JSON:
        raise ValueError(f"has more than {MAX_JSON // 1024} KB")
    return value


def _bounded(value: Any, depth: int) -> None:
    if isinstance(value, dict | list):
        if depth == 0:
            raise ValueError(f"is nested deeper than {MAX_DEPTH} levels")
        for inner in value.values() if isinstance(value, dict) else value:
            _bounded(inner, depth - 1)
    elif isinstance(value, int | float) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise ValueError("has a number beyond 2^53")


Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=320),
    AfterValidator(_email),
    Field(json_schema_extra={"format": "email"}),
]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_tag)]
Country = Annotated[
    str,
    StringConstraints(min_length=2, max_length=4),
    AfterValidator(_country),
    Field(description="ISO 3166-1, two letters", examples=["GB"]),
]
Language = Annotated[
    str,
    StringConstraints(min_length=2, max_length=35),
    AfterValidator(_language),
    Field(description="BCP 47", examples=["pt-BR"]),
]
Zone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=64),
    AfterValidator(_zone),
    Field(description="IANA", examples=["Europe/London"]),
]
Day = Annotated[date, BeforeValidator(_day)]
WebAddress = Annotated[
    str,
    StringConstraints(max_length=500),
    AfterValidator(_web_address),
    Field(json_schema_extra={"format": "uri"}, examples=["https://shop.example/ann.png"]),
]
Phone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40),
    Field(description="Kept in E.164", examples=["+447911123456"]),
]
FreeJson = Annotated[dict[str, Any], AfterValidator(free_json)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Handle = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Network = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
AttributeKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
