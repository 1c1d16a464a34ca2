"""What is found in a dataset before anything learns from it: each with its rows and its remedies."""
