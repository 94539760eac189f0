"""The metrics, on samples of which the answer is known."""

import sys

import numpy as np
import pytest
from scipy import linalg
from scipy.stats import mannwhitneyu

from gankit.discovery.kinds import METRIC_INPUTS
from gankit.discovery.plugins import load_plugins
from gankit_standard.metrics.classes import class_accuracy, modes
from gankit_standard.metrics.clusters import clusters
from gankit_standard.metrics.copies import memorisation_l1, nearest_by_l1
from gankit_standard.metrics.distances import frechet_distance, kernel_distance
from gankit_standard.metrics.diversity import inception_score, ms_ssim
from gankit_standard.metrics.manifolds import memorisation, nearest, neighbour_distance, prdc

DRAW = np.random.default_rng(0)
REAL = DRAW.standard_normal((600, 12))
OTHER = DRAW.standard_normal((500, 12)) * 1.5 + 0.3


def covariance(x):
    return np.cov(x, rowvar=False)


def torchmetrics(module="torchmetrics"):
    """Return a module of torchmetrics, where PyTorch does not come after TensorFlow."""
    if "tensorflow" in sys.modules and "torch" not in sys.modules:
        pytest.skip("PyTorch is to be imported before TensorFlow")
    return pytest.importorskip(module)


def whitened(x):
    """Return the rows moved and turned so that their mean is 0 and their covariance I."""
    x = x - x.mean(axis=0)
    return x @ np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False))).T


def test_frechet_is_zero_for_the_same_and_the_square_of_a_shift():
    assert frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(REAL, REAL + 0.5) == pytest.approx(12 * 0.25)
    assert frechet_distance(REAL[:, :1], 3 * REAL[:, :1] + 3 * 0) > 0


def test_frechet_of_a_scaled_gaussian_is_its_closed_form():
    x = whitened(REAL)  # ‖I^½ − (4 I)^½‖² a dimension
    assert frechet_distance(x, 2 * x) == pytest.approx(12 * (2 - 1) ** 2)


def test_frechet_equals_the_formula_with_scipys_matrix_root():
    means = REAL.mean(0) - OTHER.mean(0)
    one, two = np.cov(REAL, rowvar=False), np.cov(OTHER, rowvar=False)
    expected = means @ means + np.trace(one + two - 2 * linalg.sqrtm(one @ two).real)
    assert frechet_distance(REAL, OTHER) == pytest.approx(expected, rel=1e-9)


def test_frechet_of_fewer_examples_than_features():
    x, y = REAL[:8], OTHER[:8]
    one, two = (a - a.mean(0) for a in (x, y))
    overlap = np.linalg.svd(one @ two.T / 7, compute_uv=False).sum()  # the same trace, by the rows
    means = x.mean(0) - y.mean(0)
    expected = means @ means + (np.sum(one**2) + np.sum(two**2)) / 7 - 2 * overlap
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)


def test_kernel_distance_equals_its_definition():
    x, y = REAL[:20], OTHER[:20]

    def k(a, b):
        return (a @ b / 12 + 1) ** 3

    within = sum(
        k(a, b) for s in (x, y) for i, a in enumerate(s) for j, b in enumerate(s) if i != j
    )
    expected = within / (20 * 19) - 2 * np.mean([k(a, b) for a in x for b in y])
    found = kernel_distance(x, y, subsets=2, size=20)
    assert found["kernel_distance"] == pytest.approx(expected)
    assert "kernel_distance_error" not in found  # all subsets are the same one
    assert kernel_distance(x, y, subsets=9, size=10)["kernel_distance_error"] > 0


def test_the_error_of_a_kernel_distance_is_its_spread_over_other_examples():
    draw = np.random.default_rng(3)
    found = [
        kernel_distance(
            draw.normal(size=(300, 4)), 1.2 * draw.normal(size=(300, 4)), subsets=20, size=50
        )
        for _ in range(100)
    ]
    spread = np.std([each["kernel_distance"] for each in found])
    told = np.sqrt(np.mean([each["kernel_distance_error"] ** 2 for each in found]))
    assert 0.9 * spread < told < 1.5 * spread


