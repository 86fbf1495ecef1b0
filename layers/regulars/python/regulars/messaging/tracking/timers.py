"""Which timers tracking owns."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from regulars.kernel.timers import Timer
from regulars.messaging.tracking.judging import judge
from regulars.messaging.tracking.recording import JUDGE

OWNERS: Mapping[str, Callable[[Timer, datetime], Any]] = {JUDGE: judge}
