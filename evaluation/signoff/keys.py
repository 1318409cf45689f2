"""Keys of those who sign: made, kept encrypted in a file, opened with a passphrase. Any other signer needs `Signer` alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from evaluation.core.errors import SignoffError, problem
from evaluation.core.files import write_text
from evaluation.signoff.envelope import key_bytes, key_text

SHORTEST = 12        # characters of a passphrase
LONGEST_NAME = 100   # characters
ROUNDS = 64          # of bcrypt: half a second a guess


@dataclass(frozen=True)
class KeySigner:
    """Signs with a private key that is held in memory."""

    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self.private.sign(message)


def new_key(file: Path, name: str, passphrase: bytes) -> str:
    """Make a key; the private one goes encrypted (OpenSSH, bcrypt) into `file`, which nobody else may read, name and public key
    into `file` + ".pub". Returns the public key as text.

    SignoffError: one of the files is there already [H04], the passphrase is short [H10], the name is none [H18]. OSError: a
    file cannot be written; then none of the two is left.
    """
    public = file.with_name(file.name + ".pub")
    for there in (file, public):
        if there.exists():
            raise SignoffError(problem("H04", there))
    if len(passphrase.decode("utf-8", "replace")) < SHORTEST:
        raise SignoffError(problem("H10", shortest=SHORTEST))
    if not is_name(name):
        raise SignoffError(problem("H18", given=name, longest=LONGEST_NAME))
    private = Ed25519PrivateKey.generate()
    locked = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(ROUNDS).build(passphrase)
    content = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, locked)
    text = key_text(KeySigner(private).public_key)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=False)       # two at once: the second one is told by the system
    try:
        with file.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        write_text(public, f"{text} {name}\n")
    except BaseException:      # half a key is none
        file.unlink(missing_ok=True)
        raise
    return text


def is_name(text: str) -> bool:
    """Whether it can stand beside a signature: one line, printable, with no space around it."""
    return text.isprintable() and 0 < len(text) <= LONGEST_NAME and text == text.strip()


def open_key(file: Path, passphrase: bytes) -> KeySigner:
    """The key of a file. SignoffError [H03]: no key, or not this passphrase."""
    try:
        private = load_ssh_private_key(file.read_bytes(), passphrase)
    except OSError as error:
        raise SignoffError(problem("H03", file, reason=error.strerror)) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SignoffError(problem("H03", file, reason="passphrase, key")) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise SignoffError(problem("H03", file, reason="not Ed25519"))
    return KeySigner(private)


def read_public(file: Path) -> tuple[str, str]:
    """Name and public key of a .pub file. SignoffError: it cannot be read [H03], or is none [H17]."""
    try:
        key, _, name = file.read_text(encoding="utf-8").rstrip("\n").partition(" ")
        key_bytes(key)
    except OSError as error:
        raise SignoffError(problem("H03", file, reason=error.strerror)) from None
    except ValueError:
        raise SignoffError(problem("H17", file)) from None
    if not is_name(name):
        raise SignoffError(problem("H17", file))
    return name, key
