"""Reports and comparisons: what the folders of runs tell, on a page that needs nothing else."""
