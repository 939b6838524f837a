"""`wharfinger serve`."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
from pathlib import Path

import click
import structlog

from ..app import Server
from ..exceptions import SettingsInvalid
from ..settings import Settings, load_settings, read_address
from .answer import print_json
from .office import Office, WharfingerCommand, pass_office


@click.command("serve", cls=WharfingerCommand)
@click.option("--sftp", metavar="HOST:PORT", help="Serve SFTP here.")
@click.option("--ftps", metavar="HOST:PORT", help="Serve FTP over implicit TLS here.")
@click.option("--ftpes", metavar="HOST:PORT", help="Serve FTP over explicit TLS here.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write process id and listeners into this file (JSON) once clients can connect.",
)
@pass_office
def command(office: Office, /, ready_file: Path | None, **listeners: str | None) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP takes a renewed certificate and host keys at once.

    Without options, all listeners of wharfinger.toml are served; with one or more of --sftp, --ftps
    and --ftpes, just these. Port 0 takes any free port.
    """
    settings = _settings(office, listeners)
    configure_logging(settings.log_level)
    asyncio.run(_serve(office, settings, ready_file))


def configure_logging(level: str) -> None:
    """Log lines to standard error: JSON, or readable lines at a terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # a warning of a library is for whoever develops this, and no line of JSON
    logging.captureWarnings(True)
    # the libraries' own lines hold paths and names; what they say below this is in ours
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)


def _settings(office: Office, listeners: dict[str, str | None]) -> Settings:
    office.home.require()
    if all(text is None for text in listeners.values()):
        return office.settings
    try:
        chosen = {
            protocol: read_address(text) if text is not None else None
            for protocol, text in listeners.items()
        }
    except ValueError as error:
        raise SettingsInvalid(str(error), hint="for example: --sftp 0.0.0.0:2022") from None
    return load_settings(office.home.root, **chosen)


async def _serve(office: Office, settings: Settings, ready_file: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Server(settings, import_processes=settings.import_workers) as server:
        loop.add_signal_handler(signal.SIGHUP, server.reload)
        _spare_collector()
        ready = server.describe()
        if ready_file is not None:
            _write_whole(ready_file, json.dumps(ready) + "\n")
        if office.json:
            print_json(ready)
        else:
            where = ", ".join(f"{name} on {at}" for name, at in server.addresses.items())
            click.echo(f"wharfinger serves {where}. Stop it with Ctrl-C.")
        await stop.wait()
    if ready_file is not None:
        await asyncio.to_thread(ready_file.unlink, missing_ok=True)


def _spare_collector() -> None:
    """Let the garbage collector leave out all modules: walking them holds the loop up for 70 ms."""
    gc.collect()
    gc.freeze()


def _write_whole(path: Path, text: str) -> None:
    """Write a file that appears as a whole, for whoever waits for it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
