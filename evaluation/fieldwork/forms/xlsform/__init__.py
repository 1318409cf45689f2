"""XLSForms of other programs, read into drafts of instruments: what becomes what stands in docs/field.md."""

from evaluation.fieldwork.forms.xlsform.reading import read_xlsform

__all__ = ["read_xlsform"]
