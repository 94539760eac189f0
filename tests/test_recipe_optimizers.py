"""Optimizers and schedules are Keras', with Keras' own options."""

import keras
import pytest
from recipe_reading import MINIMAL, problems, read

from gankit.errors import GankitError
from gankit.recipe.optimizers import model, optimizers, schedules

pytestmark = pytest.mark.anywhere

OPTIMIZER = "players.generator.optimizer"


def optimizer_of(recipe):
    return recipe.players["generator"].optimizer.make()


def test_the_names_are_keras_class_names():
    assert {"adam", "adamw", "sgd", "rmsprop", "nadam", "lion"} <= set(optimizers())
    assert {"cosine-decay", "exponential-decay", "piecewise-constant-decay"} <= set(schedules())
    assert not {"optimizer", "lossscaleoptimizer", "learning-rate-schedule"} & {
        *optimizers(),
        *schedules(),
    }


@pytest.mark.parametrize("name", optimizers())
def test_every_optimizer_is_built_from_its_defaults(name):
    recipe_model = model(optimizers()[name])
    filled = recipe_model.model_validate_json(f'{{"name": "{name}"}}')
    assert filled.option_name == name
    assert isinstance(optimizers()[name].load()(), keras.optimizers.Optimizer)


def test_options_reach_the_optimizer():
    recipe = read(
        MINIMAL, f'{OPTIMIZER}={{name="adamw", learning_rate=1, weight_decay=0.1, clipnorm=2}}'
    )
    optimizer = optimizer_of(recipe)
    assert isinstance(optimizer, keras.optimizers.AdamW)
    assert float(optimizer.learning_rate) == 1.0
    assert (optimizer.weight_decay, optimizer.clipnorm) == (0.1, 2)
    assert optimizer.beta_1 == 0.9  # Keras' own: the optimizer was named


def test_without_a_name_the_default_is_changed():
    optimizer = optimizer_of(read(MINIMAL, f"{OPTIMIZER}.learning_rate=1e-4"))
    assert isinstance(optimizer, keras.optimizers.Adam)
    assert optimizer.beta_1 == 0.5
    assert float(optimizer.learning_rate) == pytest.approx(1e-4)


def test_a_learning_rate_may_be_a_schedule():
    change = '{name="cosine-decay", initial_learning_rate=0.5, decay_steps=10, alpha=0.1}'
    optimizer = optimizer_of(read(MINIMAL, f"{OPTIMIZER}.learning_rate={change}"))
    schedule = keras.optimizers.schedules.CosineDecay(0.5, 10, 0.1)
    optimizer.build([])
    optimizer.iterations.assign(5)
    assert float(optimizer.learning_rate) == pytest.approx(float(schedule(5)))
    assert float(schedule(5)) == pytest.approx(0.5 * (0.9 * 0.5 + 0.1))


def test_a_schedule_of_pieces():
    change = '{name="piecewise-constant-decay", boundaries=[5, 9], values=[1, 0.1, 0.01]}'
    optimizer = optimizer_of(read(MINIMAL, f"{OPTIMIZER}.learning_rate={change}"))
    optimizer.build([])
    optimizer.iterations.assign(7)
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ('={name="adamm"}', ".name", 'is not a known optimizer. Did you mean "adam"?'),
        ('={name="sgd", momentun=0.9}', ".momentun", 'Did you mean "momentum"?'),
        ('={name="sgd", kwargs=0.9}', ".kwargs", "is unknown"),
        ('={name="adam", beta_1="high"}', ".beta_1", "valid number"),
        (".learning_rate=-1", ".learning_rate", "greater than or equal to 0"),
        (".learning_rate=inf", ".learning_rate", "finite number"),
        (".learning_rate=nan", ".learning_rate", "finite number"),
        (".beta_1=nan", ".beta_1", "finite number"),
        (".beta_2=1.0", ".beta_2", "less than 1"),
        ('={name="sgd", momentum=inf}', ".momentum", "finite number"),
        ('={name="adam", clipnorm=nan}', ".clipnorm", "finite number"),
        (
            '.learning_rate={name="cosine-decay", initial_learning_rate=inf, decay_steps=1}',
            ".learning_rate.initial_learning_rate",
            "finite number",
        ),
        (".learning_rate=true", ".learning_rate", "valid number"),
        (
            '.learning_rate={name="cosine"}',
            ".learning_rate.name",
            'is not a known schedule. Did you mean "cosine-decay"?',
        ),
        (
            '.learning_rate={name="exponential-decay", decay_steps=1, decay_rate=0.5}',
            ".learning_rate.initial_learning_rate",
            "is missing",
        ),
    ],
)
def test_what_keras_does_not_know(change, place, said):
    found = problems(MINIMAL, OPTIMIZER + change)
    assert list(found) == [OPTIMIZER + place]
    assert said in found[OPTIMIZER + place]


def test_what_keras_refuses_is_the_users_to_mend():
    recipe = read(MINIMAL, f'{OPTIMIZER}={{name="adam", clipnorm=1, clipvalue=1}}')
    with pytest.raises(GankitError, match='optimizer "adam" of keras') as caught:
        optimizer_of(recipe)
    assert caught.value.hint == "gankit show adam"


def test_simultaneous_players_take_one_turn_each():
    changes = ('training.updates="simultaneous"', "players.generator.repeats=2")
    assert 'updates = "simultaneous"' in problems(MINIMAL, *changes)["players.generator.repeats"]
    assert read(MINIMAL, changes[1]).players["generator"].repeats == 2
    assert read(MINIMAL, changes[0]).training.updates == "simultaneous"
