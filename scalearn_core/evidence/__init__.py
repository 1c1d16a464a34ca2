"""From a divided dataset to a model with its evidence: scores, rivals, control and verdict."""
