"""How customers' statuses and countries are written."""

from console.tables import Badge

STATUSES = (
    ("active", "Active"),
    ("vip", "VIP"),
    ("inactive", "Inactive"),
    ("churning", "Churning"),
    ("suspended", "Suspended"),
)
_TONES = {"active": "good", "vip": "accent", "churning": "warn", "suspended": "bad"}


def status_text(status: str) -> str:
    """`vip` → `VIP`."""
    return dict(STATUSES).get(status, status.capitalize())


def status_badge(status: str) -> Badge:
    """A VIP stands out; every other status is a dot and a word."""
    return Badge(status_text(status), _TONES.get(status, ""), dot=status != "vip")
