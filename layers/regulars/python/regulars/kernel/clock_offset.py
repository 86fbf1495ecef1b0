"""Where the virtual clock's offset is kept. Read only in the stage `local`."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.table import Item


class ClockItem(Item):
    kind = UnicodeAttribute(default="clock")
    offset_seconds = NumberAttribute(default=0)


def offset_seconds() -> float:
    """By how much the virtual time is ahead of the system's."""
    item = ClockItem.read("S#CLOCK", "CLOCK", consistent=True)
    return item.offset_seconds if item else 0.0
