"""Sheets of samples, and their captions."""
