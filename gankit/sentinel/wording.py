"""The events of `verdicts.jsonl` in words, without Keras: for terminals, curves and pages."""

import json
from collections.abc import Mapping
from typing import Any


def text(event: Mapping[str, Any]) -> str:
    """Return an event in a line, for people."""
    if event["event"] == "goes-back":
        return f"went back to {event['to']} by hand. It goes on with {_words(event['change'])}"
    what = f"{event['monitor']}: {event['name']}"
    if event["event"] == "rolls-back":
        return (
            f"rolled back from step {event['at']:,} to {event['to']} because of {what}: "
            f"{event['reason']}. It goes on with {_words(event['change'])}"
        )
    if event["event"] == "stops":
        return f"stopped because of {what}: {event['reason']}"
    if event["event"] == "ends":
        return f"{what} is over, which began at step {event['since']:,}"
    remedy = f" → {event['remedy']}" if event.get("remedy") else ""
    return f"{what}, since step {event['since']:,}: {event['reason']}{remedy}"


def _words(change: Mapping[str, Any]) -> str:
    """Return a fragment of a recipe in words."""
    named = [table["name"] for table in change.get("stabilizers", [])]
    others = [json.dumps({k: v}) for k, v in change.items() if k != "stabilizers"]
    return ", ".join([*named, *others]) or "nothing changed"
