"""The events of `verdicts.jsonl` in words; needs no Keras."""

import json
from collections.abc import Mapping
from typing import Any


def text(event: Mapping[str, Any]) -> str:
    """Return an event as one line of text."""
    if event["event"] == "goes-back":
        return f"went back to {event['to']} by hand; continues with {change(event['change'])}"
    what = f"{event['monitor']}: {event['name']}"
    if event["event"] == "rolls-back":
        return (
            f"rolled back from step {event['at']:,} to {event['to']} because of {what}: "
            f"{event['reason']}; continues with {change(event['change'])}"
        )
    if event["event"] == "stops":
        return f"stopped because of {what}: {event['reason']}"
    if event["event"] == "ends":
        return f"{what} has ended; it began at step {event['since']:,}"
    remedy = f" → {event['remedy']}" if event.get("remedy") else ""
    return f"{what}, since step {event['since']:,}: {event['reason']}{remedy}"


def change(made: Mapping[str, Any]) -> str:
    """Return a change to a recipe in words."""
    named = [table["name"] for table in made.get("stabilizers", [])]
    others = [json.dumps({k: v}) for k, v in made.items() if k != "stabilizers"]
    return ", ".join([*named, *others]) or "nothing changed"
