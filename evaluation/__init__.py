"""Evaluate community programmes: from questionnaire text to a scored notebook."""
