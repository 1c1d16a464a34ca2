"""Parts of one page each, in a folder with the name of the page."""
