"""Unzipped sizes of the layers, as they are shipped to Lambda."""

from infra.layers import build_layers
from tests.bench.report import Figure

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: function and layers together.
LIMIT_MB = 250


def measure() -> list[Figure]:
    """Builds what is not built yet."""
    built = build_layers()
    vendor, own = (
        sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        for folder in (built.vendor, built.regulars)
    )
    return [
        Figure("layer of third-party packages, unzipped", vendor, "MB"),
        Figure("layer of Regulars, unzipped", own, "MB"),
        Figure("both layers", vendor + own, "MB", bar=LIMIT_MB),
    ]
