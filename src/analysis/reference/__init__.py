"""The definitions of ``data/reference``, checked at the door."""
