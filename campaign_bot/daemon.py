"""The daemon: sleeps until something is due, lets the accounts work side by side, and leaves when asked.

The database is the schedule. The loop waits on the monotonic clock until the next due instant, and looks up once a second:
has another process written (one pragma, no table is read), was the clock set, is it time to say that we are alive?
APScheduler runs what recurs by the calendar (planning ahead); a send does not hang on its timers, because an interval job
sleeps through an hour that the clock is set back.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from campaign_bot.app import App
from campaign_bot.errors import CampaignBotError, ContentError
from campaign_bot.log import log

if TYPE_CHECKING:
    from campaign_bot.probe import Probe


PLAN_EVERY = timedelta(hours=1)
#: How long the loop sleeps at most before it looks whether anybody else has written.
TICK_S = 1.0
#: After an error of the database or the files, before the loop tries again.
RETRY_S = 5.0
#: Drafts that nobody approved become `missed` within this, and whatever else no instant announces.
MAX_SLEEP_S = 300.0
#: So long before something is due the loop wakes once, to prepare.
PREPARE_S = 20.0
#: A clock that differs by more than this from what has passed was set.
CLOCK_STEP_S = 2.0
#: Alerts and copies of the database are seen to so often.
CARE_EVERY_S = 60.0
#: A loop that has not moved for so long is stuck.
STUCK_S = 30.0
#: How long a leaving daemon waits for the send in hand.
LEAVE_S = 10.0
#: A daemon says that it is alive so often, and is taken for dead after three times that.
ALIVE_EVERY_S = 20.0


class Daemon:
    """Runs until SIGTERM or SIGINT, which finish the send in hand and leave; SIGHUP reads the files again."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ticked = time.monotonic()
        self._not_planned = "not planned yet"
        self._probe: Probe | None = None
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._leaving = ""
        self._reload = False
        self._started = app.clock()
        self._executor = ThreadPoolExecutor(1)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._executor},
            # APScheduler's default grace of 1 s silently drops a job that is late; here late is better than never.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Block until a signal comes."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._signalled)
        if self._app.settings.health_address:
            from campaign_bot.probe import Probe

            # First: where its address is taken nothing has begun, and no thread is left that reads what is closed.
            self._probe = Probe(self._app, self._app.settings.health_address, alive=self._alive, ready=self._ready)
            self._app.when_sent = self._probe.sent
        self._say_alive(first=True)
        self._scheduler.add_job(self._plan, "interval", seconds=PLAN_EVERY.total_seconds())
        self._scheduler.add_job(self._plan)
        self._scheduler.start()
        try:
            notify("READY=1")
            log.info("running", database=str(self._app.database), simulated=self._app.simulated)
            self._loop()
        finally:
            notify("STOPPING=1")
            self._leave()

    def wake(self) -> None:
        """Look now. May be called from any thread."""
        try:
            os.write(self._write, b".")
        except BlockingIOError:  # the pipe is full of such calls already
            return

    # ---- the loop

    def _loop(self) -> None:
        changes, alive_at, care_at, clock = -1, 0.0, 0.0, Clock(self._app.clock)
        work_at = time.monotonic()
        while not self._leaving:
            self._ticked = time.monotonic()
            if self._reload:
                self._reload = False
                self._app.reread_secrets()
                self._scheduler.add_job(self._plan)
            if clock.was_set():
                log.warning("the clock was set", by_s=round(clock.step_s, 1))
                self._app.clock_was_set.set()
                work_at = time.monotonic()
            if time.monotonic() >= alive_at:
                alive_at = time.monotonic() + ALIVE_EVERY_S
                self._say_alive()
            if time.monotonic() >= care_at:
                care_at = time.monotonic() + CARE_EVERY_S
                self._scheduler.add_job(self._care, id="care", replace_existing=True)
            written = self._changes()
            if written != changes or time.monotonic() >= work_at:
                changes, work_at = written, time.monotonic() + self._work()
            if self._sleep(min(TICK_S, max(work_at - time.monotonic(), 0))):
                work_at = time.monotonic()

    def _work(self) -> float:
        """Begin what is due. Returns the seconds until the next thing is."""
        try:
            dispatched = self._app.dispatch(self.wake)
            self._app.prepare(timedelta(seconds=2 * PREPARE_S), self.wake)
            wake = self._app.next_wake(dispatched.at)
        except CampaignBotError as error:
            log.error("could not work", why=str(error))
            return RETRY_S
        if wake is None:
            return MAX_SLEEP_S
        seconds = max((wake - self._app.clock()).total_seconds(), 0)
        return min(seconds - PREPARE_S if seconds > 2 * PREPARE_S else seconds, MAX_SLEEP_S)

    def _changes(self) -> int:
        try:
            return self._app.store.changes()
        except CampaignBotError as error:
            log.error("the database cannot be read", why=str(error))
            return -1

    def _sleep(self, seconds: float) -> bool:
        """Until the time is over, or (True) somebody wakes us."""
        ready, _, _ = select.select([self._read], [], [], seconds)
        if ready:
            os.read(self._read, 65_536)
        return bool(ready)

    # ---- what recurs

    def _plan(self) -> None:
        """Read the files again and plan ahead. Bad files: the old ones stay, and people are told why."""
        if self._leaving:
            return
        self._ask_servers()
        try:
            plan = self._app.plan()
        except ContentError as error:
            log.error("not planned: the files from before stay in force", why=self._app.broken_files or str(error))
            self._not_planned = self._not_planned and str(error)
            return
        except CampaignBotError as error:
            log.error("not planned", why=str(error))
            return
        self._not_planned = ""
        log.info("planned", posts=len(plan.planned), changes=len(plan.changes))
        self.wake()

    def _ask_servers(self) -> None:
        """What servers say of their limits, before what is planned by them."""
        with suppress(CampaignBotError):  # of the files or the database: planning meets it too, and says so
            self._app.ask_servers(self.wake)

    def _care(self) -> None:
        """Tell people what needs them, and keep copies of the database."""
        for duty in (self._app.rotate_backups, self._tell):
            if self._leaving:
                return
            try:
                duty()
            except (CampaignBotError, OSError) as error:
                log.error("not done", why=str(error))

    def _tell(self) -> None:
        command = "campaign-bot --sandbox" if self._app.simulated else "campaign-bot"  # what a person is to type
        self._app.tell(self._app.health(command=command).concerns)

    def _alive(self) -> str:
        silent = time.monotonic() - self._ticked
        return "" if silent < STUCK_S else f"the loop has not moved for {silent:.0f} s"

    def _ready(self) -> str:
        self._app.store.paused()  # the database answers
        return self._alive() or self._not_planned

    def _say_alive(self, *, first: bool = False) -> None:
        """Tell the database and systemd; a second daemon on the same database is harmless, but worth a word."""
        notify("WATCHDOG=1")
        try:
            others = self._app.other_daemons(timedelta(seconds=3 * ALIVE_EVERY_S))
            self._app.say_alive(self._started)
        except CampaignBotError as error:
            log.error("could not say that it is alive", why=str(error))
            return
        if first and others:
            log.warning("another daemon works on this database; both share the work", others=others)

    # ---- signals

    def _signalled(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._reload = True
        else:
            self._leaving = signal.Signals(number).name
            self._app.stopping.set()
        self.wake()

    def _leave(self) -> None:
        log.info("leaving after the send in hand", signal=self._leaving)
        self._app.stopping.set()
        self._scheduler.shutdown(wait=False)
        if self._probe is not None:
            self._probe.close()
        end = time.monotonic() + LEAVE_S
        jobs = threading.Thread(target=self._executor.shutdown, daemon=True)  # waits for a plan or a copy in hand
        jobs.start()
        while (self._app.busy or jobs.is_alive()) and time.monotonic() < end:
            self._sleep(0.05)
        try:
            self._app.say_left()
        except CampaignBotError as error:
            log.error("could not say that it left", why=str(error))
        if self._app.busy or jobs.is_alive():
            # What hangs in a request has its intent on disk: whoever comes next looks before sending anything.
            log.warning("left while something was under way; a request will be looked up")
            os._exit(0)
        log.info("left")


class Clock:
    """Notices that the wall clock was set, or that the machine slept: it moves otherwise than time passes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._wall, self._passed = now(), time.monotonic()
        self.step_s = 0.0

    def was_set(self) -> bool:
        wall, passed = self._now(), time.monotonic()
        self.step_s = (wall - self._wall).total_seconds() - (passed - self._passed)
        self._wall, self._passed = wall, passed
        return abs(self.step_s) > CLOCK_STEP_S


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)): one datagram; nothing where systemd did not ask for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.sendall(state.encode())
