"""Live statistics, rebuildable from the table, and what events say about customers (CUS-3).

Public: `stats`, `series`, `figures` and `recent_activity` for who shows them; `keep_stats`, `keep_facts` and `rebuild` for the
workers and the command line.
"""

from regulars.insights.activity import ActivityEntry, recent_activity
from regulars.insights.service import (
    By,
    Figures,
    Growth,
    Measure,
    Point,
    Stats,
    Value,
    figures,
    series,
    stats,
    today,
)

__all__ = [
    "ActivityEntry",
    "By",
    "Figures",
    "Growth",
    "Measure",
    "Point",
    "Stats",
    "Value",
    "figures",
    "recent_activity",
    "series",
    "stats",
    "today",
]
