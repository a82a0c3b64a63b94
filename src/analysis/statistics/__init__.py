"""Pure functions over arrays and frames: shares and intervals, control charts, disclosure control."""
