"""Monitors: each knows one way in which a game goes wrong."""
