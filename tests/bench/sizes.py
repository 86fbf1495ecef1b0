"""Unzipped sizes of the layers, as they are shipped to Lambda."""

from infra.layers import build_layers, folder_size
from tests.bench.report import Figure

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: function and layers together.
LIMIT_MB = 250


def measure() -> list[Figure]:
    """Builds what is not built yet."""
    built = build_layers()
    vendor, own, science = (
        folder_size(folder) / 1e6 for folder in (built.vendor, built.regulars, built.science)
    )
    return [
        Figure("layer of third-party packages, unzipped", vendor, "MB"),
        Figure("layer of Regulars, unzipped", own, "MB"),
        Figure("layer for work in bulk, unzipped", science, "MB"),
        Figure("all layers", vendor + own + science, "MB", bar=LIMIT_MB),
    ]
