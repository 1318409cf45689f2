"""Keys and the trust list: made encrypted, opened with their passphrase alone, added to round.yaml line by line."""

import os
import stat

import pytest
from conftest import PASSPHRASE, PEOPLE, make_round, told_as, trusted_round, with_passphrase
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from evaluation import verbs
from evaluation.core.errors import EvaluationError, SignoffError
from evaluation.declare.signoff import without_signoff
from evaluation.signoff.keys import new_key, open_key, read_public
from evaluation.signoff.trust import read_trust
from evaluation.verbs.passphrases import passphrase

WORDS = PASSPHRASE.encode()


def codes(raised):
    return [told.code for told in raised.value.problems]


def test_a_key_is_kept_encrypted_and_opens_with_its_passphrase_alone(tmp_path):
    text = new_key(tmp_path / "keys" / "li", "李伟", WORDS)
    file = tmp_path / "keys" / "li"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_public(file.with_name("li.pub")) == ("李伟", text)
    signature = open_key(file, WORDS).sign(b"message")
    assert signature == open_key(file, WORDS).sign(b"message")
    for wrong in (b"", b"correct horse", WORDS + b" "):
        with pytest.raises(SignoffError) as raised:
            open_key(file, wrong)
        assert codes(raised) == ["H03"]
    assert not [left for left in file.parent.iterdir() if left.name not in ("li", "li.pub")]


def test_a_key_is_never_written_over_and_its_passphrase_is_not_short(tmp_path):
    new_key(tmp_path / "li", "Li", WORDS)
    before = (tmp_path / "li").read_bytes()
    with pytest.raises(SignoffError) as raised:
        new_key(tmp_path / "li", "Li", WORDS)
    assert codes(raised) == ["H04"]
    assert (tmp_path / "li").read_bytes() == before
    with pytest.raises(SignoffError) as raised:
        new_key(tmp_path / "wang", "Wang", b"short")
    assert codes(raised) == ["H10"]
    assert not (tmp_path / "wang").exists()


def test_what_is_no_key_of_ours_is_told(tmp_path):
    other = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(WORDS))
    for name, content in {"empty": b"", "text": b"hello", "rsa": other}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SignoffError) as raised:
            open_key(tmp_path / name, WORDS)
        assert codes(raised) == ["H03"]
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(SignoffError) as raised:
            open_key(missing, WORDS)
        assert codes(raised) == ["H03"]
    for content in ("", "ed25519:AAAA Li", "Li", "ed25519:" + "A" * 43 + "= ", "ed25519:" + "A" * 43 + "= Li\nWang", "\x00"):
        (tmp_path / "bad.pub").write_text(content, encoding="utf-8")
        with pytest.raises(SignoffError) as raised:
            read_public(tmp_path / "bad.pub")
        assert codes(raised) == ["H17"]
    with pytest.raises(SignoffError) as raised:
        read_public(tmp_path / "none.pub")
    assert codes(raised) == ["H03"]


@pytest.mark.parametrize("name", ["", " ", " Li", "Li\nWang", "Li\x1b[2J", "L" * 101])
def test_a_name_that_cannot_be_read_back_makes_no_key(tmp_path, name):
    with pytest.raises(SignoffError) as raised:
        new_key(tmp_path / "li", name, WORDS)
    assert codes(raised) == ["H18"]
    assert not list(tmp_path.iterdir())


def test_half_a_key_is_not_left(tmp_path, monkeypatch):
    """The disk is full when the public file is written: no private key that nobody can trust is left."""
    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr("evaluation.signoff.keys.write_text", full)
    with pytest.raises(OSError, match="No space left"):
        new_key(tmp_path / "li", "Li", WORDS)
    assert not list(tmp_path.iterdir())


