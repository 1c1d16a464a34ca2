"""Which model is in use, who approved it, and what shows that."""
