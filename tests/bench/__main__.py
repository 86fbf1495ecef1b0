"""`make bench`: the figures that the project promises, each as a ratio within one run where the machine would matter."""

import sys
from pathlib import Path


def main() -> None:
    """Print every figure as it is measured."""
    sys.path.insert(0, str(Path(__file__).parent.parent.parent / "functions"))
    import tests.conftest  # noqa: F401  (settings, before anything of the product)
    from tests.bench import cold, warm

    for topic in (warm, cold):
        for figure in topic.measure():
            print(figure.line(), flush=True)


main()
