"""Reports and comparisons of runs, each a single HTML page."""
