"""`make bench`: the figures that the project promises, each as a ratio within one run where the machine would matter.

`make bench TOPICS="sending units"` measures these alone.
"""

import logging
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent.parent


def main() -> None:
    """Print every figure as it is measured."""
    sys.path.insert(0, str(ROOT / "functions"))
    os.environ["PYTHONPATH"] = str(ROOT / "functions")
    import tests.conftest  # noqa: F401  (settings, before anything of the product)
    from local.engine import Engine
    from tests.bench import campaigns, cold, imports, rules, segments, sending, sizes, units, waking, warm
    from tests.resources import create_bucket, create_jobs_queue, create_table

    for topic in (warm, cold, sizes, rules, segments, campaigns, sending):
        logging.getLogger("regulars").setLevel(logging.WARNING if topic is sending else logging.INFO)
        _print(topic)
    if not _wanted(units, waking, imports):
        return
    with tempfile.TemporaryDirectory() as folder, Engine(Path(folder)) as engine:
        os.environ.update(engine.environment)
        create_table()
        create_bucket()
        create_jobs_queue()
        for topic in (units, waking, imports):
            _print(topic)


def _wanted(*topics: ModuleType) -> bool:
    return len(sys.argv) == 1 or any(topic.__name__.rpartition(".")[2] in sys.argv[1:] for topic in topics)


def _print(topic: ModuleType) -> None:
    if not _wanted(topic):
        return
    for figure in topic.measure():
        print(figure.line(), flush=True)


main()
