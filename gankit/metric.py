"""What a metric plugin is: a function of what it asks for by name."""

DEFAULT_FEATURES = "pixels"
DEPENDING = ("real", "fake", "held_out", "probabilities", "class_probabilities")  # on features

GIVEN = {
    "real": "Features of real examples, (count, size).",
    "fake": "Features of generated examples, (count, size).",
    "held_out": "Features of real examples that nothing was trained on, (count, size).",
    "probabilities": "Of the classes that the features' network knows, (count, classes).",
    "class_probabilities": "Likewise, where these classes are those of the data.",
    "class_names": "Of the classes of the data, (classes,).",
    "class_shares": "The share of each class in the data, (classes,).",
    "fake_labels": "The classes that the generator was asked for, (count,).",
    "real_images": "Real examples in [−1, 1], (count, height, width, channels).",
    "fake_images": "Generated examples in [−1, 1], (count, height, width, channels).",
    "held_out_images": "Real examples that nothing was trained on, likewise.",
}
