import io
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_accumulator import (
    EventAccumulator as PluginEventAccumulator,
)
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS

from gankit import GankitError
from gankit.run.events import EventLog

pytestmark = pytest.mark.anywhere


def read(folder):
    return EventAccumulator(str(folder), {"scalars": 0, "images": 0}).Reload()


def points(folder, tag):
    return [(event.step, event.value) for event in read(folder).Scalars(tag)]


def test_scalars_are_read_back(tmp_path):
    log = EventLog(tmp_path)
    log.scalars({"speed": 900, "accuracy": np.float32(0.25)}, 1)
    log.scalars({"speed": 800.5, "accuracy": float("nan")}, 2)
    assert points(tmp_path, "speed") == [(1, 900), (2, 800.5)], "before any flush"
    log.close()
    (_, first), (_, second) = points(tmp_path, "accuracy")
    assert first == 0.25
    assert np.isnan(second)


def test_the_players_share_a_chart(tmp_path):
    """A chart is a tag; its curves are the runs that have it."""
    log = EventLog(tmp_path / "lego-1")
    log.scalars({"loss": 0.5}, 1, run="discriminator")
    log.scalars({"loss": 1.5}, 1, run="generator")
    log.scalars({"speed": 1}, 1)
    log.close()
    runs = EventMultiplexer().AddRunsFromDirectory(str(tmp_path)).Reload()
    tags = {
        run: [tag for tag in found["tensors"] if tag[0] != "_"]
        for run, found in runs.Runs().items()
    }
    assert tags == {
        "lego-1": ["speed"],
        "lego-1/discriminator": ["loss"],
        "lego-1/generator": ["loss"],
    }


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_images_are_read_back(tmp_path, mode):
    shape = (5, 7, len(mode))
    pixels = np.random.default_rng(0).integers(0, 256, shape, "uint8")
    log = EventLog(tmp_path)
    for step in (1, 2):
        log.image("samples", Image.fromarray(pixels.squeeze()), step)
    log.close()
    for step, event in enumerate(read(tmp_path).Images("samples"), 1):
        assert (event.step, event.height, event.width) == (step, 5, 7)
        decoded = Image.open(io.BytesIO(event.encoded_image_string))
        np.testing.assert_array_equal(np.asarray(decoded).reshape(shape), pixels)


def test_text_is_read_back_as_the_text_plugin_s(tmp_path):
    log = EventLog(tmp_path)
    log.text("recipe", "# Bricks\n\n`größe = 64`", 3)
    log.close()
    events = PluginEventAccumulator(str(tmp_path)).Reload()
    assert events.SummaryMetadata("recipe").plugin_data.plugin_name == "text"
    (event,) = events.Tensors("recipe")
    assert event.step == 3
    assert [text.decode() for text in event.tensor_proto.string_val] == ["# Bricks\n\n`größe = 64`"]


def session(folder):
    """Return what the HParams plugin reads of a run: its values, and its status if it has ended."""
    content = PluginEventAccumulator(str(folder)).Reload().PluginTagToContent("hparams")
    start = metadata.parse_session_start_info_plugin_data(content[metadata.SESSION_START_INFO_TAG])
    values = {
        name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()
    }
    if metadata.SESSION_END_INFO_TAG not in content:
        return values, None
    end = metadata.parse_session_end_info_plugin_data(content[metadata.SESSION_END_INFO_TAG])
    assert end.end_time_secs >= start.start_time_secs
    return values, end.status


def test_hparams_are_read_back(tmp_path):
    values = {"flip": True, "size": 64, "rate": 2e-4, "loss": "bce", "betas": [0.5, 0.9]}
    expected = {**values, "betas": "[0.5, 0.9]"}
    log = EventLog(tmp_path)
    log.hparams(values)
    assert session(tmp_path) == (expected, None)
    log.close()
    assert session(tmp_path) == (expected, STATUS_SUCCESS)


def test_what_a_killed_run_wrote_is_gone_when_it_is_resumed(tmp_path):
    killed = EventLog(tmp_path)
    killed.hparams({"loss": "bce"})
    for step in range(8):
        killed.scalars({"loss": step}, step, run="generator")
        killed.image("samples", Image.new("L", (2, 2), step), step)
    resumed = EventLog(tmp_path, purge_step=5)
    for step in (5, 6):
        resumed.scalars({"loss": 100 + step}, step, run="generator")
        resumed.image("samples", Image.new("L", (2, 2), 100 + step), step)
    resumed.close()
    kept = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 105), (6, 106)]
    assert points(tmp_path / "generator", "loss") == kept
    assert [event.step for event in read(tmp_path).Images("samples")] == list(range(7))
    runs = EventMultiplexer().AddRunsFromDirectory(str(tmp_path)).Reload()
    events = runs.Tensors("generator", "loss")
    assert [(event.step, event.tensor_proto.float_val[0]) for event in events] == kept
    assert session(tmp_path) == ({"loss": "bce"}, STATUS_SUCCESS)


def test_a_resumed_run_forgets_what_it_does_not_write_again(tmp_path):
    killed = EventLog(tmp_path)
    for step in range(4):
        killed.scalars({"loss": step, "rare": step}, step)
    resumed = EventLog(tmp_path, purge_step=2)
    resumed.scalars({"loss": 7}, 2)
    assert points(tmp_path, "rare") == [(0, 0), (1, 1)]


def test_events_that_were_cut_off_in_a_record_are_read_up_to_it(tmp_path):
    EventLog(tmp_path).scalars({"loss": 1}, 1)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + b"\x80\x00\x00")
    EventLog(tmp_path, purge_step=2).scalars({"loss": 2}, 2)
    assert points(tmp_path, "loss") == [(1, 1), (2, 2)]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(GankitError, match=r"file cannot be written"):
        EventLog(tmp_path / "file")
    log = EventLog(tmp_path / "events")
    (tmp_path / "events").rmdir()
    for write in (lambda: log.scalars({"loss": 1}, 1), log.close):
        with pytest.raises(GankitError, match=r"events cannot be written"):
            write()
    assert not (tmp_path / "events").exists()


@pytest.mark.parametrize("forbid", ["sys.modules['tensorflow'] = None", ""])
def test_tensorflow_is_not_imported(tmp_path, forbid):
    script = f"""
        import sys
        {forbid}
        from PIL import Image
        from gankit.run.events import EventLog
        log = EventLog({str(tmp_path)!r}, purge_step=1)
        log.hparams({{"size": 64}})
        log.scalars({{"loss": 1.0}}, 1, run="generator")
        log.image("samples", Image.new("RGB", (4, 4)), 1)
        log.text("recipe", "text", 1)
        log.flush()
        log.close()
        assert not sys.modules.get("tensorflow")
        assert "keras" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
    assert points(tmp_path / "generator", "loss") == [(1, 1)]
