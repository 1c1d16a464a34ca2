"""The body of each kind of run: what its process does between "queued" and "succeeded"."""
