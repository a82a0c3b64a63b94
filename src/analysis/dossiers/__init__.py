"""From rows to dossiers, and the ledger that accounts for every row."""
