"""Scores with intervals, and comparisons on the same documents: numbers alone, no models."""
