"""Findings about a dataset before any training: each with its rows and its remedies."""
