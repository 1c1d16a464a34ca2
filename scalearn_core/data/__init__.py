"""From the bytes of a table to a checked, split dataset: read, check, split, keep, export."""
