"""The incremental engine: native lines in, frozen snapshots out. Imports no Textual."""

__version__ = "0.1.0"
