from datetime import UTC, datetime

# Already the next day in Warsaw.
PLACED = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
