"""Whatever a file holds, reading it ends in a recipe or in an error the user can mend."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recipe_reading import CATALOGUE, MINIMAL
from test_recipe import FULL

from gankit.errors import GankitError
from gankit.recipe import toml
from gankit.recipe.recipe import check_recipe, read_recipe

pytestmark = pytest.mark.anywhere


def attempt(data: bytes, path) -> str:
    """Read a recipe and return what is wrong with it; anything but a GankitError fails the test."""
    path.write_bytes(data)
    try:
        recipe = read_recipe(path, CATALOGUE)
    except GankitError as error:
        return str(error)
    return "" if check_recipe(recipe.filled, CATALOGUE, "again") == recipe else "changed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = ", "line 1, column 8"),
        ("seed = 1\nseed = 2", "line 2, column 9"),
        ("[loss]\n[loss]", "line 2"),
        ("seed = 1979-05-27", "is a date or a time"),
        (f"seed = {'9' * 5000}", "is not TOML"),
        (f"seed = {'9' * 4000}", "more than 64 bits"),
        (f"seed = 0x{'f' * 50_000}", "more than 64 bits"),
        (f"seed = {'[' * 50_000}", "nested too deeply"),
        (f"seed = {'[' * 40}{']' * 40}", "nested too deeply"),
        (f"{'a.' * 40}a = 1", "nested too deeply"),
        (f"{'a.' * 50_000}a = 1", "nested too deeply"),
        (f"[{'a . ' * 20_000}a]", "nested too deeply"),
        (f"x = {{ {'a.' * 50_000}a = 1 }}", "nested too deeply"),
        ('"a".' * 25_000, "nested too deeply"),
        ("x" * 100_000, "is not TOML"),
        ("x = 1\n" + "#" * 2**20, "too long"),
        ("\ufeffsede = 1", "sede"),
    ],
)
def test_a_file_that_is_no_recipe(tmp_path, text, said):
    error = attempt(text.encode(), tmp_path / "recipe.toml")
    assert said in error
    assert len(error) < 3000


def test_a_byte_order_mark_is_no_problem(tmp_path):
    assert attempt(("\ufeff" + MINIMAL).encode(), tmp_path / "recipe.toml") == ""


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", bytes(range(256)) * 400, b"\0" * 1000])
def test_a_binary_file(tmp_path, data):
    assert "recipe.toml" in attempt(data, tmp_path / "recipe.toml")


def test_what_is_no_file(tmp_path):
    with pytest.raises(GankitError, match="is a folder"):
        toml.read(tmp_path)
    with pytest.raises(GankitError, match="there is no recipe"):
        toml.read(tmp_path / "nowhere.toml")
    with pytest.raises(GankitError, match="gankit run quickstart"):
        toml.read(tmp_path / "quickstart")
    with pytest.raises(GankitError, match="cannot be read"):
        toml.read(tmp_path / ("x" * 10_000))
    (tmp_path / "file").touch()
    with pytest.raises(GankitError, match="cannot be read"):
        toml.read(tmp_path / "file" / "inside.toml")


values = st.recursive(
    st.one_of(
        st.text(max_size=8),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False),
        st.booleans(),
        st.sampled_from(["dots", "tiny", "duel", "solo", "jitter", "adam", "cosine-decay"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "0", "optimizer", "learning_rate", ""]), inner),
    ),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        "seed",
        "dataset",
        "architecture",
        "loss",
        "stabilizers",
        "players",
        "training",
        "stages",
        "x y",
    ]
)
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@given(st.one_of(st.binary(max_size=400), st.text(string.printable, max_size=400).map(str.encode)))
def test_any_bytes_are_a_recipe_or_an_error(tmp_path, data):
    assert attempt(data, tmp_path / "recipe.toml") != "changed"


@relaxed
@given(st.dictionaries(keys, values, max_size=4))
def test_any_table_is_a_recipe_or_an_error(tmp_path, changes):
    text = toml.write({**toml.parse(MINIMAL, "minimal"), **changes})
    assert attempt(text.encode(), tmp_path / "recipe.toml") != "changed"


@relaxed
@given(st.integers(0, len(FULL) - 1), st.text(string.printable, max_size=3))
def test_any_slip_of_the_pen_is_a_recipe_or_an_error(tmp_path, place, typed):
    text = FULL[:place] + typed + FULL[place + 1 :]
    assert attempt(text.encode(), tmp_path / "recipe.toml") != "changed"


@relaxed
@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_any_table_is_written_so_that_it_reads_the_same(table):
    assert toml.parse(toml.write(table), "here") == table
