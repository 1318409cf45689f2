"""Where a passphrase comes from: a prompt, or an open file descriptor; never the command line or the environment."""

from __future__ import annotations

import getpass
import os
import sys

from evaluation.core.errors import SignoffError, problem

LONGEST = 4096


def passphrase(descriptor: int | None, lang: str, twice: bool = False) -> bytes:
    """The passphrase. SignoffError: none can be read [H11], typed twice it is not the same [H14]."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                given = stream.readline(LONGEST).rstrip(b"\r\n")
        except (OSError, ValueError, TypeError) as error:      # a number that no descriptor can have is no OSError
            raise SignoffError(problem("H11", reason=getattr(error, "strerror", None) or descriptor)) from None
        if not given:
            raise SignoffError(problem("H11", reason="empty"))
        return given
    if not sys.stdin.isatty():
        raise SignoffError(problem("H11", reason="no terminal"))
    given = getpass.getpass({"zh": "密钥口令：", "en": "Passphrase of the key: "}[lang]).encode()
    if twice and getpass.getpass({"zh": "再输入一次：", "en": "Once more: "}[lang]).encode() != given:
        raise SignoffError(problem("H14"))
    return given
