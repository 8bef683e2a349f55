"""Configurations of other tools as specs: cfg files of Darknet, YAML files of Ultralytics.

They say what a network is, and have no weights. So there is nothing to compare a spec with: it is
compiled, and its parameters are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .backends.configs.config_text import LARGEST_FILE, Config, ConfigError
from .backends.configs.darknet_cfg import read_darknet
from .backends.configs.ultralytics_yaml import read_ultralytics
from .compiler import imports
from .compiler.imports import Unreadable
from .grammar.diagnostics import CompileError
from .grammar.source import Source
from .python_models import ImportFailed, Written, identifier


def import_darknet(path: Path) -> Written:
    """The spec of a cfg file. Raises Unreadable for a file that is no such configuration,
    ImportFailed if its spec does not compile."""
    return _written(path, read_darknet)


def import_ultralytics(path: Path) -> Written:
    """The spec of a YAML file, with a net for each scale. Raises as ``import_darknet`` does."""
    return _written(path, read_ultralytics)


def _written(path: Path, read: Callable[[str, str], Config]) -> Written:
    text = imports.read(path).text
    if len(text) > LARGEST_FILE:
        raise Unreadable(f"{path} has {len(text):,} characters, and at most {LARGEST_FILE:,}")
    try:
        config = read(text, identifier(path.stem))
    except ConfigError as error:
        raise Unreadable(f"{path}:{error.line}: {error.message}", error.hint) from None
    notes = tuple(_counts(path, config))
    return Written(config.text, config.nets[0], notes, frozenset([str(path)]))


def _counts(path: Path, config: Config) -> Iterator[str]:
    """What each net has. Raises ImportFailed."""
    from .network import compiled

    yield f"{path} has no weights, so nothing was compared"
    for net in config.nets:
        try:
            network = compiled(Source(f"the spec of {path}", config.text), net, {}, None, ())
        except CompileError as error:
            reasons = tuple(d.message for d in error.diagnostics)
            raise ImportFailed(f"the spec of {path} has errors", reasons, config.text) from error
        yield f"{net} has {network.params:,} parameters and {network.macs:,} MACs"
