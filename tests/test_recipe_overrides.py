"""`--set KEY=VALUE` is TOML, and never guessed."""

import pytest

from gankit.errors import GankitError
from gankit.recipe.overrides import override, read_override, read_table

pytestmark = pytest.mark.anywhere

TABLE = {
    "seed": 1,
    "loss": {"name": "duel", "margin": 2},
    "stabilizers": [{"name": "ema"}, {"name": "jitter", "amount": 0.1}],
}


def changed(text: str) -> dict:
    return override(TABLE, read_override(text), f"--set {text}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seed=2", {"seed": 2}),
        ("seed = 2", {"seed": 2}),
        ("loss.margin=1e-4", {"loss": {"name": "duel", "margin": 1e-4}}),
        ('loss.name="hinge"', {"loss": {"name": "hinge"}}),
        ('loss={name="hinge"}', {"loss": {"name": "hinge"}}),
        ("loss={margin=3}", {"loss": {"name": "duel", "margin": 3}}),
        ("a.b.c=[1, 2]", {"a": {"b": {"c": [1, 2]}}}),
        ('text="a = b"', {"text": "a = b"}),
        ("stabilizers=[]", {"stabilizers": []}),
        (
            "stabilizers.1.amount=0.2",
            {"stabilizers": [{"name": "ema"}, {"name": "jitter", "amount": 0.2}]},
        ),
        (
            "stabilizers.jitter.amount=0.2",
            {"stabilizers": [{"name": "ema"}, {"name": "jitter", "amount": 0.2}]},
        ),
        ("stabilizers={name='r1'}", {"stabilizers": {"name": "r1"}}),
        (
            'stabilizers.1.name="r1"',
            {"stabilizers": [{"name": "ema"}, {"name": "r1"}]},
        ),
    ],
)
def test_a_value_is_set(text, expected):
    before = repr(TABLE)
    assert changed(text) == TABLE | expected
    assert repr(TABLE) == before


@pytest.mark.parametrize(
    "text",
    ["stabilizers.2.amount=1", "stabilizers.r1.gamma=1", "stabilizers.99999999999999999999=1"],
)
def test_an_item_that_is_not_there(text):
    with pytest.raises(GankitError, match="Allowed: 0 to 1, ema, jitter"):
        changed(text)


def test_a_word_without_quotes_is_told_how_to_quote():
    with pytest.raises(GankitError, match="TOML, which quotes strings") as caught:
        read_override("loss.name=hinge")
    assert caught.value.hint == "--set 'loss.name=\"hinge\"'"


@pytest.mark.parametrize(
    "text", ["", "seed", "=", "=1", "seed=", "a b=1", "seed=[", "seed=1\nx=2", "a=" + "[" * 9999]
)
def test_what_is_not_key_and_value(text):
    with pytest.raises(GankitError, match="--set"):
        read_override(text)


def test_stabilizers_are_added_at_the_end_also_of_a_stage_that_has_its_own(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text('stages = [{seed = 1}, {stabilizers = [{name = "r1"}]}]')
    table = read_table(path, ['stabilizers=[{name="ema"}]'], stabilizers=["packing", "r2"])
    assert [part["name"] for part in table["stabilizers"]] == ["ema", "packing", "r2"]
    assert "stabilizers" not in table["stages"][0]
    assert [p["name"] for p in table["stages"][1]["stabilizers"]] == ["r1", "packing", "r2"]
    path.write_text("seed = 1")
    assert read_table(path, stabilizers=["ema"])["stabilizers"] == [{"name": "ema"}]
    assert read_table(path) == {"seed": 1}
    table = read_table(path, ["stabilizers.r1.gamma=1.0"], stabilizers=["ema", "r1"])
    assert table["stabilizers"] == [{"name": "ema"}, {"name": "r1", "gamma": 1.0}]
    path.write_text('stabilizers = [{name = "r1"}]')
    with pytest.raises(GankitError, match="--with r1: the recipe already has this stabilizer"):
        read_table(path, stabilizers=["r1"])
