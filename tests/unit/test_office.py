"""The office copy: two signatures inside the PDF, and everything done to it afterwards found."""

import io
import random
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

from evaluation.signoff.office import sign_pdf, with_fields
from evaluation.signoff.office_check import check_office
from evaluation.signoff.pdf import signature_places
from evaluation.signoff.typesetting import typeset

FIRST, SECOND = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2))
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
NAMES = ("镕喆堃赟翀龘", "Wang Fang")


@cache
def original():
    empty = dict.fromkeys(("kicker", "note", "proof", "ledger", "scope", "software"), "")
    return typeset("bulletin.typ", {**empty, "title": "A", "columns": ["x"], "rows": [["81.97"]], "lang": "zh"})


@cache
def with_both():
    fields = with_fields(original(), signature_places())
    one = sign_pdf(fields, "evaluator", FIRST, NAMES[0], AT, "签署")
    return fields, one, sign_pdf(one, "reviewer", SECOND, NAMES[1], AT, "countersigned")


def faults(pdf, whose=None):
    return check_office(pdf, original() if whose is None else whose)[1]


def updated(pdf, text=b"q BT ET Q"):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=text)))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_both_signatures_hold_and_say_who():
    signers, found = check_office(with_both()[2], original())
    assert found == []
    assert [(one.field, one.name, one.at) for one in signers] == [("evaluator", NAMES[0], AT), ("reviewer", NAMES[1], AT)]
    assert [one.public_key for one in signers] == [key.public_key().public_bytes_raw() for key in (FIRST, SECOND)]


def test_the_same_keys_and_times_give_the_same_bytes():
    fields = with_fields(original(), signature_places())
    assert sign_pdf(fields, "evaluator", FIRST, NAMES[0], AT, "签署") == with_both()[1]


def test_names_can_be_read_in_the_stamps():
    reader = PdfReader(io.BytesIO(with_both()[2]))
    stamps = [field.get_object()["/AP"]["/N"] for field in reader.trailer["/Root"]["/AcroForm"]["/Fields"]]
    assert len(stamps) == 2
    inner = [stamp["/Resources"]["/XObject"]["/Stamp"] for stamp in stamps]
    assert all(b"BT" in one.get_data() for one in inner)
    assert all(font.get_object()["/BaseFont"].endswith("NotoSansSC-Regular") for one in inner
               for font in one["/Resources"]["/Font"].values())


@pytest.mark.parametrize(("make", "found"), [
    (lambda none, one, both: none, ["field_missing"]),
    (lambda none, one, both: one, ["field_missing"]),
    (lambda none, one, both: original(), ["field_missing"]),
    (lambda none, one, both: updated(both), ["not_covered"]),
    (lambda none, one, both: both + b"\n", ["not_covered"]),
    (lambda none, one, both: sign_pdf(updated(one), "reviewer", SECOND, "B", AT, ""), ["changed"]),
    (lambda none, one, both: sign_pdf(sign_pdf(none, "reviewer", SECOND, "B", AT, ""), "evaluator", FIRST, "A", AT, ""),
     ["field_missing"]),
    (lambda none, one, both: b"", ["other_original", "unreadable"]),
    (lambda none, one, both: b"%PDF-1.7 nothing", ["other_original", "unreadable"]),
])
def test_what_is_wrong_is_named(make, found):
    assert faults(make(*with_both())) == found


def test_another_original_is_told():
    assert faults(with_both()[2], original()[:-9]) == ["other_original"]
    assert faults(with_both()[2], with_both()[0]) == []


def test_an_edited_text_is_told_and_so_is_every_flipped_byte():
    both = with_both()[2]
    chance = random.Random(1)
    for _ in range(80):
        at = chance.randrange(len(both))
        changed = bytearray(both)
        changed[at] ^= 1 << chance.randrange(8)
        assert faults(bytes(changed)), at


def test_every_shortened_file_is_told():
    both = with_both()[2]
    for cut in range(len(original()), len(both), 997):
        assert faults(both[:cut]), cut


def test_what_is_hidden_in_the_room_of_a_signature_is_told():
    both = with_both()[2]
    at = both.rindex(b"0" * 100)
    assert faults(both[:at] + b"4869" + both[at + 4:]) == ["broken"]
    end = both.rindex(b"A0", 0, at)
    assert faults(both[:end] + b"a0" + both[end + 2:]) == ["broken"]
