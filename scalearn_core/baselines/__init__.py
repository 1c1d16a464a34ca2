"""What one would use instead of ScaLearn, each trained and chosen on the same rows as ScaLearn."""
