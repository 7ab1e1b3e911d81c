"""The overview and what opens over it."""
