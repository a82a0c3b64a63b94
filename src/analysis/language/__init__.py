"""Words, numbers, dates and spelling: what a reader sees, and how text is compared."""
