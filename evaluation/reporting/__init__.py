"""Sixth station: the notebooks' sections, charts and reports, all behind the disclosure gate."""
