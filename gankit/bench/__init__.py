"""`gankit bench`: small trainings of which it is known what they should come to."""
