"""The engine on TensorFlow."""
