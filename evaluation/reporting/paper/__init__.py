"""Instruments on paper: what stands on a form, in words; as a page to print, and as a document to edit."""
