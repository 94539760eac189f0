"""S3's step in Keras 3 on TensorFlow: stock layers, sigmoid, shared forward pass, two tapes."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

NOISE = 0.1


def build(levels: np.ndarray) -> Callable[[], Any]:
    gan = S3()
    gan.compile(jit_compile=False)  # S3's Keras did not; on a CPU XLA makes the step slower
    images = tf.constant(levels, tf.float32) / 127.5 - 1.0
    return lambda: gan.train_on_batch(images)


class S3(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.generator, self.discriminator = generator(), discriminator()
        self.loss_function = keras.losses.BinaryCrossentropy()
        self.optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999) for _ in range(2)]
        names = ("d_loss", "g_loss")
        accuracies = ("d_real_acc", "d_fake_acc", "d_acc", "g_acc")
        self.losses_shown = [keras.metrics.Mean(name=name) for name in names]
        self.accuracies = [keras.metrics.BinaryAccuracy(name=name) for name in accuracies]
        self.built = True

    @property
    def metrics(self) -> list[keras.Metric]:
        return [*self.losses_shown, *self.accuracies]

    def train_step(self, data: Any) -> dict[str, Any]:
        images = data[0]
        noise = tf.random.normal((tf.shape(images)[0], 100))
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            real = self.discriminator(images, training=True)
            fake = self.discriminator(self.generator(noise, training=True), training=True)
            ones, zeros = tf.ones_like(real), tf.zeros_like(fake)
            real_labels = ones + NOISE * tf.random.uniform(tf.shape(real))
            fake_labels = zeros - NOISE * tf.random.uniform(tf.shape(fake))
            real_loss = self.loss_function(real_labels, real)
            d_loss = (real_loss + self.loss_function(fake_labels, fake)) / 2
            g_loss = self.loss_function(ones, fake)
        turns = ((d_tape, d_loss, self.discriminator), (g_tape, g_loss, self.generator))
        for (tape, loss, network), optimizer in zip(turns, self.optimizers):
            variables = network.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        for shown, loss in zip(self.losses_shown, (d_loss, g_loss)):
            shown.update_state(loss)
        both = tf.concat([ones, zeros], 0), tf.concat([real, fake], 0)
        judged = (ones, real), (zeros, fake), both, (ones, fake)
        for accuracy, pair in zip(self.accuracies, judged):
            accuracy.update_state(*pair)
        return {metric.name: metric.result() for metric in self.metrics}


def generator() -> keras.Model:
    network = keras.Sequential([keras.Input((100,)), layers.Reshape((1, 1, 100))])
    for filters, strides, padding in (
        (512, 1, "valid"),
        (256, 2, "same"),
        (128, 2, "same"),
        (64, 2, "same"),
    ):
        network.add(layers.Conv2DTranspose(filters, 4, strides, padding, use_bias=False))
        network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.LeakyReLU(0.2))
    how = {"padding": "same", "use_bias": False, "activation": "tanh"}
    network.add(layers.Conv2DTranspose(1, 4, 2, **how))
    return network


def discriminator() -> keras.Model:
    network = keras.Sequential([keras.Input((64, 64, 1))])
    for filters in (64, 128, 256, 512):
        network.add(layers.Conv2D(filters, 4, 2, "same", use_bias=False))
        if filters > 64:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.LeakyReLU(0.2))
        network.add(layers.Dropout(0.3))
    network.add(layers.Conv2D(1, 4, use_bias=False, activation="sigmoid"))
    network.add(layers.Flatten())
    return network
