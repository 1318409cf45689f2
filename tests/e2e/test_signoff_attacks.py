"""Every attack on a signed sheet is refused, each with a message of its own."""

import io
import json
import shutil
import sqlite3
from dataclasses import replace

import pytest
from conftest import PASSPHRASE, clock_at
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

from evaluation import verbs
from evaluation.core.errors import SignoffError
from evaluation.signoff import countersign, sign, verify
from evaluation.signoff.canonical import dumps, loads
from evaluation.signoff.chain import hash_of, imported
from evaluation.signoff.envelope import Envelope, key_text, read_envelope, sealed
from evaluation.signoff.keys import KeySigner, open_key
from evaluation.signoff.sheet import read_sheet
from evaluation.signoff.trust import Trust, read_trust

AT = clock_at("2026-11-23T09:00:00Z")()
OUTSIDER = KeySigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def codes(path, **options):
    found = verify(path, recompute=options.pop("recompute", False), **options)
    return sorted({fault.code for sheet in found.sheets for fault in sheet.faults} | {fault.code for fault in found.faults})


def files(signed, name="c20"):
    return signed / "results" / name


@pytest.fixture(scope="session")
def signers(signed_round):
    keys = signed_round.parent / "keys"
    return {name: open_key(keys / name, PASSPHRASE.encode()) for name in ("li", "wang", "chen")}


def alone(signed, tmp_path, *names):
    """The files of c20 alone, as they are sent to another office: no ledger, no inputs."""
    away = tmp_path / "away" / "c20"
    away.mkdir(parents=True, exist_ok=True)
    for name in names or ("sheet.json", "signature.json", "countersignature.json"):
        shutil.copy(files(signed) / name, away)
    return away


def trust_of(signed):
    return signed / "round.yaml"


def edited(content, change):
    told = json.loads(content)
    change(told)
    return dumps(told)


def raise_total(told):
    told["total"]["earned"] += 500


def test_what_nobody_touched_holds(signed):
    found = verify(signed)
    assert found.ok
    assert {sheet.state for sheet in found.sheets} == {"countersigned", "published"}
    c20 = next(sheet for sheet in found.sheets if sheet.folder.endswith("c20"))
    assert set(c20.holds) == {"sheet", "forms", "evaluator", "reviewer", "office", "publication", "ledger", "figures"}


def test_an_edited_sheet(signed, tmp_path):
    away = alone(signed, tmp_path)
    (away / "sheet.json").write_bytes(edited((away / "sheet.json").read_bytes(), raise_total))
    assert codes(away, trust=trust_of(signed)) == ["V07"]


def test_an_edited_total_hashed_anew(signed, tmp_path):
    """Sheet and digests changed together: the signature is not on them."""
    away = alone(signed, tmp_path)
    sheet = read_sheet(edited((away / "sheet.json").read_bytes(), raise_total))
    (away / "sheet.json").write_bytes(sheet.content())
    envelope = read_envelope((away / "signature.json").read_bytes())
    payload = loads(envelope.payload)
    for subject in payload["subject"]:
        subject["digest"]["sha256"] = sheet.sha256 if subject["name"] == "sheet.json" else subject["digest"]["sha256"]
    (away / "signature.json").write_bytes(replace(envelope, payload=dumps(payload)).content())
    assert codes(away, trust=trust_of(signed)) == ["V08"]


def test_an_outsiders_key(signed, tmp_path):
    away = alone(signed, tmp_path, "sheet.json")
    listed = read_trust(trust_of(signed))
    own = listed.entries[0].model_copy(update={"key": key_text(OUTSIDER.public_key), "name": "X"})
    envelope = sign((away / "sheet.json").read_bytes(), OUTSIDER, AT, Trust((own,)))
    (away / "signature.json").write_bytes(envelope.content())
    assert codes(away, trust=trust_of(signed), at_least="signed") == ["V09"]
    with pytest.raises(SignoffError, match="V09"):
        sign((away / "sheet.json").read_bytes(), OUTSIDER, AT, listed)


