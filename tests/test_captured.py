"""The captured step of PyTorch gives the bits of the step that is played."""

from functools import partial

import keras
import numpy as np
import pytest
from games import game, values
from keras import ops
from test_recipes_shipped import BATCH, RECIPES, small
from test_stabilizers_grid import LOSSES, STABILIZERS, made

import gankit
from gankit.data.batches import Batches
from gankit.discovery.plugins import load_plugins
from gankit.recipe.recipe import check_recipe, read_recipe
from gankit.run.checkpoint import Checkpoints, Place
from gankit.run.experiment import build

BACKEND = keras.backend.backend()
pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="only PyTorch's step is captured")

STEPS = 3  # played, captured, replayed


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    from gankit.engine.torch import captured

    monkeypatch.setattr(captured, "EAGER_STEPS", 1)


def batch(images, step, count=4):
    return {"images": np.roll(images, step, axis=0)[:count]}


def step_of(gan):
    return gan._step


def both(make, images, steps=STEPS, batches=batch):
    """Return two games after the same steps, the first captured, the second played."""
    one, other = make(), make()
    for variable, twin in zip(state(one), state(other), strict=True):
        twin.assign(variable.value)
    for step in range(steps):
        logs = one.train_step((batches(images, step),))
        played = other.play(batches(images, step))
        assert {k: float(v) for k, v in logs.items()} == pytest.approx(
            {k: float(v) for k, v in played.items()}, rel=0, abs=0, nan_ok=True
        )
    return one, other


def state(gan):
    return [*gan.variables, *gan.optimizer.variables]


def same(one, other):
    return [x.tobytes() for x in values(state(one))] == [x.tobytes() for x in values(state(other))]


def graphs(gan):
    return sum(map(len, step_of(gan).captures.values()))


@pytest.mark.parametrize("stabilizer", STABILIZERS)
def test_each_stabilizer_is_captured(images, stabilizer):
    def make():
        norm = stabilizer == "virtual-batch-norm"  # which needs one
        return game(LOSSES["bce"](), [made(stabilizer)], norm=norm, learning_rate=1e-3)

    one, other = both(make, images)
    assert step_of(one).failure is None and graphs(one) >= 1
    assert same(one, other)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_loss_is_captured(images, loss):
    one, other = both(lambda: game(LOSSES[loss](), []), images)
    assert step_of(one).failure is None and same(one, other)


@pytest.mark.long
@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_is_captured(tmp_path, name):
    whole = read_recipe(RECIPES[name], load_plugins())
    stages = {"stages": whole.given["stages"]} if whole.later else {}
    recipe = check_recipe(small(whole.filled | stages, tmp_path), load_plugins(), name)
    for stage in recipe.stages():
        dataset = stage.dataset.make()
        made = partial(build, stage, dataset.spec)
        size = BATCH * max(made().repeats.values())
        batches = Batches(dataset, size, 0)
        one, other = both(made, batches, 3, lambda batches, step: batches[step % len(batches)][0])
        assert step_of(one).failure is None and same(one, other)


def test_a_penalty_on_some_steps_has_a_graph_for_each_case(images):
    def make():
        return game(LOSSES["bce"](), [STABILIZERS["r1"](every=3)])

    one, other = both(make, images, steps=8)
    assert graphs(one) == 2 and same(one, other)


def test_a_batch_of_another_size_is_captured_again(images):
    def batches(images, step):
        return batch(images, step, 4 if step % 2 else 3)

    one, other = both(lambda: game(LOSSES["hinge"](), []), images, 6, batches)
    assert graphs(one) == 2 and same(one, other)


def test_a_resumed_game_goes_on_with_the_same_bits(images, tmp_path):
    def make():
        return game(LOSSES["bce"](), [STABILIZERS["r1"](), STABILIZERS["ema"]()])

    whole, resumed = make(), make()
    checkpoints = Checkpoints(tmp_path)
    for step in range(3):
        whole.train_step((batch(images, step),))
        resumed.train_step((batch(images, step + 5),))  # captured before it is restored
    checkpoints.save(whole, Place())
    checkpoints.newest().restore(resumed)
    for step in range(3, 6):
        whole.train_step((batch(images, step),))
        resumed.train_step((batch(images, step),))
    assert step_of(resumed).failure is None and same(whole, resumed)


