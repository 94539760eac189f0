"""Datasets, batches and image files."""