def test_kernel_distance_is_unbiased():
    draw = np.random.default_rng(3)
    pairs = [draw.standard_normal((2, 40, 4)) for _ in range(300)]
    found = [kernel_distance(x, y, subsets=1, size=40)["kernel_distance"] for x, y in pairs]
    assert abs(np.mean(found)) < 4 * np.std(found) / np.sqrt(300)
    assert np.std(found) > 0


@pytest.mark.parametrize("neighbours", [1, 5])
def test_prdc_equals_its_definition(neighbours):
    x, y = REAL[:70], OTHER[:50]
    within, without = (np.linalg.norm(a[:, None] - a[None], axis=2) for a in (x, y))
    across = np.linalg.norm(x[:, None] - y[None], axis=2)
    reach, other = (np.sort(d, axis=1)[:, neighbours] for d in (within, without))
    found = prdc(x, y, neighbours)
    assert found["precision"] == np.mean((across < reach[:, None]).any(0))
    assert found["recall"] == np.mean((across < other[None]).any(1))
    assert found["density"] == pytest.approx((across < reach[:, None]).sum(0).mean() / neighbours)
    assert found["coverage"] == np.mean(across.min(1) < reach)


PRDC = {
    1: (0.6433333333333333, 0.375, 1.37, 0.5075),
    5: (0.9366666666666666, 0.735, 1.434, 0.965),
}


@pytest.mark.parametrize("neighbours", PRDC)
def test_prdc_is_that_of_the_authors_package(neighbours):
    """The values are of prdc 0.2, which is asked again where it is installed."""
    draw = np.random.default_rng(0)
    real, fake = draw.standard_normal((400, 16)), 0.9 * draw.standard_normal((300, 16)) + 0.1
    found = prdc(real, fake, neighbours)
    known = dict(zip(("precision", "recall", "density", "coverage"), PRDC[neighbours]))
    assert found == pytest.approx(known, rel=1e-6)
    theirs = pytest.importorskip("prdc").compute_prdc(real, fake, nearest_k=neighbours)
    assert found == pytest.approx({k: float(v) for k, v in theirs.items()}, rel=1e-6)


def test_prdc_knows_a_collapsed_generator():
    found = prdc(REAL, np.repeat(REAL[:2], 200, axis=0))
    assert found["precision"] == 1 and found["recall"] < 0.01 and found["coverage"] < 0.05


def test_prdc_of_equal_distributions_is_as_exchangeability_says():
    x, y = np.random.default_rng(0).standard_normal((2, 4000, 3))
    found = prdc(x, y, neighbours=4)
    # Of k real and the next generated example each is the nearer one as often as not.
    assert found["coverage"] == pytest.approx(1 - 2**-4, abs=0.015)
    assert found["density"] == pytest.approx(1, abs=0.03)
    assert found["precision"] == pytest.approx(found["recall"], abs=0.02)


def test_nearest_is_exhaustive_search():
    indices, distances = nearest(OTHER, REAL)
    everything = np.linalg.norm(OTHER[:, None] - REAL[None], axis=2)
    np.testing.assert_array_equal(indices, everything.argmin(1))
    np.testing.assert_allclose(distances, everything.min(1))
    assert neighbour_distance(REAL, OTHER) == pytest.approx(everything.min(1).mean())
    assert neighbour_distance(REAL, REAL[:9]) == 0


def test_memorisation_tells_copies_from_new_examples():
    fresh, held_out = np.random.default_rng(1).standard_normal((2, 400, 12))
    copies = REAL[:400] + 1e-3
    new, stolen = (memorisation(REAL, fake, held_out) for fake in (fresh, copies))
    assert stolen["memorised"] == 1 and stolen["memorisation_z"] < -20
    assert new["memorised"] < 0.05 and abs(new["memorisation_z"]) < 3


def test_the_statistic_of_memorisation_counts_pairs_and_gives_scipys_p():
    fresh, held_out = np.random.default_rng(1).standard_normal((2, 40, 12))
    z = memorisation(REAL, fresh, held_out)["memorisation_z"]
    sides = [nearest(x, REAL)[1] for x in (fresh, held_out)]
    above = np.sum(sides[0][:, None] > sides[1]) - 40 * 40 / 2  # of all pairs, none of them equal
    assert z == pytest.approx(above / np.sqrt(40 * 40 * 81 / 12))
    p = mannwhitneyu(*sides, method="asymptotic", use_continuity=False).pvalue
    from statistics import NormalDist

    assert 2 * NormalDist().cdf(-abs(z)) == pytest.approx(p)