def test_an_outsiders_key_under_a_trusted_name(signed, tmp_path):
    away = alone(signed, tmp_path, "sheet.json")
    own = read_trust(trust_of(signed)).entries[0]
    faked = Trust((own.model_copy(update={"key": key_text(OUTSIDER.public_key)}),))
    (away / "signature.json").write_bytes(sign((away / "sheet.json").read_bytes(), OUTSIDER, AT, faked).content())
    assert codes(away, trust=trust_of(signed), at_least="signed") == ["V09"]


def test_an_expired_key(signed, tmp_path, signers):
    away = alone(signed, tmp_path, "sheet.json")
    late = clock_at("2027-01-01T00:00:00Z")()
    with pytest.raises(SignoffError, match="V11"):
        sign((away / "sheet.json").read_bytes(), signers["li"], late, read_trust(trust_of(signed)))
    text = trust_of(signed).read_text(encoding="utf-8")
    trust_of(signed).write_text(text.replace("until: 2026-12-31", "until: 2026-11-22", 1), encoding="utf-8")
    assert codes(alone(signed, tmp_path), trust=trust_of(signed)) == ["V11"]


def test_a_key_in_another_role(signed, tmp_path, signers):
    with pytest.raises(SignoffError, match="V10"):
        sign((files(signed) / "sheet.json").read_bytes(), signers["wang"], AT, read_trust(trust_of(signed)))


@pytest.mark.parametrize("same_key", [True, False])
def test_evaluator_and_reviewer_are_one(signed, tmp_path, signers, same_key):
    """By one key in both roles, or by two keys of one person."""
    away = alone(signed, tmp_path, "sheet.json", "signature.json")
    listed = read_trust(trust_of(signed)).entries
    key = listed[0].key if same_key else key_text(OUTSIDER.public_key)
    both = Trust((*listed, listed[0].model_copy(update={"role": "reviewer", "key": key})))
    signer = signers["li"] if same_key else OUTSIDER
    sheet, envelope = ((away / name).read_bytes() for name in ("sheet.json", "signature.json"))
    with pytest.raises(SignoffError, match="V12"):
        countersign(sheet, envelope, signer, AT, both)
    other = Trust((*listed, listed[0].model_copy(update={"role": "reviewer", "key": key, "name": "B"})))
    if not same_key:
        made = countersign(sheet, envelope, signer, AT, other)
        forged = loads(made.payload)
        forged["predicate"]["name"] = listed[0].name
        (away / "countersignature.json").write_bytes(sealed(made.payload_type, dumps(forged), signer).content())
        assert codes(away, trust=both) == ["V12"]


def test_an_envelope_exchanged_after_approval(signed, tmp_path, signers):
    """The evaluator signs the same sheet again after the review."""
    away = alone(signed, tmp_path)
    later, listed = clock_at("2026-11-23T08:00:30Z")(), read_trust(trust_of(signed))
    again = sign((away / "sheet.json").read_bytes(), signers["li"], later, listed)
    (away / "signature.json").write_bytes(again.content())
    assert codes(away, trust=trust_of(signed)) == ["V13"]


@pytest.mark.parametrize("where", ["community", "round"])
def test_signatures_replayed_elsewhere(signed, tmp_path, where):
    away = alone(signed, tmp_path)
    other = {"community": "c21", "round": "spring-2027"}[where]
    sheet = read_sheet((away / "sheet.json").read_bytes()).model_copy(update={where: other})
    (away / "sheet.json").write_bytes(sheet.content())
    assert codes(away, trust=trust_of(signed)) == ["V14"]


@pytest.mark.parametrize("sent", [True, False])
def test_the_whole_folder_of_another_community_in_its_place(signed, tmp_path, capsys, sent):
    """Signed, reviewed and published in good order; only it is not the sheet of the community whose folder it lies in."""
    shutil.rmtree(files(signed, "c05"))
    shutil.copytree(files(signed, "c20"), files(signed, "c05"))
    place = signed
    if sent:
        place = tmp_path / "sent"
        shutil.copytree(files(signed, "c05"), place / "c05")
    assert "V29" in codes(place, trust=trust_of(signed))
    with pytest.raises(SignoffError, match="V29"):
        verbs.verify_sheets(place, None, None, False, trust_of(signed), "signed", False, "en")
    assert "c05" not in capsys.readouterr().out.replace("c05/", "")       # the line says whose sheet it is


