"""DSSE envelopes: a payload, its type, and one Ed25519 signature over both. Source: DSSE v1.0 (pre-authentication encoding)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evaluation.signoff.canonical import NotCanonicalError, dumps, loads, sha256

PREFIX = "ed25519:"


class Signer(Protocol):
    """Whoever can sign: a key of a file, or a token that never shows its key."""

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes."""


@dataclass(frozen=True)
class Envelope:
    """One signed payload. key_id: the public key as text, see `key_text`."""

    payload_type: str
    payload: bytes
    key_id: str
    signature: bytes

    def content(self) -> bytes:
        """The canonical bytes of the envelope's file."""
        return dumps({"payload": b64encode(self.payload).decode(), "payloadType": self.payload_type,
                      "signatures": [{"keyid": self.key_id, "sig": b64encode(self.signature).decode()}]})

    @property
    def sha256(self) -> str:
        """Of those bytes; what a countersignature is on."""
        return sha256(self.content())

    def holds(self) -> bool:
        """Whether the signature is that of the key named. Whose key it is, the trust list says."""
        try:
            Ed25519PublicKey.from_public_bytes(key_bytes(self.key_id)).verify(self.signature, _encoded(self))
        except (InvalidSignature, ValueError):
            return False
        return True


def sealed(payload_type: str, payload: bytes, signer: Signer) -> Envelope:
    """Sign a payload."""
    unsigned = Envelope(payload_type, payload, key_text(signer.public_key), b"")
    return Envelope(payload_type, payload, unsigned.key_id, signer.sign(_encoded(unsigned)))


def read_envelope(content: bytes) -> Envelope:
    """The envelope of a file. NotCanonicalError: not canonical JSON, other keys, not exactly one signature."""
    told = loads(content)
    try:
        signature, = told["signatures"]
        envelope = Envelope(told["payloadType"], _decoded(told["payload"]), signature["keyid"], _decoded(signature["sig"]))
        key_bytes(envelope.key_id)
        if envelope.content() != content:
            raise ValueError("other keys")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotCanonicalError("type", f"not an envelope with one signature: {error}"[:120]) from None
    return envelope


def key_text(public_key: bytes) -> str:
    """A public key as text: ed25519: and 43 letters of base64 and "="."""
    return PREFIX + b64encode(public_key).decode()


def key_bytes(text: str) -> bytes:
    """The key of its text. Raises ValueError for any other text."""
    raw = _decoded(text.removeprefix(PREFIX))
    if len(raw) != 32 or key_text(raw) != text:
        raise ValueError("not a key: ed25519: and 32 bytes in base64")
    return raw


def _decoded(text: str) -> bytes:
    return b64decode(text.encode("ascii"), validate=True)


def _encoded(envelope: Envelope) -> bytes:
    """Pre-authentication encoding."""
    kind = envelope.payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(envelope.payload), envelope.payload)
