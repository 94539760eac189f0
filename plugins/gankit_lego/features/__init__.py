"""Features for scoring images of bricks."""