def test_a_review_that_was_dropped(signed, tmp_path):
    away = alone(signed, tmp_path, "sheet.json", "signature.json")
    assert codes(away, trust=trust_of(signed)) == ["V15"]
    assert codes(alone(signed, tmp_path / "b", "sheet.json"), trust=trust_of(signed)) == ["V16"]


def test_rolled_back_to_the_evaluators_signature_alone(signed):
    """No proof of inclusion, no countersignature: nothing in the files betrays it, the ledger does."""
    for name in ("countersignature.json", "inclusion.json", "sheet.signed.pdf"):
        (files(signed) / name).unlink()
    assert "V21" in codes(files(signed), at_least="signed")
    (signed / "evaluation.db").unlink()
    assert "V21" in codes(files(signed), at_least="signed")


def test_one_kind_of_signature_for_another(signed, tmp_path):
    away = alone(signed, tmp_path)
    shutil.copy(away / "signature.json", away / "countersignature.json")
    assert codes(away, trust=trust_of(signed)) == ["V06"]
    shutil.copy(files(signed) / "countersignature.json", away / "signature.json")
    assert "V06" in codes(away, trust=trust_of(signed))


def test_the_same_payload_under_another_type(signed, tmp_path, signers):
    away = alone(signed, tmp_path)
    envelope = read_envelope((away / "signature.json").read_bytes())
    wrong = sealed("application/vnd.evaluation.countersignature+json", envelope.payload, signers["li"])
    (away / "countersignature.json").write_bytes(wrong.content())
    assert codes(away, trust=trust_of(signed)) == ["V06"]


def test_a_number_as_text_and_a_key_that_is_not_known(signed, tmp_path):
    away = alone(signed, tmp_path)
    content = (away / "sheet.json").read_bytes()
    for changed in (edited(content, lambda told: told.update(version="1")), edited(content, lambda told: told.update(more=1)),
                    edited(content, lambda told: told.update(version=True)), dumps([1])):
        (away / "sheet.json").write_bytes(changed)
        assert codes(away, trust=trust_of(signed)) == ["V05"]


@pytest.mark.parametrize(("change", "code"), [
    (lambda content: content.replace(b'"version":1', b'"version":2,"version":1'), "V02"),
    (lambda content: content.replace(b'"version":1', b'"version":NaN'), "V03"),
    (lambda content: content.replace(b'"version":1', b'"version":1.0'), "V03"),
    (lambda content: content + b"\n", "V04"), (lambda content: b" " + content, "V04"), (lambda content: content[:-1], "V01"),
])
@pytest.mark.parametrize("name", ["sheet.json", "signature.json"])
def test_json_that_can_be_read_in_two_ways(signed, tmp_path, change, code, name):
    away = alone(signed, tmp_path)
    content = (away / name).read_bytes()
    if name == "signature.json":     # inside the payload, signed or not
        envelope = read_envelope(content)
        content = Envelope(envelope.payload_type, change(envelope.payload), envelope.key_id, envelope.signature).content()
    else:
        content = change(content)
    (away / name).write_bytes(content)
    assert codes(away, trust=trust_of(signed)) == [code]


def test_a_form_that_was_exchanged(signed):
    for name in ("sheet.pdf", "sheet.xlsx"):
        shutil.copy(files(signed, "c21") / name, files(signed) / name)
        found = verify(files(signed), recompute=False)
        assert {fault.code for sheet in found.sheets for fault in sheet.faults} >= {"V17"}


