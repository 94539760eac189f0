"""The sentinel: monitors watch a game and judge it."""
