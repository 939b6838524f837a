"""What all tests share: homes whose keys are made once, servers on them, and a watch for leaks."""

from __future__ import annotations

import gc
import multiprocessing.resource_tracker
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from firm import provision
from wharfinger import Server, Settings
from wharfinger.server.app.init import create_home
from wharfinger.server.home import Home

# no deadline: the machine may be busy, and no property here is about time
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("soak", settings.get_profile("default"), max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """Log lines would only hide what a failing test says; tests that want them capture them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    # lives as long as the process once anything is spawned, so no test has leaked it
    multiprocessing.resource_tracker.ensure_running()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SSH host keys and a TLS certificate, made once for the whole run."""
    home = Home(tmp_path_factory.mktemp("keys") / "home")
    create_home(home, settings="")
    return home.keys


@pytest.fixture
def home(tmp_path: Path, keys: Path) -> Home:
    """A new home."""
    place = Home(tmp_path / "home")
    place.create()
    shutil.copytree(keys, place.keys, dirs_exist_ok=True)
    create_home(place, settings="")
    return place


@pytest.fixture
def start(home: Home, no_leaks: None) -> Iterator[Callable[..., Server]]:
    """Start servers in threads, by default on `home`; they are stopped after the test."""
    with ExitStack() as running:

        def start(*, hooks: tuple[object, ...] = (), processes: int = 0, **changes: Any) -> Server:
            chosen = {"home": home.root, "stop_timeout": 2, **changes}
            server = Server(Settings(**chosen), hooks, import_processes=processes)
            return running.enter_context(server)

        yield start


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    """A server with a client `acme`, an account `acme-payroll` and its folder /hr/users."""
    server = start()
    provision(server)
    return server


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """Fail when a test leaves threads or descriptors behind."""
    threads, descriptors = set(threading.enumerate()), _descriptors()
    yield
    deadline = time.monotonic() + 5
    while True:
        gc.collect()
        leaked = [t for t in threading.enumerate() if t not in threads and not _is_shared(t)]
        opened = {fd: to for fd, to in _descriptors().items() if fd not in descriptors}
        if not leaked and not opened:
            return
        if time.monotonic() > deadline:
            pytest.fail(f"left behind: threads {leaked}, descriptors {opened}")
        threading.Event().wait(0.02)


def _is_shared(thread: threading.Thread) -> bool:
    """asyncio's default executor belongs to the loop of the test's thread, not to the test."""
    return thread.name.startswith("asyncio_")


def _descriptors() -> dict[str, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue  # the one that listed the folder
    return found
