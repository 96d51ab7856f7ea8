"""The examples that are shipped: one JSON file each, named as the example."""

import json
from pathlib import Path

from agentops.domain.golden import Example

SHELF = Path(__file__).parent / "examples"


def load_shipped() -> list[Example]:
    """Every shipped example, by name. A file that cannot be read is an error: it must not pass by being skipped."""
    return [_read_file(path) for path in sorted(SHELF.glob("*.json"))]


def keep_shipped(example: Example) -> None:
    """Write an example's file anew."""
    text = json.dumps(example.to_json(), indent=1, ensure_ascii=False)
    (SHELF / f"{example.name}.json").write_text(f"{text}\n")


def _read_file(path: Path) -> Example:
    example = Example.model_validate_json(path.read_text())
    if example.name != path.stem:
        raise ValueError(f"{path.name} holds an example named {example.name!r}")
    return example
