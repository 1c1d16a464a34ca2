"""The report for a meeting: what a model is worth, on at most seven slides or one sheet of paper."""
