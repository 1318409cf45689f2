"""A process that notebooks are forked from, as its parent sees it end."""

import socket
import subprocess
import sys

import pytest

from evaluation.reporting.forking.forks import Zygote
from evaluation.reporting.forking.limits import NO_LIMITS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")

LINGERS = "import os, sys, time; os.close(int(sys.argv[1])); time.sleep(0.5)"
STARTS = """\
import json, socket, sys, time
control = socket.socket(fileno=int(sys.argv[1]))
control.recv(1 << 16)
text = json.dumps({"pid": 5_000_000}).encode()     # more than Linux gives out
control.sendall(len(text).to_bytes(4, "big") + text)
control.close()
time.sleep(0.5)
"""


@pytest.mark.parametrize("dying", [LINGERS, STARTS], ids=["before the child", "with the child"])
def test_a_zygote_whose_files_closed_before_it_ended_is_not_taken_for_alive(dying):
    """A killed process closes its files first and ends later: the next notebook went to it in between, and died of nothing."""
    here, there = socket.socketpair()
    with there:
        process = subprocess.Popen([sys.executable, "-c", dying, str(there.fileno())], pass_fds=[there.fileno()])
    zygote = Zygote(process, here, loaded=True)
    *_, end = zygote.run([(0, "1", False)], NO_LIMITS, {})
    ended = process.poll()
    zygote.free()
    assert end["content"] == {"why": "died"}
    assert ended == 0
