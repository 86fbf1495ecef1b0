"""Visits (COM-5), so that a restaurant or a salon works like a web shop."""

from regulars.commerce.visits.model import NewVisit, Visit
from regulars.commerce.visits.service import list_visits, record

__all__ = ["NewVisit", "Visit", "list_visits", "record"]
