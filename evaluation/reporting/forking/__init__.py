"""Notebooks in forked processes: the process they are forked from, what runs in them, and their side of the parent."""
