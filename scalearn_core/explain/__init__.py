"""What the scales of a trained model say: which source does what, where, and what it is worth."""
