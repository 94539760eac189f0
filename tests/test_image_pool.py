"""The pool of generated images: nothing is lost, and half of what is judged comes from it."""

import numpy as np
import pytest
from games import game, play, values
from keras import ops

import gankit
from gankit.run.checkpoint import Checkpoints, Place
from gankit_cyclegan.pool import ImagePool
from gankit_standard.losses import LeastSquares

NAME = "discriminator"


def toned(first, count):
    """Return images of one tone each, which is their number."""
    tones = np.arange(first, first + count, dtype="float32")
    return ops.convert_to_tensor(np.broadcast_to(tones[:, None, None, None], (count, 8, 8, 1)))


def tones(images):
    images = ops.convert_to_numpy(images)
    assert (images == images[:, :1, :1]).all(), "no image is a mixture"
    return images[:, 0, 0, 0].astype(int).tolist()


def pool_of(size):
    pool = ImagePool(size)
    game(LeastSquares(), [pool])
    return pool


def test_the_first_pictures_fill_the_pool_and_are_judged():
    pool = pool_of(5)
    assert tones(pool.replace_fakes(NAME, toned(1, 3))) == [1, 2, 3]
    assert tones(pool.replace_fakes(NAME, toned(4, 3))) == [4, 5, 6]  # 6 finds no place
    assert tones(pool.pools[NAME].value) == [1, 2, 3, 4, 5]
    assert int(pool.filled[NAME].value) == 5


@pytest.mark.parametrize("batch", [1, 4, 8])
def test_of_a_full_pool_pictures_are_exchanged_and_none_is_lost_or_doubled(batch):
    pool = pool_of(6)
    pool.replace_fakes(NAME, toned(0, 6))
    places = []
    for step in range(40):
        new = list(range(100 * (step + 1), 100 * (step + 1) + batch))
        before = tones(pool.pools[NAME].value)
        shown = tones(pool.replace_fakes(NAME, toned(new[0], batch)))
        after = tones(pool.pools[NAME].value)
        assert sorted(before + new) == sorted(after + shown)
        assert all(a in (b, *new) for a, b in zip(after, before)), "others stay in their places"
        assert shown[6:] == new[6:], "what is beyond the size of the pool is judged as it is"
        places += [a != b for a, b in zip(after, before)]
    exchanged = sum(places) / (40 * min(batch, 6))
    deviation = 0.5 / np.sqrt(40 * min(batch, 6))
    assert abs(exchanged - 0.5) < 4 * deviation
    each = np.array(places).reshape(40, 6).sum(axis=0)
    assert each.min() > 0, "every place is exchanged now and then"


def test_it_plays_in_a_step_and_its_pictures_are_those_of_the_generator(images):
    part = ImagePool(40)
    gan = game(LeastSquares(), [part])
    logs = play(gan, images[:16])
    assert int(part.filled[NAME].value) == 16
    kept = values([part.pools[NAME]])[0]
    assert (np.abs(kept[:16]).max(axis=(1, 2, 3)) > 0).all()
    assert not kept[16:].any()
    assert np.isfinite(logs["d_loss"])
    play(gan, images[:16], steps=2)
    assert int(part.filled[NAME].value) == 40


def test_a_pool_of_nothing_changes_nothing(images):
    plain = game(LeastSquares(), simultaneous=True)
    empty = game(LeastSquares(), [ImagePool(0)], simultaneous=True)
    for gan in (plain, empty):
        play(gan, images, steps=2)
    for one, other in zip(values(plain.variables), values(empty.variables)):
        np.testing.assert_array_equal(one, other)


def test_a_restored_game_goes_on_as_the_one_that_was_saved(images, tmp_path):
    def made():
        return game(LeastSquares(), [ImagePool(12)], learning_rate=0.01)

    checkpoints, gan = Checkpoints(tmp_path), made()
    play(gan, images[:8], steps=3)
    checkpoints.save(gan, Place())
    play(gan, images[:8], steps=3)
    gan.settle()
    again = made()
    checkpoints.newest().restore(again)
    play(again, images[:8], steps=3)
    again.settle()
    for one, other in zip(values(gan.variables), values(again.variables)):
        np.testing.assert_array_equal(one, other)


def test_pictures_judged_by_their_labels_are_a_misfit():
    from gankit_standard.dcgan import dcgan

    spec = gankit.DataSpec({"images": (28, 28, 1), "labels": ()}, 3)
    for conditional, count in ((True, 1), (False, 0)):
        made = dcgan(spec, width=2, conditional=conditional)
        gan = game(LeastSquares(), [ImagePool()], made=made)
        assert len(list(gan.stabilizers[0].incompatibilities(gan))) == count
