"""From bytes to named columns; the gate at which personal data stay behind."""
