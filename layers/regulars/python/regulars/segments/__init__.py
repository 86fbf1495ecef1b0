"""Segments: one rule language, live membership exact to the minute, bulk evaluation (SEG-1 to SEG-9)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.segments.evaluating import evaluate_events, evaluate_timer
    from regulars.segments.following import follow_tenant

__all__ = [
    "evaluate_events",
    "evaluate_timer",
    "follow_tenant",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "evaluating": "evaluate_events evaluate_timer",
            "following": "follow_tenant",
        },
    )
