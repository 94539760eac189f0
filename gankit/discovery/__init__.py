"""Finds plugins and the parts that they provide."""