def test_an_overlay_appended_to_the_office_copy(signed):
    """An update after the last signature that draws another total: readers may still say that the signature is valid."""
    file = files(signed) / "sheet.signed.pdf"
    writer = IncrementalPdfFileWriter(io.BytesIO(file.read_bytes()))
    text = StreamObject(stream_data=b"q 1 g 60 640 120 60 re f BT /F1 36 Tf 0 g 70 650 Td (99.99) Tj ET Q")
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                             NameObject("/BaseFont"): NameObject("/Helvetica")})
    fonts = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer.add_object(font)})})
    writer.add_stream_to_page(0, writer.add_object(text), resources=fonts)
    with file.open("wb") as stream:
        writer.write(stream)
    assert "99.99" in PdfReader(file).pages[0].extract_text()
    assert codes(files(signed)) == ["V44"]


def test_a_proof_of_another_sheet_and_a_tree_that_was_changed(signed, tmp_path):
    names = ("sheet.json", "signature.json", "countersignature.json", "inclusion.json")
    away = alone(signed, tmp_path, *names)
    assert codes(away, trust=trust_of(signed), at_least="published") == []
    told = loads((away / "inclusion.json").read_bytes())
    (away / "inclusion.json").write_bytes(dumps({**told, "path": [told["path"][0][::-1], *told["path"][1:]]}))
    assert codes(away, trust=trust_of(signed)) == ["V23"]
    shutil.copy(files(signed, "c21") / "inclusion.json", away)
    assert codes(away, trust=trust_of(signed)) == ["V14"]
    (away / "inclusion.json").unlink()
    assert codes(away, trust=trust_of(signed), at_least="published") == ["V32"]


def test_a_bulletin_that_was_changed_and_a_sheet_that_is_gone(signed):
    page = signed / "results" / "bulletin.html"
    page.write_text(page.read_text(encoding="utf-8").replace("90.98", "99.98"), encoding="utf-8")
    assert codes(signed) == ["V31"]
    shutil.rmtree(files(signed))
    assert codes(signed) == ["V21", "V24", "V31"]


def test_a_bulletin_without_the_chiefs_signature(signed):
    """Without publication.json nothing said what had been given out, and any bulletin held."""
    (signed / "results" / "publication.json").unlink()
    assert codes(signed) == ["V48"]


@pytest.mark.parametrize("name", ["results/c20/sheet (1).json", "results/c20/from-mail.pdf", "results/c20/score.json"])
def test_a_file_that_is_not_checked_is_not_said_to_hold(signed, name):
    """The sheet beside it is all in order; it is not what was asked for."""
    if not (signed / name).is_file():
        (signed / name).write_text("{}", encoding="utf-8")
    with pytest.raises(SignoffError) as raised:
        verify(signed / name, recompute=False)
    assert [told.code for told in raised.value.problems] == ["V49"]


def test_all_sheets_but_one_are_gone(signed):
    """One that is left is no sheet by itself where the folder of all was asked for."""
    for own in (signed / "results").glob("*/sheet.json"):
        if own.parent != files(signed):
            shutil.rmtree(own.parent)
    assert codes(signed) == codes(signed / "results") == ["V21", "V24"]
    assert codes(files(signed)) == []


def without_triggers(signed, statement):
    connection = sqlite3.connect(signed / "evaluation.db")
    connection.executescript(f"DROP TRIGGER ledger_no_update; DROP TRIGGER ledger_no_delete; {statement};")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(("statement", "code"), [
    ("UPDATE ledger SET subject = hash WHERE number = 5", "V18"), ("DELETE FROM ledger WHERE number = 5", "V19"),
    ("UPDATE ledger SET at = '2026-01-01T00:00:00Z' WHERE number = 5", "V22"),
])
def test_a_row_of_the_ledger_edited_or_removed(signed, statement, code):
    without_triggers(signed, statement)
    assert code in codes(signed)


@pytest.mark.parametrize("with_ledger", [True, False])
@pytest.mark.parametrize(("change", "code"), [
    (lambda lines: [*lines[:4], lines[4].replace(b"2026", b"2025"), *lines[5:]], "V18"),
    (lambda lines: lines[:4] + lines[5:], "V19"),
    (lambda lines: lines[:-1], "V47"), (lambda lines: [], "V47"),
])
def test_the_ledgers_text_edited_or_cut(signed, change, code, with_ledger):
    """Told where the ledger itself is at hand and whole, as it is where there is the text alone."""
    text = signed / "results" / "ledger.jsonl"
    text.write_bytes(b"".join(change(text.read_bytes().splitlines(keepends=True))))
    if not with_ledger:
        (signed / "evaluation.db").unlink()
    assert code in codes(signed)


