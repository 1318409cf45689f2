"""Checks on the forms that came back: they flag, and change nothing."""
