"""The game: players, turns, and what stabilizers change."""
