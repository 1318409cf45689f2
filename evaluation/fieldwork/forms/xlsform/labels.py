"""Labels in every language of the form: what is missing is filled in, so that the instrument loads, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.fieldwork.forms.names import item_text
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.languages import NOT_A_LANGUAGE, guessed_language, language_codes
from evaluation.fieldwork.forms.xlsform.tables import TRANSLATED, Row, Sheet


@dataclass(frozen=True)
class Languages:
    """All languages of the form, and the one that stands in for a missing translation. exact: the form was written here."""

    all: tuple[str, ...]
    default: str
    exact: bool

    def complete(self, row: Row, name: str, instead: str, doubts: Doubts) -> dict[str, str]:
        """The texts of a column in every language; {} where it has none and nothing stands in.

        Where a translation is missing the default language's text, else the first, stands in; where there is no text at
        all, `instead`.
        """
        texts = {language: item_text(text) if self.exact else text.strip() for language, text in row.labels(name).items()}
        if not texts:
            if instead and name == "label":
                doubts.tell_rows("X24", row.sheet, row.number)
            return dict.fromkeys(self.all, instead) if instead else {}
        if not self.exact and any("${" in text for text in texts.values()):
            doubts.tell_rows("X26", row.sheet, row.number)
        return self.filled(texts, row, doubts)

    def filled(self, texts: Mapping[str, str], row: Row, doubts: Doubts) -> dict[str, str]:
        """These texts, and the default one for the languages that have none."""
        first = texts.get(self.default) or next(iter(texts.values()))
        for language in self.all:
            if language not in texts:
                doubts.tell_rows("X25", row.sheet, row.number, language=language)
        return {language: texts.get(language, first) for language in self.all}


def spoken(sheets: Sequence[Sheet], named: str, exact: bool) -> tuple[dict[str, str], Languages, bool]:
    """The code of every language in the headers; the languages; and whether the default one is a guess.

    named: the form's default_language, blank where it names none. Only columns with a text count.
    """
    columns = [(sheet, column) for sheet in sheets for column in sheet.columns
               if column[0] in TRANSLATED and next(sheet.texts(*column), None) is not None]
    suffixes = [language for _, (_, language) in columns]
    named = "" if named.lower() in NOT_A_LANGUAGE else named
    codes = language_codes([*suffixes, named], exact)
    without = [text for sheet, column in columns if column[0] in TRANSLATED and column[1] not in codes
               for text in sheet.texts(*column)]
    guess = bool(without) and not named
    suffixed = [codes[name] for name in suffixes if name in codes]
    default = codes[named] if named else guessed_language(without) if without or not suffixed else suffixed[0]
    found = [codes.get(name, default) for name in suffixes]
    return codes, Languages(tuple(dict.fromkeys(found or [default])), default, exact), guess
