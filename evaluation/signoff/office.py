"""Signatures inside the PDF, for the office: two fields, PAdES, Ed25519, each an incremental update."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evaluation.signoff.envelope import key_text
from evaluation.signoff.stamp import PageContent
from evaluation.signoff.typesetting import typeset

FIELDS = ("evaluator", "reviewer")
ROOM = 8192              # bytes for a signature; one takes about 1,000
BEGIN, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
Box = tuple[float, float, float, float]


class _Update(IncrementalPdfFileWriter):
    """An update of a PDF without the clock and chance: its id is made of what it updates."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__(io.BytesIO(pdf))
        self._document_id[1] = ByteStringObject(hashlib.sha256(pdf).digest()[:16])

    def _update_meta(self) -> None:
        """Nothing says when it was written: the signature does."""


class _Signer(signers.PdfSigner):
    """Signs at a time that is given."""

    def __init__(self, meta: signers.PdfSignatureMetadata, signer: signers.Signer, style: StaticStampStyle,
                 at: datetime) -> None:
        super().__init__(meta, signer, stamp_style=style)
        self._at = at

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        """A session whose time is that time."""
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._at
        return session


def with_fields(pdf: bytes, places: Mapping[str, tuple[int, Box]]) -> bytes:
    """The PDF with empty fields for signatures: field -> page from 0, and box in points from the lower left."""
    writer = _Update(pdf)
    for name in FIELDS:
        page, (x1, y1, x2, y2) = places[name]
        box = (round(x1), round(y1), round(x2), round(y2))
        fields.append_signature_field(writer, fields.SigFieldSpec(name, on_page=page, box=box))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def sign_pdf(pdf: bytes, field: str, key: Ed25519PrivateKey, name: str, at: datetime, reason: str) -> bytes:
    """The PDF with one field signed, and a stamp in it that shows name, time and the beginning of the key. The same arguments,
    the same signature; its certificate is made of the key and says nothing more.
    """
    certificate = certificate_of(key, name)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    info = asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    signer = signers.SimpleSigner(certificate, info, SimpleCertificateStore())
    reader = PdfFileReader(io.BytesIO(pdf))
    box = next(told[2].get_object()["/Rect"] for told in fields.enumerate_sig_fields(reader) if told[0] == field)
    size = (float(box[2] - box[0]), float(box[3] - box[1]))
    stamp = typeset("stamp.typ", {"width": size[0], "height": size[1], "name": name, "reason": reason,
                                  "at": at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"), "key": key_text(public)},
                    tagged=False)
    meta = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha512", subfilter=fields.SigSeedSubFilter.PADES, name=name, reason=reason)
    style = StaticStampStyle(background=PageContent(stamp), border_width=0)
    made = _Signer(meta, signer, style, at).sign_pdf(_Update(pdf), bytes_reserved=ROOM)
    return bytes(made.getvalue())


def certificate_of(key: Ed25519PrivateKey, name: str) -> asn1_x509.Certificate:
    """A certificate that the key signs for itself; the same key and name give the same bytes."""
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    serial = int.from_bytes(hashlib.sha256(raw).digest()[:19], "big") or 1
    usage = x509.KeyUsage(True, True, *[False] * 7)     # signatures, and nobody can say they were not meant
    builder = x509.CertificateBuilder(own, own, key.public_key(), serial, BEGIN, END)
    builder = builder.add_extension(usage, critical=True)
    return asn1_x509.Certificate.load(builder.sign(key, None).public_bytes(Encoding.DER))
