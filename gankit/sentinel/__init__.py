"""The sentinel: monitors watch a run, judge it, and what follows is done."""
