"""What a signed PDF says of itself, and what is wrong with it. Readers that say "Signature is Valid" look at less."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto.cms import ContentInfo
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from evaluation.signoff.office import FIELDS

END = (b"%%EOF", b"%%EOF\n")
DIGESTS = ("sha256", "sha384", "sha512")


@dataclass(frozen=True)
class Signed:
    """Who signed a field: public key of 32 bytes, the certificate's name, the time that the signer states."""

    field: str
    public_key: bytes
    name: str
    at: datetime | None


def check_office(pdf: bytes, original: bytes) -> tuple[list[Signed], list[str]]:
    """Who signed, in order, and what is wrong, nothing where all holds: unreadable, other_original, field_missing, broken,
    not_covered, changed, weak. original: what the PDF was before it was signed. Whose keys count is not asked here.
    """
    faults = [] if pdf.startswith(original) and original.endswith(END) else ["other_original"]
    logger = logging.getLogger("pyhanko")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)      # what it finds is told by us
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        embedded = list(reader.embedded_signatures)
        found = [_signed(one) for one in embedded]
        faults += _faults(pdf, reader, embedded)
    except Exception:      # whatever a file that is no PDF of ours does to a parser
        return [], [*faults, "unreadable"]
    finally:
        logger.setLevel(level)
    if "not_covered" in faults:       # then all that can be said is that something came later
        faults = [fault for fault in faults if fault != "changed"]
    return found, list(dict.fromkeys(faults))


def _signed(one: EmbeddedPdfSignature) -> Signed:
    certificate = load_der_x509_certificate(one.signer_cert.dump())
    key = certificate.public_key()
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw) if isinstance(key, Ed25519PublicKey) else b""
    return Signed(one.field_name, raw, str(one.signer_cert.subject.native.get("common_name", "")), one.self_reported_timestamp)


def _own(one: EmbeddedPdfSignature) -> bool:
    """Whether the certificate is signed by its own key, and stands there alone and as it was made."""
    certificate = load_der_x509_certificate(one.signer_cert.dump())
    plain = certificate.public_bytes(Encoding.DER)
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    told, signer = one.signed_data, one.signer_info
    named = signer["sid"].chosen["issuer"].dump() == one.signer_cert.issuer.dump()
    digests = [algorithm.dump() for algorithm in told["digest_algorithms"]] == [signer["digest_algorithm"].dump()]
    return named and digests and len(told["certificates"]) == 1 and plain in one.pkcs7_content


def _faults(pdf: bytes, reader: PdfFileReader, embedded: list[Any]) -> list[str]:
    """Faults of a PDF that can be read."""
    faults = [] if [one.field_name for one in embedded] == list(FIELDS) else ["field_missing"]
    if [one.field_name for one in embedded] not in ([FIELDS[0]], list(FIELDS)):
        return faults
    for number, one in enumerate(embedded):
        if _signed(one).public_key == b"" or one.md_algorithm not in DIGESTS:
            faults.append("weak")
            continue
        trusted = ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(one, signer_validation_context=trusted)
        if not (status.intact and status.valid and _own(one)):
            faults.append("broken")
        begin, first, second, length = (int(part) for part in one.byte_range)
        written, told = pdf[first:second], ContentInfo.load(one.pkcs7_content).dump(force=True)
        if written != b"<" + told.hex().upper().encode().ljust(len(written) - 2, b"0") + b">":
            faults.append("broken")          # something else is hidden where the signature stands
        last = number == len(embedded) - 1
        if begin != 0 or (last and (second + length != len(pdf) or status.coverage != SignatureCoverageLevel.ENTIRE_FILE)):
            faults.append("not_covered")
        if not last and (status.docmdp_ok is False or not status.bottom_line):
            faults.append("changed")
    if reader.xrefs.total_revisions != 2 + len(embedded):
        faults.append("changed")         # there is the PDF as it was made, with fields, and one update for each signature
    return faults
