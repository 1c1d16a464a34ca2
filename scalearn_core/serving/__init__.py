"""A model of the registry as a service over HTTP."""
