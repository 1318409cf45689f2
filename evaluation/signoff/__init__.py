"""Last station: score sheets, signatures, the ledger and the bulletin. Not built yet: every result is unsigned."""