def test_a_ledger_without_its_last_entries(signed):
    """No head was printed after the publication, but sheets carry it."""
    without_triggers(signed, "DELETE FROM ledger WHERE event = 'published'")
    (signed / "results" / "ledger.jsonl").unlink()
    assert codes(signed) == codes(files(signed)) == ["V47"]


def test_a_ledger_hashed_anew_does_not_reach_the_published_head(signed):
    """Every row made anew, as if c20 had never been countersigned by this envelope: a whole chain, but another head."""
    previous, rows = "0" * 64, []
    for entry in imported((signed / "results" / "ledger.jsonl").read_bytes()):
        entry = replace(entry, at="2026-11-23T07:00:00Z", previous=previous)
        previous = hash_of(entry, entry.number, previous)
        rows.append((entry.at, entry.previous, previous, entry.number))
    without_triggers(signed, "SELECT 1")
    connection = sqlite3.connect(signed / "evaluation.db")
    for number, row in enumerate(reversed(rows)):     # `previous` is unique: last first, out of the way
        connection.execute("UPDATE ledger SET previous = ? WHERE number = ?", (f"x{number}", row[3]))
    connection.executemany("UPDATE ledger SET at = ?, previous = ?, hash = ? WHERE number = ?", rows)
    connection.commit()
    connection.close()
    found = codes(signed)
    assert "V20" in found
    assert not {"V18", "V19", "V22"} & set(found)


def test_figures_that_the_inputs_do_not_give(signed, signers):
    """All of it signed in good order, by the right people; only the figures are wrong."""
    sheet = read_sheet(edited((files(signed) / "sheet.json").read_bytes(), raise_total))
    (files(signed) / "sheet.json").write_bytes(sheet.content())
    listed = read_trust(trust_of(signed))
    first = sign(sheet, signers["li"], AT, listed)
    (files(signed) / "signature.json").write_bytes(first.content())
    (files(signed) / "countersignature.json").write_bytes(countersign(sheet, first, signers["wang"], AT, listed).content())
    for name in ("sheet.pdf", "sheet.xlsx", "sheet.signed.pdf", "inclusion.json"):
        (files(signed) / name).unlink()
    (signed / "evaluation.db").unlink()
    shutil.rmtree(signed / "results" / "c21")
    found = verify(files(signed))
    faults = [fault for one in found.sheets for fault in one.faults]
    assert [fault.code for fault in faults if fault.code.startswith("V2")][-1] == "V25"
    assert f"total.earned: {sheet.total.earned - 500} ≠ {sheet.total.earned}" in str(faults[-1])


def test_other_inputs_that_give_other_figures(signed):
    answers = signed / "answers" / "questionnaire.csv"
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if number == 0 or ",c20," not in line or number % 2]
    assert len(kept) < len(lines)
    answers.write_text("".join(kept), encoding="utf-8")
    found = verify(signed)
    wrong = {sheet.folder[-3:]: [fault.code for fault in sheet.faults] for sheet in found.sheets if sheet.faults}
    assert wrong["c20"] == ["V26"]
    assert set(map(tuple, wrong.values())) == {("V26",)}
    assert len(wrong) < 5           # those that borrow the round's spread, besides


@pytest.mark.parametrize("path", ["nowhere", "results", "round.yaml"])
def test_where_there_is_nothing_to_verify(tmp_path, path):
    (tmp_path / "results").mkdir()
    (tmp_path / "round.yaml").write_text("{", encoding="utf-8")
    with pytest.raises(SignoffError, match="V37"):
        verify(tmp_path / path)


def test_without_a_trust_list_nothing_is_believed(signed, tmp_path):
    with pytest.raises(SignoffError, match="V36"):
        verify(alone(signed, tmp_path))
