"""Killed, or out of disk, in the middle of a batch of signatures: what was acknowledged stays, and the chain is whole."""

import io
import multiprocessing
import os
import random
import resource
import signal
import sys
import time

import pytest
from conftest import PEOPLE, clock_at, trusted_round, with_passphrase

from evaluation import verbs
from evaluation.core.errors import EvaluationError
from evaluation.signoff import verify
from evaluation.signoff.canonical import sha256
from evaluation.signoff.chain import chain_faults
from evaluation.signoff.ledger import ledger_at
from evaluation.signoff.sheet import read_sheet
from evaluation.signoff.writing import write_bytes

SHEETS, KILLS = 200, 25
FILES = {"signed": "signature.json", "countersigned": "countersignature.json"}
ACTIONS = (("sign", "li"), ("countersign", "wang"))
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["evaluation.verbs"])


def signing(folder, action, key, limit=None, told=None):
    """A child's work: sign all that wait for it, as the command does."""
    sys.stdout = io.StringIO()
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        with_passphrase(verbs.sign_sheets, action, folder, None, True, folder.parent / "keys" / key, lang="en", office=False,
                        clock=clock_at())
    except (EvaluationError, OSError) as error:
        if told is None:
            raise
        told.put(str(error))


@pytest.fixture(scope="module")
def drafts(signed_round, tmp_path_factory):
    """200 drafts: the sample round's sheets under other names."""
    folder = tmp_path_factory.mktemp("drafts") / "round"
    folder.mkdir()
    (folder / "round.yaml").write_bytes((signed_round / "round.yaml").read_bytes())
    (folder.parent / "keys").symlink_to(signed_round.parent / "keys")
    (folder / "neighbourly").symlink_to(signed_round / "neighbourly")
    known = [read_sheet(file.read_bytes()) for file in sorted(signed_round.glob("results/*/sheet.json"))]
    for number in range(SHEETS):
        sheet = known[number % len(known)].model_copy(update={"community": f"k{number:03d}", "languages": ["zh"]})
        write_bytes(folder / "results" / sheet.community / "sheet.json", sheet.content())
    return folder


def finished(folder, action, key):
    """Run it to its end."""
    child = PROCESSES.Process(target=signing, args=(folder, action, key))
    child.start()
    child.join()
    assert child.exitcode == 0


def signed_by(folder):
    with ledger_at(f"sqlite:///{folder / 'evaluation.db'}") as ledger:
        entries = ledger.entries()
        envelopes = {(entry.community, entry.event): ledger.held(entry.round, entry.community, 1).envelopes[entry.event]
                     for entry in entries}
    assert chain_faults(entries, "ledger") == []
    return entries, envelopes


def test_killed_25_times_no_signature_is_lost_and_no_file_is_half(drafts):
    chance = random.Random(7)
    digests = {file: sha256(file.read_bytes()) for file in drafts.glob("results/*/sheet.json")}
    before, met = [], set()
    for kill in range(KILLS):
        if kill == KILLS // 2:
            finished(drafts, *ACTIONS[0])
        action, key = ACTIONS[kill >= KILLS // 2]
        child = PROCESSES.Process(target=signing, args=(drafts, action, key))
        child.start()
        name = FILES["signed" if action == "sign" else "countersigned"]
        wanted = len(list(drafts.glob(f"results/*/{name}"))) + chance.randint(1, 3)
        while child.is_alive() and len(list(drafts.glob(f"results/*/{name}"))) < wanted:
            time.sleep(0.002)
        time.sleep(chance.random() * (0.1 if action == "sign" else 0.01))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        assert child.exitcode == -signal.SIGKILL
        entries, envelopes = signed_by(drafts)
        assert entries[:len(before)] == before                       # nothing that was acknowledged is lost
        met.add(len(entries))
        before = entries
        for state, name in FILES.items():
            for written in drafts.glob(f"results/*/{name}"):
                assert written.read_bytes() == envelopes[written.parent.name, state]
        assert {file: sha256(file.read_bytes()) for file in digests} == digests
    assert len(met) > KILLS // 2                                     # killed at work, not before or after it
    finished(drafts, *ACTIONS[1])
    entries, _ = signed_by(drafts)
    assert len(entries) == 2 * SHEETS
    found = verify(drafts, recompute=False)
    assert found.ok
    assert [sheet.state for sheet in found.sheets] == ["countersigned"] * SHEETS


@pytest.mark.parametrize("limit", [60_000, 200_000])
def test_a_disk_that_is_full_is_told_as_such(folder, limit):
    """60 KB: the PDF cannot be written; 200 KB: the ledger's log cannot grow."""
    trusted_round(folder, PEOPLE)
    verbs.sheet(folder, None, True, "en", "en", None, 1)
    if limit < 100_000:
        for file in folder.glob("results/*/sheet.pdf"):
            file.unlink()
    told = PROCESSES.Queue()
    child = PROCESSES.Process(target=signing, args=(folder, "sign", "li", limit, told))
    child.start()
    reason = told.get(timeout=60)
    child.join()
    assert any(word in reason for word in ("File too large", "disk I/O error", "database or disk is full")), reason
    entries, envelopes = signed_by(folder)
    assert len(entries) < 24
    for written in folder.glob("results/*/signature.json"):
        assert written.read_bytes() == envelopes[written.parent.name, "signed"]
    finished(folder, "sign", "li")                                   # there is room again
    entries, _ = signed_by(folder)
    assert len(entries) == 24
    assert verify(folder, recompute=False, at_least="signed").ok
