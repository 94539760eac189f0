"""The wording of messages: short values, lists of names, and the closest allowed spelling."""

import json
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
LONGEST = 60  # characters of a value


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word closest to this one, or None if none is close."""
    spellings = {_plain(name): name for name in allowed}
    found = get_close_matches(_plain(word[:LONGEST]), spellings, n=1, cutoff=0.6)
    return spellings[found[0]] if found else None


def suggestion(word: object, allowed: Iterable[str]) -> str:
    """Return ` Did you mean "…"?`, or an empty string if no allowed word is close."""
    found = nearest(word, allowed) if isinstance(word, str) else None
    return f" Did you mean {shown(found)}?" if found else ""


def shown(value: Any) -> str:
    """Return a value as a recipe spells it, on one line, truncated if long."""
    return cut(json.dumps(value, ensure_ascii=False, default=str))


def tally(names: Iterable[str]) -> str:
    """Return a list of names, equal ones as their number: `4 × CPU`."""
    counts = Counter(names).items()
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counts)


def printable(text: str) -> str:
    """Return a text whose control characters, but for line ends and tabs, are replaced by �."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _obeyed(c) else c for c in text)


def cut(text: str, longest: int = LONGEST) -> str:
    """Return a text, truncated if long."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def listed(names: Iterable[str]) -> str:
    """Return names separated by commas, or `none`."""
    return ", ".join(names) or "none"


def typed(path: Path | str) -> str:
    """Return a path as one word of a shell."""
    return shlex.quote(str(path))


def plugin_words(files: Iterable[Path | str]) -> str:
    """Return the options that load plugin files, such as `--plugin my_parts.py`."""
    return shlex.join(word for file in files for word in ("--plugin", str(file)))


def reason(error: BaseException) -> str:
    """Return an exception as one line, with the file and line that raised it."""
    line = in_one_line(error)
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    if isinstance(error, SyntaxError) or not frame:
        return line
    file = frame.tb_frame.f_code.co_filename
    if file.startswith("<frozen"):
        return line
    return f"{line} ({Path(file).name}, line {frame.tb_lineno})"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, such as `1 step` or `2,000 steps`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def clock(seconds: float) -> str:
    """Return a duration as `1:02:03` or `2:03`."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def in_one_line(error: BaseException, message: str = "") -> str:
    """Return the class of an exception with its message, or another, without terminal styles."""
    text = " ".join(_STYLE.sub("", message or str(error)).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _obeyed(character: str) -> bool:
    """Return whether a terminal acts on a character, or cannot show it, as half a surrogate."""
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"


def _plain(word: str) -> str:
    return word.lower().replace("_", "-")
