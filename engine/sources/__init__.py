"""Where lines come from: bytes in, lines out. Nothing here knows what a line means."""
