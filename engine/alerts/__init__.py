"""Thresholds, bursts and silences that a user wants to be told of, in event time: docs/alerts.md."""
