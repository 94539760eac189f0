"""The features: what metrics compare examples by."""
