"""People and model on the same pile: what to label next, who said what, what share of it each category has."""
