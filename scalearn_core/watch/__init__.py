"""Is a model in use still as good as it was? What it answered lately, against what it answered before."""
