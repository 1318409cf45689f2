"""Instruments as forms for ODK, Kobo and SurveyCTO: sheets of an XLSForm, the workbook, the XForm."""
