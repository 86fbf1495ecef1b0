"""Runs inside the engine's own environment: ends with its parent, cleanly, then becomes the engine."""

import ctypes
import runpy
import signal
import sys

if __name__ == "__main__":
    if sys.platform == "linux":
        # PR_SET_PDEATHSIG: when `make run` is killed the engine still writes its data, and no process is left.
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")
