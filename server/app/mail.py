"""Mail: who is told of what, as the registry has it, and the postman of a running server."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import cast

from ...hooks.notify import MailServer, Postman, Subscription
from ...hooks.notify.subscription import Details, When
from ...hooks.plugins import Plugins
from ...hooks.timetable import Timetable
from ...hooks.workers import ImportWorkers
from ..accounts import Registry
from ..home import Home
from ..settings import Settings


class RegistrySubscriptions:
    """The folders of all accounts that somebody is told of."""

    def __init__(self, registry: Registry, home: Home) -> None:
        self._registry = registry
        self._home = home

    def __call__(self) -> Iterator[Subscription]:
        """One for each folder with recipients."""
        clients = {account.login: account.client for account in self._registry.accounts()}
        for folder in self._registry.folders():
            if folder.notify and folder.login in clients:
                client = clients[folder.login]
                yield Subscription(
                    client=client,
                    directory=self._home.client(client).directory,
                    account=folder.login,
                    folder=folder.path,
                    recipients=folder.notify,
                    when=cast("When", folder.notify_on),
                    details=cast("Details", folder.mail_details),
                    language=folder.language,
                )


def start_mail(
    settings: Settings,
    registry: Registry,
    home: Home,
    plugins: Plugins,
    timetable: Timetable,
    *,
    workers: ImportWorkers,
) -> Callable[[], None]:
    """Have mail sent while the server runs, if there is a mail server; returns what wakes it."""
    server = mail_server(settings)
    if server is None:
        return lambda: None
    wake = functools.partial(timetable.wake, "mail")
    postman = Postman(server, RegistrySubscriptions(registry, home), wake, run=workers.run)
    plugins.add(postman, "mail")
    timetable.add("mail", postman.run)
    return wake


def mail_server(settings: Settings) -> MailServer | None:
    """Where mail is handed over; None where none is sent."""
    if settings.smtp_host is None:
        return None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        authority=settings.smtp_ca,
        user=settings.smtp_user,
        password_file=settings.smtp_password_file,
        sender=settings.mail_from,
    )
