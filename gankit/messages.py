"""How errors name things: the nearest right spelling, and values short enough to read."""

import json
import re
import shlex
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
LONGEST = 60  # characters of a value that are shown


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word that is spelt most like this one, or None where none is near."""
    spellings = {_plain(name): name for name in allowed}
    found = get_close_matches(_plain(word[:LONGEST]), spellings, n=1, cutoff=0.6)
    return spellings[found[0]] if found else None


def suggestion(word: object, allowed: Iterable[str]) -> str:
    """Return ` Did you mean "…"?`, or nothing where no allowed word is near."""
    found = nearest(word, allowed) if isinstance(word, str) else None
    return f" Did you mean {shown(found)}?" if found else ""


def shown(value: Any) -> str:
    """Return a value as a recipe spells it, on one line, cut where it is long."""
    return cut(json.dumps(value, ensure_ascii=False, default=str))


def cut(text: str, longest: int = LONGEST) -> str:
    """Return a text, cut where it is long."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def listed(names: Iterable[str]) -> str:
    """Return names as a list in a sentence, or `none`."""
    return ", ".join(names) or "none"


def plugin_words(files: Iterable[Path | str]) -> str:
    """Return what to type for plugin files, `--plugin my_parts.py`; nothing if there are none."""
    return shlex.join(word for file in files for word in ("--plugin", str(file)))


def reason(error: BaseException) -> str:
    """Return an exception as one line that names the place where it was raised."""
    line = in_one_line(error)
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    if isinstance(error, SyntaxError) or not frame:
        return line
    code = frame.tb_frame.f_code
    if code.co_filename.startswith("<frozen"):
        return line
    return f"{line} ({Path(code.co_filename).name}, line {frame.tb_lineno})"


def in_one_line(error: BaseException, message: str = "") -> str:
    """Return an exception's class and message as one line, without the styles that Keras gives.

    Args:
        error: The exception.
        message: What to say in place of its own.
    """
    text = " ".join(_STYLE.sub("", message or str(error)).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _plain(word: str) -> str:
    return word.lower().replace("_", "-")
