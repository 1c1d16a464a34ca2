"""What learns: an adapter (stage one), the scales (stage two), and the forecast they start from."""
