"""The daemon: APScheduler wakes the stages; the database is the schedule.

Three jobs share one worker, so they never overlap: `plan` writes drafts ahead, `work` does what is due, `watch` asks
SQLite once a second whether another process has written (one pragma, no table is read) and then looks again.
"""

from __future__ import annotations

import signal
from datetime import datetime, timedelta
from types import FrameType

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.date import DateTrigger

from campaign_bot.app import App
from campaign_bot.errors import CampaignBotError

log = structlog.get_logger()

PLAN_EVERY = timedelta(hours=1)
WATCH_EVERY = timedelta(seconds=1)
#: The longest sleep: drafts that nobody approved become `missed` within this.
MAX_SLEEP = timedelta(minutes=5)
#: The shortest sleep while something is due that cannot leave (no credentials, a database that is locked).
MIN_SLEEP = timedelta(seconds=15)


class Daemon:
    """Runs until SIGTERM or SIGINT, which finish the send in hand and leave."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._changes = 0
        self._scheduler = BlockingScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            # APScheduler's default grace of 1 s silently drops a job that is late; here late is better than never.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Block until a signal comes."""
        now = self._app.clock()
        self._changes = self._app.store.changes()
        self._scheduler.add_job(self._plan, "interval", seconds=PLAN_EVERY.total_seconds(), next_run_time=now)
        self._scheduler.add_job(self._watch, "interval", seconds=WATCH_EVERY.total_seconds(), next_run_time=now)
        self._scheduler.add_listener(self._failed, EVENT_JOB_ERROR)
        self._wake_at(now)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)
        log.info("running", database=str(self._app.database), simulated=self._app.simulated)
        self._scheduler.start()
        log.info("left")

    def _leave(self, number: int, _: FrameType | None) -> None:
        log.info("leaving after the send in hand", signal=signal.Signals(number).name)
        self._app.stopping.set()
        self._scheduler.shutdown(wait=True)

    def _plan(self) -> None:
        """Read the files again and plan ahead. Bad files: the old plan stays, and the log says why."""
        try:
            self._app.reload()
            plan = self._app.plan()
        except CampaignBotError as error:
            log.error("not planned", why=str(error))
            return
        log.info("planned", posts=len(plan.planned), changes=len(plan.changes))

    def _work(self) -> None:
        try:
            worked = self._app.work()
            wake = self._app.next_wake()
        except CampaignBotError as error:
            log.error("could not work", why=str(error))
            self._wake_at(self._app.clock() + MIN_SLEEP)
            return
        if worked != type(worked)():
            log.info(
                "worked", sent=worked.sent, not_sent=worked.not_sent, missed=worked.missed, counts=worked.collected
            )
        self._wake_at(next_sleep_end(wake, self._app.clock()))

    def _watch(self) -> None:
        changes = self._app.store.changes()
        if changes != self._changes:
            self._changes = changes
            self._wake_at(self._app.clock())

    def _failed(self, event: JobExecutionEvent) -> None:
        """An error of our own: what was in hand waits for its lease to end; the daemon goes on."""
        log.error("a fault in campaign-bot", job=event.job_id, why=str(event.exception), traceback=event.traceback)
        self._wake_at(self._app.clock() + MIN_SLEEP)

    def _wake_at(self, instant: datetime) -> None:
        if not self._app.stopping.is_set():
            self._scheduler.add_job(self._work, DateTrigger(instant), id="work", replace_existing=True)


def next_sleep_end(wake: datetime | None, now: datetime) -> datetime:
    """When to work again: at the next due instant, at the latest after MAX_SLEEP. What is due already could not leave
    a moment ago: it is tried again after MIN_SLEEP, not in a busy loop."""
    if wake is None:
        return now + MAX_SLEEP
    if wake <= now:
        return now + MIN_SLEEP
    return min(wake, now + MAX_SLEEP)
