"""Parts shared by pages: each draws one thing and returns what the page needs to continue."""
