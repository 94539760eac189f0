"""Exports of networks in Keras' own layers, verified before they are kept."""