def test_clusters_of_separate_blobs_are_found_and_counted():
    middles = 50 * np.eye(6)
    labels = np.arange(1200) % 6
    real, fake = (middles[labels] + DRAW.standard_normal((1200, 6)) for _ in range(2))
    found = clusters(real, fake, bins=6)
    assert found["clusters_covered"] == 1
    assert found["clusters_different"] == 0
    assert found["clusters_divergence"] == pytest.approx(0, abs=1e-12)
    half = clusters(real, fake[labels < 3], bins=6)
    assert half["clusters_covered"] == 0.5 and half["clusters_different"] == 1
    q = np.array([1 / 3] * 3 + [0] * 3)
    m = (1 / 6 + q) / 2
    expected = (np.sum(np.log(1 / 6 / m)) / 6 + np.sum(np.log(1 / 3 / m[:3])) / 3) / 2
    assert half["clusters_divergence"] == pytest.approx(expected)


def test_inception_score_at_its_bounds():
    sure = np.eye(10)[np.arange(200) % 10]
    assert inception_score(sure)["inception_score"] == pytest.approx(10)
    assert inception_score(np.full((200, 10), 0.1))["inception_score"] == pytest.approx(1)
    assert inception_score(sure[:1].repeat(99, 0))["inception_score"] == pytest.approx(1)


def test_inception_score_equals_its_formula():
    rows = DRAW.dirichlet(np.ones(4), 50)
    mean = rows.mean(0)
    expected = np.exp(np.mean([sum(p * np.log(p / mean)) for p in rows]))
    assert inception_score(rows, splits=1)["inception_score"] == pytest.approx(expected)


def test_ms_ssim_is_one_for_equal_pictures_and_low_for_noise():
    noise = DRAW.uniform(-1, 1, (20, 32, 32, 3))
    assert ms_ssim(noise[:1].repeat(5, 0), pairs=9) == pytest.approx(1)
    assert abs(ms_ssim(noise, pairs=200)) < 0.1


def test_ms_ssim_of_pictures_of_one_grey_each_is_its_closed_form():
    a, b = (
        0.2,
        0.7,
    )  # of a range of 1: no structure, so that only the light of the last scale counts
    flat = np.full((2, 24, 24, 1), 2 * a - 1)
    flat[1] = 2 * b - 1
    light = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    weight = 0.2856 / (0.0448 + 0.2856)  # 24 and 12 pixels
    assert ms_ssim(flat, pairs=3) == pytest.approx(light**weight)


def two_pictures(size, channels):
    """Return an image of noise and one that is like it, in [0, 1], (2, size, size, channels)."""
    draw = np.random.default_rng(0)
    x = draw.uniform(0, 1, (size, size, channels))
    return np.stack([x, np.clip(x + 0.2 * draw.standard_normal(x.shape), 0, 1)])


@pytest.mark.parametrize(
    ("size", "channels", "known"), [(176, 1, 0.8543194204), (192, 3, 0.8515873334)]
)
def test_ms_ssim_is_that_of_torchmetrics_without_the_mirrored_edges(size, channels, known):
    """The values are of torchmetrics 1.9.0, whose coarsest scale was put right as below."""
    found = ms_ssim(2 * two_pictures(size, channels) - 1, pairs=1)
    assert found == pytest.approx(known, rel=1e-6)


@pytest.mark.parametrize(("size", "channels"), [(176, 1), (192, 3)])
def test_ms_ssim_of_torchmetrics_differs_by_the_mirrored_edges_of_the_coarsest_scale(
    size, channels
):
    torch = pytest.importorskip("torch")
    of_torch = torchmetrics("torchmetrics.functional.image")
    images = two_pictures(size, channels)
    x, y = torch.from_numpy(images.transpose(0, 3, 1, 2))[:, None]
    whole = of_torch.multiscale_structural_similarity_index_measure(x, y, data_range=1.0)
    small = (torch.nn.functional.avg_pool2d(image, 16) for image in (x, y))
    _, coarsest = of_torch.structural_similarity_index_measure(
        *small, data_range=1.0, return_full_image=True
    )
    edges = coarsest.mean() / coarsest[..., 5:-5, 5:-5].mean()
    found = ms_ssim(2 * images - 1, pairs=1)
    assert found == pytest.approx(float(whole / edges**0.1333), rel=1e-6)
    assert abs(found - float(whole)) > 1e-4


