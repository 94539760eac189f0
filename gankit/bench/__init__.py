"""Benchmarks: known cases, beside published results."""
