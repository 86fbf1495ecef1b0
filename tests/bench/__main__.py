"""`make bench`: the figures that the project promises, each as a ratio within one run where the machine would matter."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent.parent / "functions")]

import tests.conftest  # noqa: F401  (settings)
from tests.bench import cold, warm


def main() -> None:
    for topic in (warm, cold):
        for figure in topic.measure():
            print(figure.line(), flush=True)


main()
