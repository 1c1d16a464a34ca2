"""What is found in a dataset before anything learns from it: each finding a sentence, its rows and its remedies."""
