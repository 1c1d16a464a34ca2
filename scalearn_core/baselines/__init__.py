"""The alternatives to ScaLearn, each trained and chosen on the same rows as ScaLearn."""
