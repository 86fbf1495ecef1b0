"""Does what a due timer asks for: one message, one timer."""

from regulars.kernel.worker import each_message
from run_timers.owners import run

handler = each_message(run)
