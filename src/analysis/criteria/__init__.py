"""Evaluation criteria: drafts as data, what they make of a run, and everything that is asked of them."""
