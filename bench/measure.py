"""What all benches share: the best of some runs, the peak of memory of a fresh process, a line with a limit."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PEERS = ("polars", "svy", "weightipy")


def seconds(work: Callable[..., object], *arguments: object, runs: int = 3) -> float:
    """Best of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work(*arguments)
        best = min(best, time.perf_counter() - start)
    return best


def resident(what: str) -> float:
    """Megabytes of memory of this process: "VmRSS" now, "VmHWM" at its peak. Linux only."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise OSError(f"/proc/self/status has no {what}")


def forget_peak() -> None:
    """Let the peak of memory begin anew from what is held now."""
    Path("/proc/self/clear_refs").write_text("5")


def in_fresh_process(module: str, *arguments: object) -> dict[str, Any]:
    """What `python -m module --child arguments` prints as JSON."""
    command = [sys.executable, "-m", module, "--child", *map(str, arguments)]
    return dict(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def peers_here() -> bool:
    """Whether the peers are installed; says how to get them if not."""
    missing = [peer for peer in PEERS if importlib.util.find_spec(peer) is None]
    if missing:
        tell(", ".join(missing), "not installed", "pip install .[bench]")
    return not missing


def tell(what: str, measured: str, limit: str, within: bool | None = None) -> None:
    """One line: what was measured, and whether it is within its limit."""
    verdict = "" if within is None else "  reached" if within else "  NOT REACHED"
    print(f"  {what:<66} {measured:>24}   asked {limit}{verdict}", flush=True)
