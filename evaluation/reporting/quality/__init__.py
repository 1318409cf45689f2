"""Figures and charts of the checks on forms: of forms and interviewers' codes, never of what one form says."""
