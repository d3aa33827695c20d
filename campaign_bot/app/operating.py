"""What operators ask: who is at work."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from campaign_bot.app.names import Names


class Operating(Names):
    """The service as its operators see it."""

    # ---- who is at work

    def say_alive(self, started: datetime) -> None:
        self.store.record_daemon(self.owner, started=started, now=self.clock())

    def say_left(self) -> None:
        self.store.forget_daemon(self.owner)

    def other_daemons(self, within: timedelta) -> list[str]:
        """Who else was seen on this database lately. One of this machine whose process is gone is forgotten, and what it
        had in hand is looked up at once instead of at the end of its lease."""
        now, gone = self.clock(), list[str]()
        others = {owner: seen for owner, seen in self.store.daemons().items() if owner != self.owner}
        for owner in others:
            host, pid, _ = owner.rsplit(":", 2)
            if host == socket.gethostname() and not _runs(int(pid)):
                gone.append(owner)
                self.store.forget_daemon(owner)
        if gone:
            self.store.expire_leases(now, dead=gone)
        return [owner for owner, seen in others.items() if owner not in gone and now - seen < within]


def _runs(pid: int) -> bool:
    """Whether a process of this number is there. (Another one may have its number by now: then its lease has to end.)"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
