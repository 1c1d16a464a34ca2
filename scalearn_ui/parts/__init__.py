"""Parts that several pages share: each draws one thing and returns what the page needs to go on."""
