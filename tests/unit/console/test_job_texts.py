"""Jobs in words."""

from datetime import UTC, datetime
from typing import Any

from console.job_texts import kind_of, name_of, read_so_far
from regulars.kernel.job_items import Job, JobItem


def job(type: str, name: str, spec: dict[str, Any] | None = None, **counts: int) -> Job:
    now = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
    return Job.of(
        JobItem(
            "pk",
            "sk",
            id="job_1",
            type=type,
            name=name,
            state="running",
            counts=counts,
            created_at=now,
            spec=spec or {},
            files={},
        )
    )


def test_jobs_of_segments_are_named_in_full() -> None:
    assert name_of(job("segments", "Segment “VIP”")) == "Segment “VIP”"
    assert kind_of(job("segments.clear", "Deleted segment “VIP”")) == "Segments"


def test_imports_and_exports_say_what_they_are() -> None:
    assert name_of(job("import", "shop.csv", {"kind": "order_lines"})) == "Import of order lines: shop.csv"
    assert name_of(job("export", "customers.csv")) == "Export of customers.csv"


def test_what_was_read_is_customers_or_rows() -> None:
    assert read_so_far(job("segments", "all", read=1000, measured=500)) == "1,500 customers looked at"
    assert read_so_far(job("campaign.send", "Spring", read=10)) == "10 customers looked at"
    assert read_so_far(job("import", "shop.csv", read=12_000)) == "12,000 rows read"
