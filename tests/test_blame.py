"""An exception is the fault of the part that raised it, where that is a stranger's."""

from dataclasses import replace

import numpy as np
import pytest

from gankit.discovery.faults import blaming
from gankit.discovery.plugins import load_plugins
from gankit.errors import GankitError
from gankit.messages import in_one_line

pytestmark = pytest.mark.anywhere

PARTS = """
import keras
import gankit


def divide(a, b):
    return a / b


class Scale(keras.Layer):
    def call(self, x):
        return divide(x, None)


class Uneven(gankit.Stabilizer):
    def penalty(self, turn):
        three = keras.ops.cast(3 + 0 * keras.ops.sum(turn.batch["images"]), "int32")
        return keras.ops.sum(keras.ops.reshape(turn.batch["images"], (three, -1)))


class Half(gankit.Stabilizer):
    def penalty(self, turn):
        return divide(turn, 0)

    def prepare(self, gan):
        raise gankit.GankitError("half of nothing", "give it more")


class Whole(gankit.Stabilizer):
    def view(self, images):
        return Scale()(images)


def quarter():
    return [divide(each, 0) for each in range(4)]


@gankit.hookimpl
def gankit_stabilizers():
    return {"half": Half, "uneven": Uneven, "whole": Whole}


@gankit.hookimpl
def gankit_datasets():
    return {"quarter": quarter}
"""


@pytest.fixture
def parts(tmp_path):
    """The parts of the file above, by name."""
    (tmp_path / "of_four.py").write_text(PARTS)
    found = load_plugins([tmp_path / "of_four.py"]).parts
    return {**found["datasets"], **found["stabilizers"]}


def raised_by(parts, call):
    with pytest.raises(Exception) as caught, blaming(parts.values()):
        call()
    return caught.value


def test_a_method_is_at_fault_also_for_what_it_calls(parts):
    error = raised_by(parts, lambda: parts["half"].load()().penalty(1))
    assert isinstance(error, GankitError) and isinstance(error.__cause__, ZeroDivisionError)
    expected = "of_four.py, line 23, Half.penalty: ZeroDivisionError: division by zero"
    assert error.message.startswith('the stabilizer "half" of ')
    assert error.message.endswith(f"failed in {expected}")


def test_a_function_is_at_fault(parts):
    error = raised_by(parts, parts["quarter"].load())
    assert error.message.startswith('the dataset "quarter" of ')


def test_a_layer_beside_a_part_is_its_fault(parts):
    error = raised_by(parts, lambda: parts["whole"].load()().view(np.ones((1, 2))))
    assert error.message.startswith('the stabilizer "whole" of ')
    assert "Whole.view" in error.message
    call = parts["half"].load()().penalty
    alone = raised_by({"whole": parts["whole"]}, lambda: call(1))
    assert 'the stabilizer "whole"' in alone.message and ", divide: " in alone.message


def test_what_nobody_is_at_fault_for_stays_what_it_is(parts):
    assert isinstance(raised_by(parts, lambda: 1 / 0), ZeroDivisionError)


def test_an_error_of_a_part_stays_what_it_is(parts):
    error = raised_by(parts, lambda: parts["half"].load()().prepare(None))
    assert error.message == "half of nothing" and error.hint == "give it more"


def test_a_fault_of_gankit_is_a_traceback(parts):
    own = {"half": replace(parts["half"], distribution="gankit")}
    error = raised_by(own, lambda: parts["half"].load()().penalty(1))
    assert isinstance(error, ZeroDivisionError)


def test_a_trace_shows_where(parts, monkeypatch, capsys):
    call = parts["quarter"].load()
    raised_by(parts, call)
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("GANKIT_TRACE", "1")
    raised_by(parts, call)
    assert "Traceback" in (err := capsys.readouterr().err) and "return a / b" in err


@pytest.mark.parametrize(
    ("verb", "name", "place"),
    [("check", "whole", "31, Whole.view"), ("run", "whole", "31"), ("run", "uneven", "18")],
)
def test_the_command_line_names_the_part(gankit, tmp_path, parts, verb, name, place):
    recipe = f"""
        dataset = {{ name = "ring", count = 64 }}
        architecture = {{ name = "mlp", generator_widths = [4], discriminator_widths = [4] }}
        loss = {{ name = "bce" }}
        stabilizers = [{{ name = "{name}" }}]
        training = {{ batch_size = 32 }}
        """
    (tmp_path / "of_two.toml").write_text(recipe)
    code, _, err = gankit(verb, "of_two.toml", "--plugin", "of_four.py")
    assert code == 1 and "Traceback" not in err and 'File "' not in err
    assert f'the stabilizer "{name}" of ' in err and f"of_four.py, line {place}" in err
    assert err.endswith("→ GANKIT_TRACE=1 shows the whole traceback\n")


def test_the_styles_that_keras_gives_a_message_are_left_out():
    error = RuntimeError("Exception encountered\n\x1b[1mno more of it\x1b[0m")
    assert in_one_line(error) == "RuntimeError: Exception encountered no more of it"
