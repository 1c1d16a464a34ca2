"""The frozen encoder."""