class View(gankit.Stabilizer):
    """Changes what the discriminator sees."""

    def __init__(self, change):
        self.change = change

    def view(self, images):
        return self.change(images)


OUTSIDE = keras.Variable(0.0, trainable=False)


def write_outside(images):
    OUTSIDE.assign(OUTSIDE.value + 1)
    return images


def own_draw(images):
    import torch

    return images + 0 * torch.randn(1)


FALLBACKS = {
    "a number of a tensor": lambda x: x + float(ops.convert_to_numpy(ops.mean(x))),
    "a branch on a tensor": lambda x: x if ops.mean(x) > 2 else 2 * x,
    "a variable that is not the game's": write_outside,
    "a draw of PyTorch's own": own_draw,
}


@pytest.mark.parametrize("change", FALLBACKS.values(), ids=FALLBACKS)
def test_what_cannot_be_traced_is_played_and_one_line_says_so(images, capsys, change):
    one, other = both(lambda: game(LOSSES["bce"](), [View(change)]), images)
    assert step_of(one).failure is not None and same(one, other)
    assert capsys.readouterr().err.count("warning: the training step is not captured") == 1


def test_a_variable_outside_is_written_once_in_each_step(images):
    gan = game(LOSSES["bce"](), [View(write_outside)])
    gan.train_step((batch(images, 0),))
    before = float(OUTSIDE.value)
    for step in range(3):
        gan.train_step((batch(images, step),))
    assert float(OUTSIDE.value) % 3 == before % 3 and float(OUTSIDE.value) > before


def test_captured_draws_change_from_step_to_step_and_leave_pytorchs_own(images):
    import torch

    seen = []
    one = game(LOSSES["bce"](), [STABILIZERS["instance-noise"](decay=99)])
    torch.manual_seed(5)
    first = torch.get_rng_state()
    for _ in range(3):
        seen.append(float(one.train_step((batch(images, 0),))["d_loss"]))
    assert len(set(seen)) == 3 and torch.equal(first, torch.get_rng_state())


def test_a_game_that_is_compiled_again_is_captured_again(images):
    one, other = both(lambda: game(LOSSES["bce"](), []), images)
    for gan in (one, other):
        gan.compile({player: keras.optimizers.SGD(0.1) for player in gan.game.players})
    for step in range(3):
        one.train_step((batch(images, step),))
        other.play(batch(images, step))
    assert graphs(one) == 1 and same(one, other)


def test_a_game_that_runs_eagerly_is_not_captured(images):
    gan = game(LOSSES["bce"](), [])
    gan.run_eagerly = True
    gan.train_step((batch(images, 0),))
    assert step_of(gan) is None


def test_a_short_run_is_not_captured(images, monkeypatch):
    from gankit.engine.torch import captured

    monkeypatch.setattr(captured, "EAGER_STEPS", 9)
    monkeypatch.setattr(captured, "EAGER_SECONDS", float("inf"))
    one, other = both(lambda: game(LOSSES["bce"](), []), images)
    assert not graphs(one) and same(one, other)
    monkeypatch.setattr(captured, "EAGER_SECONDS", 0)
    one, other = both(lambda: game(LOSSES["bce"](), []), images)
    assert graphs(one) == 1 and same(one, other)  # its steps are long


def test_equal_operations_are_merged_unless_something_is_written_between_them():
    import torch
    from torch.fx.experimental.proxy_tensor import make_fx

    from gankit.engine.torch import flat_graph

    def function(x, y):
        first, view = x * y, x.view(-1)
        view.add_(1)
        second = x * y  # of other values
        third, fourth = y.exp(), y.exp()
        fifth = y.exp()  # written to, so it may not be another one's
        fifth.add_(1)
        return first + second, third + fourth, fifth

    def given():
        return torch.arange(4.0), torch.arange(4.0) / 3

    made = make_fx(function, tracing_mode="fake")(*given())
    before = sum(node.op == "call_function" for node in made.graph.nodes)
    wanted = [x.numpy() for x in function(*given())]
    found = flat_graph.optimised(made)(*given())
    calls = sum(node.op == "call_function" for node in made.graph.nodes)
    assert calls == before - 1
    assert [x.numpy().tobytes() for x in found] == [x.tobytes() for x in wanted]


