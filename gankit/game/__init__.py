"""The game: players, turns, losses and stabilizers."""