def test_ms_ssim_of_shared_and_own_structure_lies_between():
    shared = DRAW.uniform(-0.5, 0.5, (1, 32, 32, 1))
    mixed = shared + 0.2 * DRAW.uniform(-1, 1, (20, 32, 32, 1))
    assert 0.5 < ms_ssim(mixed, pairs=100) < 0.95


def test_every_metric_asks_only_for_what_is_given_and_has_options_of_its_own():
    for part in load_plugins().parts["metrics"].values():
        function = part.load()
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        assert set(names) & set(METRIC_INPUTS), part


def test_nearest_by_l1_is_exhaustive_search():
    draw = np.random.default_rng(0)
    smooth = draw.uniform(-1, 1, (60, 3, 3, 2)).repeat(4, 1).repeat(4, 2)[:, :10, :11]
    images, others = smooth[:20] + draw.normal(0, 0.1, (20, 10, 11, 2)), smooth[10:]
    indices, distances = nearest_by_l1(images, others)
    everything = np.abs(images[:, None] - others[None]).mean((2, 3, 4))
    np.testing.assert_array_equal(indices, everything.argmin(1))
    np.testing.assert_allclose(distances, everything.min(1), rtol=1e-5)


def test_memorisation_by_l1_tells_copies_from_new_images():
    draw = np.random.default_rng(0)
    real, fresh, held_out = draw.uniform(-1, 1, (3, 80, 8, 8, 1))
    copied = memorisation_l1(real, real + 1e-3, held_out)
    new = memorisation_l1(real, fresh, held_out, examples=50)
    assert copied["memorised_l1"] == 1 and copied["memorisation_l1_z"] < -9
    assert new["memorised_l1"] < 0.2 and abs(new["memorisation_l1_z"]) < 3


def test_class_accuracy_is_of_each_class_and_their_mean():
    asked = np.array([0, 0, 0, 1])
    rows = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    found = class_accuracy(rows, np.array(["cat", "dog"]), asked)
    assert found["class_accuracy_cat"] == pytest.approx(2 / 3)
    assert found["class_accuracy_dog"] == 1
    assert found["class_accuracy"] == pytest.approx(5 / 6)
    many = class_accuracy(np.eye(101), np.arange(101), np.arange(101))
    assert many == {"class_accuracy": 1}


def test_modes_are_counted_and_their_shares_compared():
    rows = np.eye(4)[[0, 0, 0, 1]]
    found = modes(rows, np.array([0.25, 0.5, 0.125, 0.125]))
    expected = 0.75 * np.log(0.75 / 0.25) + 0.25 * np.log(0.25 / 0.5)
    assert found == {"modes": 2, "modes_reverse_kl": pytest.approx(expected)}


def test_the_distances_of_torchmetrics():
    torchmetrics()
    torch = pytest.importorskip("torch")
    from torchmetrics.image.fid import _compute_fid
    from torchmetrics.image.kid import poly_mmd

    x, y = REAL[:500], OTHER
    moments = [torch.from_numpy(f(a)) for a in (x, y) for f in (lambda a: a.mean(0), covariance)]
    assert frechet_distance(x, y) == pytest.approx(float(_compute_fid(*moments)), rel=1e-6)
    expected = float(poly_mmd(torch.from_numpy(x), torch.from_numpy(y)))
    found = kernel_distance(x, y, subsets=1, size=500)["kernel_distance"]
    assert found == pytest.approx(expected, rel=1e-6)


def test_frechet_where_a_feature_is_constant():
    x, y = REAL.copy(), OTHER.copy()
    x[:, 3] = y[:, 3] = 1  # as a unit that never fires
    rest = np.arange(12) != 3
    expected = frechet_distance(x[:, rest], y[:, rest])
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-6)


def test_neighbourhoods_are_the_same_in_many_blocks(monkeypatch):
    from gankit_standard.metrics import manifolds

    whole = prdc(REAL, OTHER, neighbours=3)
    monkeypatch.setattr(manifolds, "HELD", 7 * len(OTHER))
    monkeypatch.setattr(manifolds, "EDGE", 128)
    assert prdc(REAL, OTHER, neighbours=3) == pytest.approx(whole)
