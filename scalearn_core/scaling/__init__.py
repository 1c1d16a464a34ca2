"""The method: scales over frozen sources, the model they make up, and its folding into one adapter."""
