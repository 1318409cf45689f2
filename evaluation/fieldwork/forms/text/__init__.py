"""Chinese questionnaire text, typed or exported by a survey site (问卷星 and its like), read into a draft of an instrument."""

from evaluation.fieldwork.forms.text.reading import read_questions, read_text

__all__ = ["read_questions", "read_text"]