def edited(function, *given):
    """Return the operations of an edited graph, whose results have the bits of the function."""
    from torch.fx.experimental.proxy_tensor import make_fx

    from gankit.engine.torch import flat_graph

    made = make_fx(function, tracing_mode="fake")(*(x.clone() for x in given))
    found = flat_graph.optimised(made)(*(x.clone() for x in given))
    wanted = function(*(x.clone() for x in given))
    assert [x.numpy().tobytes() for x in found] == [x.numpy().tobytes() for x in wanted]
    calls = [node.target for node in made.graph.nodes if node.op == "call_function"]
    return [str(getattr(call, "__name__", call)) for call in calls]


def test_what_equals_its_input_is_dropped_unless_something_is_written_to_it():
    import torch

    def written(x, y):
        before = x * 1
        x.add_(y)
        return before, x / 1.0 + y

    def minus_zero(x):
        return [(x + 0.0) ** 1.0 * 1]

    assert edited(written, torch.ones(2), torch.ones(2)) == ["mul", "add_.Tensor", "div", "add_"]
    assert edited(minus_zero, torch.tensor([-0.0, 1.0])) == ["add"]


def test_constants_are_computed_once_and_products_with_zero_too():
    import torch

    def constants(x, w):
        zeros = torch.zeros_like(x)
        slope = torch.ops.aten.leaky_relu_backward(zeros @ w, x, 0.2, False)
        return [x + slope, torch.ones_like(x).sum() * 2, x * zeros]

    def written(x):
        zeros = torch.zeros_like(x)
        zeros.add_(x)
        return [zeros @ x]

    x, w = torch.tensor([[-0.0, -1.0], [2.0, 3.0]]), -torch.ones(2, 2)
    assert edited(constants, x, w) == ["add", "mul"]  # −1 · 0 is −0
    assert edited(written, x) == ["zeros_like", "add_.Tensor", "mm"]


def test_a_result_is_written_over_an_input_that_nobody_reads_again():
    import torch

    def chain(x, y):
        first = x * y
        second = first + 1  # over the product
        third = second * y  # not over the sum, whose view is read later
        return [third, second.view(-1) + 2, x + y]

    def lists(x, y):
        roots = torch._foreach_sqrt([x, y])
        sums = torch._foreach_add(roots, 1.0)
        return [*torch._foreach_div(sums, [y, x]), *torch._foreach_add([x, x], 1.0)]

    x, y = torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(2, 3) + 1
    assert edited(chain, x, y) == ["mul", "add_", "mul", "view", "add", "add"]
    assert edited(lists, x, y)[:3] == ["_foreach_sqrt", "getitem", "getitem"]
    assert edited(lists, x, y)[3:5] == ["_foreach_add_", "_foreach_div_"]


def test_adam_takes_the_squares_of_the_norm():
    import torch

    def squares(x, y):
        norm = (x**2).sum() + (y**2).sum()
        return [norm, *torch._foreach_mul([x, y], [x, y])]

    def written(x, y):
        norm = (x**2).sum() + (y**2).sum()
        y.add_(1)
        return [norm, *torch._foreach_mul([x, y], [x, y])]

    x, y = torch.arange(6.0).reshape(2, 3), torch.arange(3.0)
    assert "_foreach_mul" not in edited(squares, x, y)
    assert "_foreach_mul" in edited(written, x, y)


def test_the_gradient_of_a_kernel_lies_in_memory_as_the_kernel():
    import torch

    from gankit.engine.torch import kernels

    images = torch.ones(2, 8, 8, 3)
    kernel = torch.ones(4, 4, 3, 5, requires_grad=True)
    (gradient,) = torch.autograd.grad(
        kernels.convolution(images, kernel, (2, 2), "same").sum(), kernel
    )
    assert gradient.is_contiguous()  # else Adam reads it slowly
