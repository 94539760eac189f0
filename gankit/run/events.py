"""TensorBoard events, written without TensorFlow."""

import io
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
from tensorboard.plugins.hparams.plugin_data_pb2 import (
    HParamsPluginData,
    SessionEndInfo,
    SessionStartInfo,
)
from tensorboard.summary.writer.record_writer import RecordWriter

from gankit.files import extend, written
from gankit.pictures.sheets import png

_FIELDS = {bool: "bool_value", int: "number_value", float: "number_value"}


class EventLog:
    """The TensorBoard events of a run; each is in its file as soon as it is added.

    Args:
        folder: The folder of the events.
        purge_step: The first step to be played; TensorBoard forgets the events of a killed run
            from there on. None forgets nothing.

    Raises:
        GankitError: The folder cannot be made, or, from any method, the events cannot be written.
    """

    def __init__(self, folder: str | os.PathLike[str], purge_step: int | None = 0):
        self.folder = Path(folder)
        self.purge_step = purge_step
        self._files: dict[str, io.FileIO] = {}
        with written(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def scalars(self, values: Mapping[str, float], step: int, run: str = "") -> None:
        """Add a point to the curve of each tag.

        Args:
            values: The points by tag.
            step: Their place on the x axis.
            run: A part of the run, e.g. `generator`. Curves of one tag share a chart, each part
                with its own colour.
        """
        points = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        self._add(points, step, run)

    def image(self, tag: str, image: Image.Image, step: int) -> None:
        """Add an image."""
        summary = Summary.Image(
            height=image.height,
            width=image.width,
            colorspace=len(image.getbands()),
            encoded_image_string=png(image),
        )
        self._add([Summary.Value(tag=tag, image=summary)], step)

    def text(self, tag: str, markdown: str, step: int, run: str = "") -> None:
        """Add a text in Markdown; `run` as in `scalars`."""
        plugin = SummaryMetadata.PluginData(plugin_name="text")
        kind = SummaryMetadata(plugin_data=plugin, data_class=DATA_CLASS_TENSOR)
        tensor = TensorProto(
            dtype=DT_STRING, tensor_shape=TensorShapeProto(), string_val=[markdown.encode()]
        )
        self._add([Summary.Value(tag=tag, tensor=tensor, metadata=kind)], step, run)

    def hparams(self, values: Mapping[str, object]) -> None:
        """Add the run to TensorBoard's table of runs, once.

        The table has a column for each value and each scalar of its runs. No list of columns is
        written, since TensorBoard would use the list of one run for all.
        """
        start = SessionStartInfo(start_time_secs=time.time())
        for name, value in values.items():
            field = _FIELDS.get(type(value), "string_value")
            setattr(start.hparams[name], field, str(value) if field == "string_value" else value)
        self._session(metadata.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=start))

    def flush(self) -> None:
        """Wait until all events are on the disk."""
        with written(self.folder):
            for file in self._files.values():
                os.fsync(file.fileno())

    def close(self) -> None:
        """Add the end of the run, and close the files."""
        end = SessionEndInfo(status=STATUS_SUCCESS, end_time_secs=time.time())
        self._session(metadata.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=end))
        with written(self.folder):
            for file in self._files.values():
                file.close()

    def _session(self, tag: str, data: HParamsPluginData) -> None:
        kind = metadata.create_summary_metadata(data)
        self._add([Summary.Value(tag=tag, tensor=metadata.NULL_TENSOR, metadata=kind)], step=0)

    def _add(self, values: Sequence[Summary.Value], step: int, run: str = "") -> None:
        with written(self.folder / run):
            if run not in self._files:
                self._files[run] = self._open(run)
            _write(self._files[run], step=step, summary=Summary(value=values))

    def _open(self, run: str) -> io.FileIO:
        folder = self.folder / run
        if run:  # never the folder of a run that somebody has removed
            folder.mkdir(exist_ok=True)
        # TensorBoard reads the files of a folder by name
        file = (folder / f"events.out.tfevents.{time.time_ns()}").open("xb", buffering=0)
        _write(file, file_version="brain.Event:2")
        if self.purge_step is not None:
            _write(file, step=self.purge_step, session_log=SessionLog(status=SessionLog.START))
        return file


def _write(file: io.FileIO, **content: Any) -> None:
    event, record = Event(wall_time=time.time(), **content), io.BytesIO()
    RecordWriter(record).write(event.SerializeToString())
    extend(file, record.getvalue())
