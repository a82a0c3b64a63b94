"""A run from order to publication, and the month that it publishes."""
