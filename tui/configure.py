"""Parsed arguments to the engine's and the sources' configurations."""

import argparse
import os

import platformdirs

from engine.config import EngineConfig, SourceConfig


def engine_config(
    arguments: argparse.Namespace | None = None, lateness: int | None = None, watched: bool = True
) -> EngineConfig:
    """The engine's options; all defaults without arguments. `lateness` stands in where none was given.

    Without a screen (`watched`) nobody can ask for the lines that posts came in: none are kept.
    """
    if arguments is None:
        return EngineConfig()
    alerts = tuple(getattr(arguments, "alert", None) or ())
    given = arguments.lateness if arguments.lateness is not None else lateness
    return EngineConfig(
        window=arguments.window,
        retention=arguments.retention,
        lateness=EngineConfig().lateness if given is None else given,
        horizons=arguments.horizons,
        clusters=arguments.clusters,
        topics=not getattr(arguments, "no_topics", False),
        alerts=alerts,
        alert_filters=_named_by(alerts),
        max_raw_lines=EngineConfig().max_raw_lines if watched else 0,
        respect_noindex=not arguments.keep_noindex,
        no_text=getattr(arguments, "no_text", False),
        hash_authors=getattr(arguments, "hash_authors", False),
        seed=arguments.seed,
    )


def _named_by(alerts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The saved filters that some alerts name, each of which has been read."""
    if not any("@" in alert for alert in alerts):
        return ()
    from engine.alerts.rules import read_rule  # noqa: PLC0415 - most name none
    from tui.saved_filters import default_path, read_filters  # noqa: PLC0415

    saved = read_filters(default_path())
    return tuple(dict(pair for alert in alerts for pair in read_rule(alert, saved).filters).items())


def source_config(arguments: argparse.Namespace, stdin_fd: int | None = None) -> SourceConfig:
    """The sources' options."""
    return SourceConfig(
        paths=tuple(arguments.feed),
        follow=not getattr(arguments, "no_follow", True),
        follow_missing=arguments.follow_missing,
        start=getattr(arguments, "start", "start"),
        since=getattr(arguments, "since", None),
        replay=getattr(arguments, "replay", None),
        format=arguments.format,
        map=arguments.map,
        stdin_fd=stdin_fd,
    )


def state_folder(arguments: argparse.Namespace) -> str:
    """Where corrections are kept: the folder asked for, else the user's state folder."""
    return os.path.abspath(arguments.state or platformdirs.user_state_path("trendtop"))
