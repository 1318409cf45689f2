"""What an XLSForm written here carries beside XLSForm's own columns; other programs pass over it."""

from __future__ import annotations

from types import MappingProxyType

#: language -> the suffix of its columns
LANGUAGE_NAMES = MappingProxyType({"zh": "中文 (zh)", "en": "English (en)"})
#: columns of the sheet survey, as they are called in an item: reverse is TRUE or blank, topics have ";" between
ITEM_COLUMNS = ("indicator", "weight", "reverse", "range_low", "range_high", "topics")
#: … and what the instrument says where the form has to say more (a range, "don't know" in a calculation)
DECLARED_COLUMNS = ("declared_constraint", "declared_calculation", "declared_constraint_message")
#: marks rows that a form needs and the instrument does not have: consent, community, interviewer, start, end
ROLE_COLUMN = "role"
#: what they are: metadata, where, which meeting, who asks, what is read out before
ROLES = ("start", "end", "community", "psu", "interviewer", "consent_text")
#: columns of the sheet choices; aliases have ";" between
CHOICE_COLUMNS = ("score", "status", "aliases")
#: columns of the sheet settings; topics have ";" between
SETTING_COLUMNS = ("method", "minutes", "topics")
#: … and the title once for each language, as instrument_title::LANGUAGE (pyxform takes title::LANGUAGE for the form's own)
TITLE_COLUMN = "instrument_title"
