"""Who did what and when: the append-only trail of the workspace, and the name asked once."""
