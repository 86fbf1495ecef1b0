"""Carries new event items from the table's stream to the bus."""

from typing import Any

from regulars.kernel.outbox import publish


def handler(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers the first record that could not be published; Lambda sends it and those after it again.

    Everything that can be published has been by then, also behind a record that cannot: consumers bear duplicates.
    """
    failed = publish(batch["Records"])
    return {"batchItemFailures": [{"itemIdentifier": failed[0]}] if failed else []}
