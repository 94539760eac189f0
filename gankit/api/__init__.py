"""The verbs as plain functions: what the command line calls, and what a notebook can."""
