"""What lies on the disk: written whole or not at all, locked, and what damage looks like."""
