"""Rules by which tables and their labels are read: they get better, but a stored dataset stays what it was."""

RULES = 3
"""Those of today. 2 brought lists in cells, one spelling of values, none of the labels as an answer, and names of
classes in Parquet; 3 the header below a line as wide as the table, sums set apart, rows without the blank cells at
their end, and more notations and spellings."""
