"""Money: integer minor units and an ISO 4217 currency. Never floats."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from regulars.kernel.errors import InvalidError

# ISO 4217:2015 active codes; exponents other than 2 below.
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
    VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()
)
_EXPONENTS = dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

# The largest amount taken: far above any order, far below 2^53, so that every JSON reader keeps it exact.
MAX_MINOR = 999_999_999_999


def exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for GBP, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: str | Decimal, currency: str, quantity: int = 1) -> int:
    """`amount` × `quantity` in minor units, rounded half away from zero. Raises InvalidError for what is no number."""
    try:
        value = Decimal(amount) * quantity
        if not value.is_finite():
            raise InvalidError(f"{str(amount)[:40]!r} is not an amount of money")
        minor = int(value.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))
    except InvalidOperation as error:
        raise InvalidError(f"{str(amount)[:40]!r} is not an amount of money") from error
    if abs(minor) > MAX_MINOR:
        raise InvalidError("the amount is too large")
    return minor


def to_text(minor: int, currency: str) -> str:
    """`1234` GBP → `12.34`; plain decimal notation, no grouping."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"
