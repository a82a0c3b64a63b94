"""Running one notebook, and running many."""
