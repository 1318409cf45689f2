"""First station: rubric, instruments and round as declared text, checked whole before anything runs."""