def test_a_passphrase_comes_from_a_descriptor_or_a_terminal(monkeypatch):
    assert with_passphrase(lambda *, descriptor: passphrase(descriptor, "en")) == WORDS
    read, write = os.pipe()
    os.close(write)
    for descriptor in (read, 9_999, -1, 10**12):
        with pytest.raises(SignoffError) as raised:
            passphrase(descriptor, "en")
        assert codes(raised) == ["H11"]
    os.close(read)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(SignoffError) as raised:
        passphrase(None, "en")
    assert codes(raised) == ["H11"]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    typed = iter(["one long passphrase", "another one of them", "the same twice", "the same twice"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    with pytest.raises(SignoffError) as raised:
        passphrase(None, "en", twice=True)
    assert codes(raised) == ["H14"]
    assert passphrase(None, "zh", twice=True) == b"the same twice"


BLOCKS = {
    "none": "", "database alone": "signoff:\n  database: ledger.db\n",
    "not indented": "signoff:\n  trust:\n  - {name: A, role: chief, key: KEY, from: 2020-01-01, until: 2020-12-31}\n",
    "with more after it": "signoff:  # who may sign\n  trust:   # see the office\n"
                          "    - {name: A, role: chief, key: KEY, from: 2020-01-01, until: 2020-12-31}  # old\nseed: 3\n",
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_trusted_key_is_added_and_nothing_else_changes(tmp_path, block):
    folder = make_round(tmp_path / "round")
    before = (folder / "round.yaml").read_text(encoding="utf-8") + block.replace("KEY", '"ed25519:' + "A" * 43 + '="')
    (folder / "round.yaml").write_text(before, encoding="utf-8")
    trusted_round(folder)
    after = (folder / "round.yaml").read_text(encoding="utf-8")
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len([line for line in added if "ed25519" in line]) == 3
    assert [line for line in after.splitlines() if line not in added] == [line for line in before.splitlines() if line]
    names = [entry.name for entry in read_trust(folder / "round.yaml").entries]
    assert names[-3:] == [name for name, _ in PEOPLE.values()]
    assert not [told for told in told_as(folder) if told[0].startswith(("D", "L", "Y"))]


@pytest.mark.parametrize("block", ["signoff: {trust: []}\n", "signoff:\n  trust: []\n"])
def test_where_a_line_cannot_be_added_the_line_to_add_is_told(tmp_path, block):
    folder = make_round(tmp_path / "round")
    file = folder / "round.yaml"
    file.write_text(file.read_text(encoding="utf-8") + block, encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(SignoffError) as raised:
        trusted_round(folder)
    assert codes(raised) == ["H05"]
    assert "role: evaluator" in str(raised.value)
    assert file.read_bytes() == before


def test_wrong_roles_days_and_doubles_are_refused(tmp_path):
    folder = make_round(tmp_path / "round")
    keys = trusted_round(folder)
    before = (folder / "round.yaml").read_bytes()
    for role, since, until, code in (("director", "2026-01-01", "2026-12-31", "U10"), ("chief", "1.1.26", "2026-12-31", "D19"),
                                     ("chief", "2026-01-01", "2026-13-01", "D19"),
                                     ("chief", "20260101", "2026-12-31", "D19"), ("chief", "2026-01-01", "20261231", "D19"),
                                     ("chief", "2026-W01-4", "2026-12-31", "D19"), ("chief", "2027-01-01", "2026-12-31", "L27"),
                                     ("evaluator", "2026-06-01", "2027-12-31", "L29")):
        with pytest.raises(EvaluationError) as raised:
            verbs.trust_key(folder, keys / "li.pub", role, since, until)
        assert codes(raised) == [code]
    assert (folder / "round.yaml").read_bytes() == before


def test_trusting_a_key_changes_no_inputs_of_scores(tmp_path):
    folder = make_round(tmp_path / "round")
    before = without_signoff((folder / "round.yaml").read_bytes())
    trusted_round(folder)
    assert without_signoff((folder / "round.yaml").read_bytes()).rstrip() == before.rstrip()
