"""Sheets from draft to bulletin, as evaluator, reviewer and chief run the commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from conftest import PASSPHRASE, clock_at, trusted_round, with_passphrase

from evaluation import verbs
from evaluation.core.errors import EvaluationError, SignoffError
from evaluation.signoff import verify
from evaluation.signoff.ledger import Ledger
from evaluation.signoff.sheet import read_sheet
from evaluation.verbs import publishing

PASSED = "c20"


def codes(raised):
    return sorted({told.code for told in raised.value.problems})


def sheets(folder, community, *, lang="en", languages=None, correct=None, every=False):
    verbs.sheet(folder, community, every, lang, languages, correct, 1)


def act(folder, action, key, community=PASSED, at="2026-11-23T08:10:00Z", **options):
    with_passphrase(verbs.sign_sheets, action, folder, community, community is None, folder.parent / "keys" / key, lang="en",
                    office=options.pop("office", False), clock=clock_at(at), **options)


def give_out(folder, at="2026-11-23T09:00:00Z"):
    with_passphrase(verbs.publish_round, folder, folder.parent / "keys" / "chen", lang="en", clock=clock_at(at))


def change_inputs(folder, community=PASSED):
    """Another record of the community, so that its figures are others."""
    file = folder / "answers" / "records.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    own = table["community"] == community
    table.loc[own, table.columns[3:9]] = "none"
    table.to_csv(file, index=False)


@pytest.fixture
def round_(folder):
    trusted_round(folder)
    return folder


@pytest.fixture
def published(signed, signed_round):
    """The signed round, to go on with: its keys lie beside it."""
    (signed.parent / "keys").symlink_to(signed_round.parent / "keys")
    return signed


def evaluation(*words, passphrase=PASSPHRASE):
    read, write = os.pipe()
    os.write(write, f"{passphrase}\n".encode())
    os.close(write)
    try:
        words = [str(read) if word == "FD" else str(word) for word in words]
        return subprocess.run([sys.executable, "-m", "evaluation", *words], capture_output=True, text=True, check=False,
                              encoding="utf-8", pass_fds=[read], stdin=subprocess.DEVNULL)
    finally:
        os.close(read)


def test_the_commands_from_key_to_bulletin(folder):
    """Each command by itself, as it is typed; verify says a line a sheet."""
    keys = folder.parent / "keys"
    here = ("--round", folder, "--lang", "en")
    for short, name, role in (("li", "李伟", "evaluator"), ("wang", "王芳", "reviewer"), ("chen", "陈翀", "chief")):
        assert evaluation("keys", "new", keys / short, "--name", name, "--passphrase-fd", "FD").returncode == 0
        assert evaluation("keys", "trust", keys / f"{short}.pub", "--role", role, "--from", "2026-01-01", "--until",
                          "2099-12-31", *here).returncode == 0
    assert "王芳" in evaluation("keys", "list", *here).stdout
    assert (keys / "li").stat().st_mode & 0o777 == 0o600
    assert b"OPENSSH PRIVATE KEY" in (keys / "li").read_bytes()
    own = folder / "results" / PASSED
    done = evaluation("sheet", "--round", folder, "--community", PASSED, "--lang", "both")
    assert (done.returncode, done.stdout) == (0, f"{own / 'sheet.pdf'}\n")
    early = evaluation("countersign", *here, "--community", PASSED, "--key", keys / "wang", "--passphrase-fd", "FD")
    assert early.returncode == 13
    assert "[H01]" in early.stderr
    for action, key in (("sign", "li"), ("countersign", "wang")):
        done = evaluation(action, *here, "--community", PASSED, "--key", keys / key, "--passphrase-fd", "FD")
        assert done.returncode == 0, done.stderr
    done = evaluation("publish", *here, "--key", keys / "chen", "--passphrase-fd", "FD")
    assert done.returncode == 0, done.stderr
    done = evaluation("verify", own / "sheet.json", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert PASSED in done.stdout
    assert "published" in done.stdout
    (own / "signature.json").unlink()
    done = evaluation("verify", own, "--lang", "en")
    assert done.returncode == 13
    assert "[V16]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_draft_follows_its_figures_and_is_left_alone_where_they_stay(round_):
    sheets(round_, PASSED)
    own = round_ / "results" / PASSED
    first, made = (own / "sheet.json").read_bytes(), (own / "sheet.pdf").stat().st_mtime_ns
    sheets(round_, PASSED)
    assert (own / "sheet.json").read_bytes() == first
    assert (own / "sheet.pdf").stat().st_mtime_ns == made
    change_inputs(round_)
    sheets(round_, PASSED)
    again = read_sheet((own / "sheet.json").read_bytes())
    assert again.total.earned < read_sheet(first).total.earned
    assert (again.version, again.supersedes) == (1, "")
    sheets(round_, PASSED, languages="both")
    assert read_sheet((own / "sheet.json").read_bytes()).languages == ["zh", "en"]


def test_an_interrupted_sheet_is_made_whole(round_):
    """Nothing but sheet.json says that a sheet is there, and it comes last."""
    sheets(round_, PASSED)
    own = round_ / "results" / PASSED
    whole = {name: (own / name).read_bytes() for name in ("sheet.json", "sheet.pdf", "sheet.xlsx")}
    for gone in (["sheet.json"], ["sheet.pdf"], ["sheet.json", "sheet.xlsx"]):
        for name in gone:
            (own / name).unlink()
        sheets(round_, PASSED)
        assert {name: (own / name).read_bytes() for name in whole} == whole


def test_a_signed_sheet_stays_and_is_corrected_by_a_new_version(published):
    own = published / "results" / PASSED
    before = {file.name: file.read_bytes() for file in own.iterdir() if file.is_file()}
    change_inputs(published)
    with pytest.raises(SignoffError) as raised:
        sheets(published, PASSED)
    assert codes(raised) == ["H06"]
    assert "total.earned" in str(raised.value)
    assert (own / "sheet.json").read_bytes() == before["sheet.json"]
    sheets(published, PASSED, correct="records were entered wrongly")
    draft = read_sheet((own / "sheet.json").read_bytes())
    assert (draft.version, draft.correction) == (2, "records were entered wrongly")
    assert draft.supersedes == read_sheet(before["sheet.json"]).sha256
    kept = {file.name: file.read_bytes() for file in (own / "superseded" / "1").iterdir()}
    assert kept["countersignature.json"] == before["countersignature.json"]
    assert not (own / "signature.json").exists()
    sheets(published, PASSED, correct="records of two services were entered wrongly")
    assert read_sheet((own / "sheet.json").read_bytes()).correction == "records of two services were entered wrongly"
    act(published, "sign", "li")
    with pytest.raises(SignoffError) as raised:
        act(published, "sign", "li")
    assert codes(raised) == ["H01"]
    act(published, "countersign", "wang")
    found = verify(own, recompute=False)
    assert found.ok, found
    old = verify(own / "superseded" / "1", published / "round.yaml", recompute=False)
    assert old.ok                                  # it was signed, and says so; that a newer one counts, the ledger says


def test_a_superseded_version_in_its_old_place_is_told(published):
    own = published / "results" / PASSED
    old = {file.name: file.read_bytes() for file in own.iterdir() if file.is_file() and file.name.startswith(("s", "c", "i"))}
    sheets(published, PASSED, languages="zh", correct="Chinese alone")
    act(published, "sign", "li")
    for name, content in old.items():
        (own / name).write_bytes(content)
    assert "V28" in {fault.code for sheet in verify(published, recompute=False).sheets for fault in sheet.faults}


def test_other_languages_and_empty_reasons_are_refused_for_signed_sheets(published):
    with pytest.raises(SignoffError) as raised:
        sheets(published, PASSED, languages="en")
    assert codes(raised) == ["H15"]
    with pytest.raises(EvaluationError) as raised:
        sheets(published, PASSED, correct="  ")
    assert codes(raised) == ["H16"]


def test_a_form_that_is_lost_is_made_again_and_is_the_one_that_was_signed(published):
    own = published / "results" / PASSED
    before = (own / "sheet.pdf").read_bytes()
    (own / "sheet.pdf").unlink()
    sheets(published, PASSED)
    assert (own / "sheet.pdf").read_bytes() == before


@pytest.mark.parametrize("name", ["sheet.pdf", "sheet.xlsx"])
def test_a_form_that_was_changed_is_made_again_as_verify_says(published, name):
    own = published / "results" / PASSED
    before = (own / name).read_bytes()
    (own / name).write_bytes(before + b"\n")
    found = verify(own, recompute=False).sheets[0]
    assert "V17" in {fault.code for fault in found.faults}
    assert {"evaluator", "reviewer"} <= set(found.holds)           # it is the form that does not hold, no signature
    sheets(published, PASSED)
    assert (own / name).read_bytes() == before
    assert verify(own, recompute=False).ok


@pytest.mark.parametrize("written", [(), ("sheet.pdf",), ("sheet.pdf", "sheet.xlsx")])
@pytest.mark.parametrize("goes_on", [True, False])
def test_a_correction_that_was_stopped_goes_on_or_is_given_up(published, monkeypatch, written, goes_on):
    """Stopped where sheet.json was taken away, and some forms are those of the new version already."""
    own = published / "results" / PASSED
    before = {file.name: file.read_bytes() for file in own.iterdir() if file.is_file()}

    class StoppedError(Exception):
        pass

    def stopped(folder, content):
        (folder / "sheet.json").unlink()
        for name in written:
            (folder / name).write_bytes(b"of the next version")
        raise StoppedError

    with monkeypatch.context() as patched:
        patched.setattr("evaluation.verbs.sheets.write_sheet", stopped)
        with pytest.raises(StoppedError):
            sheets(published, PASSED, languages="en", correct="English alone")
    assert not (own / "sheet.json").exists()
    if goes_on:
        sheets(published, PASSED, languages="en", correct="English alone")
        assert read_sheet((own / "sheet.json").read_bytes()).version == 2
        kept = {file.name: file.read_bytes() for file in (own / "superseded" / "1").iterdir()}
        assert kept == {name: content for name, content in before.items() if name != "score.json"}
        act(published, "sign", "li")
        act(published, "countersign", "wang")
    else:
        sheets(published, PASSED)
        assert {file.name: file.read_bytes() for file in own.iterdir() if file.is_file()} == before
    assert verify(own, recompute=False).ok


def test_an_office_copy_that_is_lost_is_signed_again_to_the_byte(published):
    own = published / "results" / PASSED
    file = own / "sheet.signed.pdf"
    before = file.read_bytes()
    for broken in (None, before + b"x", b"", (own / "sheet.pdf").read_bytes()):
        file.unlink()
        if broken is not None:
            file.write_bytes(broken)
        with pytest.raises(SignoffError) as raised:           # the evaluator first
            act(published, "countersign", "wang", office=True)
        assert codes(raised) == ["H01"]
        act(published, "sign", "li", office=True)
        found = verify(own, recompute=False)
        assert [fault.code for fault in found.sheets[0].faults] == ["V42"]
        act(published, "countersign", "wang", office=True)
        assert file.read_bytes() == before
    with pytest.raises(SignoffError) as raised:               # whole again: nothing is left to do
        act(published, "countersign", "wang", office=True)
    assert codes(raised) == ["H01"]
    assert verify(own, recompute=False).ok


def test_where_no_ledger_is_at_hand_it_is_said(published):
    assert not verify(published, recompute=False).notes
    (published / "evaluation.db").unlink()
    assert not verify(published, recompute=False).notes            # its text was given out
    (published / "results" / "ledger.jsonl").unlink()
    found = verify(published, recompute=False)
    assert [note.code for note in found.notes] == ["V39"]
    assert found.ok


def test_a_signature_acknowledged_but_not_written_comes_back(published):
    own = published / "results" / PASSED
    before = (own / "countersignature.json").read_bytes()
    (own / "countersignature.json").unlink()
    act(published, "countersign", "wang", community=None)
    assert (own / "countersignature.json").read_bytes() == before


def test_who_may_not_sign_is_told_before_anything_is_written(round_):
    sheets(round_, PASSED)
    for action, key, code in (("sign", "wang", "V10"), ("countersign", "li", "V10")):
        with pytest.raises(SignoffError) as raised:
            act(round_, action, key)
        assert codes(raised) == [code]
    with pytest.raises(SignoffError) as raised:
        act(round_, "sign", "li", at="2027-01-01T00:00:00Z")
    assert codes(raised) == ["V11"]
    assert not (round_ / "results" / PASSED / "signature.json").exists()


def test_what_was_changed_after_signing_is_not_countersigned(round_):
    sheets(round_, PASSED)
    act(round_, "sign", "li")
    own = round_ / "results" / PASSED
    (own / "sheet.pdf").write_bytes((own / "sheet.pdf").read_bytes() + b"\n")
    with pytest.raises(SignoffError) as raised:
        act(round_, "countersign", "wang")
    assert codes(raised) == ["V17"]


def test_a_sheet_moved_to_another_community_is_not_signed(round_):
    sheets(round_, PASSED)
    (round_ / "results" / PASSED).rename(round_ / "results" / "c01")
    with pytest.raises(SignoffError) as raised:
        act(round_, "sign", "li", community="c01")
    assert codes(raised) == ["V14"]


def test_faults_of_many_are_told_together_and_the_others_signed(round_):
    sheets(round_, None, every=True)
    for community in ("c03", "c07"):
        (round_ / "results" / community / "sheet.json").write_bytes(b"{}")
    with pytest.raises(SignoffError) as raised:
        act(round_, "sign", "li", community=None)
    assert len(raised.value.problems) == 2
    assert len(list(round_.glob("results/*/signature.json"))) == 22


def test_what_is_given_out_is_for_machines_too(published):
    results = published / "results"
    told = json.loads((results / "results.json").read_text(encoding="utf-8"))
    schema = json.loads((results / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(told, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "results": [{**told["results"][0], "total": "91"}]}, schema)
    raw = (results / "results.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(results / "results.csv", encoding="utf-8-sig")
    package = json.loads((results / "datapackage.json").read_text(encoding="utf-8"))
    resource, = package["resources"]
    assert [field["name"] for field in resource["schema"]["fields"]] == list(table.columns)
    assert list(table["community"]) == [result["community"] for result in told["results"]]
    assert list(table["total"]) == [result["total"] for result in told["results"]]
    for result in told["results"]:
        own = read_sheet((results / result["community"] / "sheet.json").read_bytes())
        assert result["total"] == own.total.earned / 100
        assert own.decision.verdict == "pass"
    held = [path.parent.name for path in results.glob("*/inclusion.json")]
    assert sorted(held) == [result["community"] for result in told["results"]]


def test_publishing_again_needs_something_new_and_holds_all(published):
    with pytest.raises(SignoffError) as raised:
        give_out(published)
    assert codes(raised) == ["H08"]
    results = published / "results"
    first = json.loads((results / "results.json").read_text(encoding="utf-8"))
    sheets(published, PASSED, languages="en", correct="English alone")
    act(published, "sign", "li")
    act(published, "countersign", "wang")
    give_out(published)
    second = json.loads((results / "results.json").read_text(encoding="utf-8"))
    assert second["publication"] == 2
    assert [result["community"] for result in second["results"]] == [result["community"] for result in first["results"]]
    assert verify(published, recompute=False).ok


def test_a_publication_that_was_stopped_is_finished_or_forgotten(published, monkeypatch):
    """Stopped before the ledger knew it: as if it had not been. Stopped after that: the next run puts it in its place."""
    sheets(published, PASSED, languages="en", correct="English alone")
    act(published, "sign", "li")
    act(published, "countersign", "wang")
    results, old = published / "results", (published / "results" / "publication.json").read_bytes()

    class StoppedError(Exception):
        pass

    def stopped(*_):
        raise StoppedError

    with monkeypatch.context() as patched:
        patched.setattr("evaluation.signoff.ledger.Ledger.act", stopped)
        with pytest.raises(StoppedError):
            give_out(published)
    assert list(results.glob(".publication.*"))
    assert (results / "publication.json").read_bytes() == old
    with monkeypatch.context() as patched:
        calls = iter([publishing._finish])
        patched.setattr("evaluation.verbs.publishing._finish", lambda *given: next(calls, stopped)(*given))
        with pytest.raises(StoppedError):
            give_out(published)
    assert (results / "publication.json").read_bytes() == old
    with pytest.raises(SignoffError) as raised:
        give_out(published)
    assert codes(raised) == ["H08"]
    assert (results / "publication.json").read_bytes() != old
    assert not list(results.glob(".publication.*"))
    assert verify(published, recompute=False).ok


def test_of_two_chiefs_at_once_one_gives_out_and_the_other_is_told(published, monkeypatch):
    """A second process publishes the same sheets while the first has all prepared and is about to write it into the ledger."""
    sheets(published, PASSED, languages="en", correct="English alone")
    act(published, "sign", "li")
    act(published, "countersign", "wang")
    write = Ledger.act
    key = published.parent / "keys" / "chen"

    def slow(ledger, done):
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "act", write)
            other = evaluation("publish", "--round", published, "--key", key, "--passphrase-fd", "FD", "--lang", "en")
            assert other.returncode == 0, other.stderr
        write(ledger, done)

    monkeypatch.setattr(Ledger, "act", slow)
    with pytest.raises(SignoffError) as raised:
        give_out(published, at="2026-12-30T09:00:00Z")
    assert codes(raised) == ["H01"]
    assert json.loads((published / "results" / "results.json").read_text(encoding="utf-8"))["publication"] == 2
    assert verify(published, recompute=False).ok


def test_who_is_no_chief_is_told_before_the_sheets_are_read(published, monkeypatch):
    monkeypatch.setattr(publishing, "_reading", None)
    with pytest.raises(SignoffError) as raised:
        with_passphrase(verbs.publish_round, published, published.parent / "keys" / "li", lang="en", clock=clock_at())
    assert codes(raised) == ["V10"]


def test_the_register_of_stars_goes_on_from_the_round_before(round_):
    text = (round_ / "round.yaml").read_text(encoding="utf-8")
    (round_ / "round.yaml").write_text(text + "stars: {held: held.csv, on: 2026-11-23, years: 3}\n", encoding="utf-8")
    held = "community,level,until\nc20,star3,2027-06-30\nc01,star4,2027-06-30\nc24,star3,2020-06-30\n"
    (round_ / "held.csv").write_text(held, encoding="utf-8")
    sheets(round_, None, every=True)
    act(round_, "sign", "li", community=None)
    act(round_, "countersign", "wang", community=None)
    give_out(round_)
    results = round_ / "results"
    register = pd.read_csv(results / "register.csv", encoding="utf-8-sig", keep_default_na=False).set_index("community")
    assert register.loc["c20", "event"] in ("upgraded", "renewed")
    assert register.loc["c01", "event"] == "lapsed"            # it failed
    lasting = pd.read_csv(results / "stars.csv", encoding="utf-8-sig", keep_default_na=False).set_index("community")
    assert lasting.loc["c20", "until"] == "2029-11-23"
    assert "c01" not in lasting.index
    page = (results / "bulletin.html").read_text(encoding="utf-8")
    assert "2029-11-23" in page
    given = (results / "stars.csv").read_bytes()
    (results / "stars.csv").write_bytes(given.replace(b"2029", b"2039"))
    faults = verify(round_, recompute=False).faults
    assert [(fault.code, Path(str(fault.file)).name) for fault in faults] == [("V31", "stars.csv")]
    (round_ / "held.csv").write_bytes(given)     # the next round reads it
    (round_ / "results").rename(round_ / "before")
    (round_ / "evaluation.db").unlink()
    sheets(round_, "c01")


def test_rubbish_in_place_of_files_is_told(published):
    own = published / "results" / PASSED
    for name in ("sheet.json", "signature.json", "countersignature.json", "inclusion.json", "sheet.signed.pdf"):
        before = (own / name).read_bytes()
        for rubbish in (b"", b"\x00" * 100, b"[]", b"null", b'"a"', b'{"signatures":[]}', before[:-40], b"\xff\xfe" + before):
            (own / name).write_bytes(rubbish)
            found = verify(own, recompute=False)
            assert not found.ok, (name, rubbish[:20])
        (own / name).write_bytes(before)
    for name in ("publication.json", "ledger.jsonl"):
        file = published / "results" / name
        before = file.read_bytes()
        for rubbish in (b"\x00", b"[]\n", b"{}\n", before[:-9]):
            file.write_bytes(rubbish)
            assert not verify(published, recompute=False).ok, (name, rubbish[:20])
        file.write_bytes(before)
    assert verify(published, recompute=False).ok


def test_what_was_sent_is_verified_where_nothing_may_be_written(published, monkeypatch):
    def here():
        return {path: path.stat().st_mtime_ns for path in published.rglob("*")
                if path.is_file()}
    before = here()
    monkeypatch.setattr("os.access", lambda *_: False)           # as on a disc that is read-only; root may write all the same
    assert verify(published, recompute=False).ok
    assert here() == before


def test_the_path_of_a_sheet_may_be_relative(published, monkeypatch):
    monkeypatch.chdir(published / "results" / PASSED)
    assert verify(Path("sheet.json")).ok
