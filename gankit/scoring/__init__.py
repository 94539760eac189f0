"""Scores of samples, each with how it was made."""
