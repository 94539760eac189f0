"""What a metric plugin is: a function of what it asks for by name."""

GIVEN = {
    "real": "Features of real examples, (count, size).",
    "fake": "Features of generated examples, (count, size).",
    "held_out": "Features of real examples that nothing was trained on, (count, size).",
    "probabilities": "Of the classes of generated examples, (count, classes).",
    "real_images": "Real examples in [−1, 1], (count, height, width, channels).",
    "fake_images": "Generated examples in [−1, 1], (count, height, width, channels).",
}
