"""Scores of samples, each with its provenance."""
