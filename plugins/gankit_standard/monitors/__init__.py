"""Monitors: each detects one way in which a game goes wrong."""
