"""Which language a column is of: codes where the header has one, or a name that is known; else the name itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType

CODE_AT_END = re.compile(r"(.*)[(\[]\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)\s*[)\]]")
COUNTRY = re.compile(r"[A-Z]{2}")
IN_BRACKETS = re.compile(r".*\((.+)\)")
CODE = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8})*")
HAN = re.compile(r"[\u3400-\u9fff]")
NOT_A_LANGUAGE = ("", "default")
CODES = MappingProxyType({
    "english": "en", "eng": "en", "anglais": "en", "inglés": "en", "englisch": "en", "英文": "en", "英语": "en",
    "chinese": "zh", "mandarin": "zh", "simplified chinese": "zh", "chinese simplified": "zh", "chinesisch": "zh", "chi": "zh",
    "zho": "zh", "中文": "zh", "汉语": "zh", "普通话": "zh", "简体中文": "zh", "中文简体": "zh",
    "german": "de", "deutsch": "de", "ger": "de", "deu": "de", "french": "fr", "français": "fr", "francais": "fr", "fra": "fr",
    "spanish": "es", "español": "es", "espanol": "es", "spa": "es", "portuguese": "pt", "português": "pt", "portugues": "pt",
    "russian": "ru", "русский": "ru", "arabic": "ar", "العربية": "ar", "swahili": "sw", "kiswahili": "sw", "hindi": "hi",
    "bahasa indonesia": "id", "indonesian": "id", "japanese": "ja", "日本語": "ja", "nepali": "ne", "bengali": "bn",
    "vietnamese": "vi", "italian": "it", "italiano": "it", "dutch": "nl", "nederlands": "nl", "turkish": "tr", "türkçe": "tr",
})  # fmt: skip


def language_codes(names: Iterable[str], exact: bool) -> dict[str, str]:
    """The code of every language by its name in the headers.

    Regions are left off (zh-CN is zh) unless two of the languages differ in nothing else. exact: codes are kept as written.
    """
    read = _own_code if exact else _code
    full = {name: read(name) for name in dict.fromkeys(names) if name.lower() not in NOT_A_LANGUAGE}
    if exact:
        return full
    short = {code: re.split("[-_]", code)[0].lower() if CODE.fullmatch(code) else code for code in full.values()}
    shared = Counter(short[code] for code in set(full.values()))
    return {name: short[code] if shared[short[code]] == 1 else code for name, code in full.items()}


def guessed_language(texts: Iterable[str]) -> str:
    """`zh` where half of the texts or more have Chinese characters, else `en`."""
    seen = [bool(HAN.search(text)) for text in texts]
    return "zh" if seen and sum(seen) * 2 >= len(seen) else "en"


def _own_code(name: str) -> str:
    match = IN_BRACKETS.fullmatch(name)
    return match.group(1) if match else name


def _code(name: str) -> str:
    if match := CODE_AT_END.fullmatch(name):
        said, code = CODES.get(match.group(1).lower().strip()), match.group(2)
        if said and COUNTRY.fullmatch(code) and code.lower() != said:
            return f"{said}-{code}"                      # English (US), 中文 (CN)
        return CODES.get(code.lower(), code)
    plain = name.lower().strip()
    return CODES.get(plain, name if CODE.fullmatch(name) else plain)
