"""The tables and views, one named function a step. A step that has landed is never edited: add another.

Instants are integer milliseconds UTC (`*_ms`); the views show ISO 8601 text for people.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from campaign_bot.store.database import Database as Connected
from campaign_bot.store.record import GENESIS, Head, next_line

if TYPE_CHECKING:  # loaded with the first step that is to be taken
    from sqlite_utils import Database

#: The steps by their names, in their order.
STEPS: dict[str, Callable[[Database], None]] = {}


def step(function: Callable[[Database], None]) -> Callable[[Database], None]:
    STEPS[function.__name__] = function
    return function


def migrate(db: Connected, *, stop_before: str = "") -> None:
    """Take the steps that this database lacks, each in a transaction of its own."""
    known = db.execute("select 1 from sqlite_master where name = '_sqlite_migrations'").fetchone()
    taken = {name for (name,) in db.execute("select name from _sqlite_migrations")} if known else set[str]()
    if taken.issuperset(STEPS):
        return
    whole = db.whole
    from sqlite_utils import Migrations

    migrations = Migrations("campaign_bot")
    for one in STEPS.values():
        migrations()(one)
    migrations.apply(whole, stop_before=stop_before or None)


@step
def m001_tables(db: Database) -> None:
    """The vocabulary's nouns."""
    text, integer = str, int
    db.table("meta").create({"name": text, "value": text}, pk="name", strict=True)
    db.table("post").create(
        {
            "key": text, "name": text, "schedule": text, "series": text, "item": text, "slot_ms": integer,
            "wall_time": text, "priority": text, "commitments": text, "rung": text,
        },
        pk="key", not_null={"name", "series", "slot_ms"}, strict=True,
    )  # fmt: skip
    db.table("media").create(
        {"sha256": text, "mime_type": text, "bytes": bytes}, pk="sha256", not_null={"bytes"}, strict=True
    )
    db.table("delivery").create(
        {
            "key": text, "post": text, "account": text, "network": text, "language": text, "due_ms": integer,
            "moved": integer, "state": text, "content": text, "content_hash": text, "length": integer,
            "length_limit": integer, "network_keys": text, "attempts": integer, "looks": integer,
            "not_before_ms": integer, "owner": text,
            "lease_until_ms": integer, "first_attempt_ms": integer, "sent_ms": integer, "reason": text,
            "updated_ms": integer,
        },
        pk="key", foreign_keys=[("post", "post", "key")], strict=True,
        not_null={"post", "account", "network", "language", "due_ms", "state", "content", "content_hash"},
        defaults={"network_keys": "[]", "attempts": 0, "looks": 0, "moved": 0, "reason": ""},
    )  # fmt: skip
    db.table("delivery").create_index(["state", "due_ms"])
    db.table("delivery").create_index(["post"])
    db.table("approval").create(
        {
            "id": integer, "delivery": text, "decision": text, "content_hash": text, "person": text,
            "at_ms": integer, "note": text, "voided_ms": integer, "voided_because": text,
        },
        pk="id", foreign_keys=[("delivery", "delivery", "key")], strict=True,
        not_null={"delivery", "decision", "content_hash", "person", "at_ms"},
    )  # fmt: skip
    db.table("attempt").create(
        {
            "delivery": text, "number": integer, "owner": text, "started_ms": integer, "finished_ms": integer,
            "outcome": text, "error": text,
        },
        pk=("delivery", "number"), foreign_keys=[("delivery", "delivery", "key")], strict=True,
    )  # fmt: skip
    db.table("receipt").create(
        {
            "delivery": text, "part": integer, "remote_id": text, "url": text, "cid": text, "at_ms": integer,
            "simulated": integer,
        },
        pk=("delivery", "part"), foreign_keys=[("delivery", "delivery", "key")], strict=True,
        not_null={"remote_id", "at_ms", "simulated"},
    )  # fmt: skip
    db.table("snapshot").create(
        {
            "delivery": text, "age_ms": integer, "taken_ms": integer, "likes": integer, "reposts": integer,
            "replies": integer, "quotes": integer, "bookmarks": integer, "impressions": integer,
            "link_clicks": integer, "poll_votes": integer, "gone": integer, "simulated": integer,
        },
        pk=("delivery", "age_ms"), foreign_keys=[("delivery", "delivery", "key")], strict=True,
        not_null={"taken_ms", "gone", "simulated"},
    )  # fmt: skip
    db.table("followers").create(
        {"account": text, "at_ms": integer, "followers": integer, "simulated": integer},
        pk=("account", "at_ms"), not_null={"followers", "simulated"}, strict=True,
    )  # fmt: skip
    db.table("pause").create({"account": text, "at_ms": integer, "reason": text}, pk="account", strict=True)
    db.table("event").create(
        {"id": integer, "at_ms": integer, "actor": text, "action": text, "subject": text, "detail": text},
        pk="id", not_null={"at_ms", "actor", "action", "subject"}, strict=True,
    )  # fmt: skip
    db.table("event").create_index(["subject"])


_ISO = "strftime('%Y-%m-%dT%H:%M:%SZ', {} / 1000, 'unixepoch')"


@step
def m002_views(db: Database) -> None:
    """What people read: `posts` has one row a delivery, `engagement` one row a delivery and age."""
    db.create_view(
        "posts",
        f"""
        select post.name as post, delivery.account, delivery.network, delivery.language, delivery.state,
               {_ISO.format("delivery.due_ms")} as due, {_ISO.format("delivery.sent_ms")} as sent,
               post.series, post.item, post.priority, post.wall_time,
               (select group_concat(json_extract(part.value, '$.text'), char(10, 10))
                  from json_each(delivery.content, '$.parts') as part) as text,
               receipt.url, delivery.reason, delivery.attempts, coalesce(receipt.simulated, 0) as simulated,
               delivery.key as delivery
          from delivery join post on post.key = delivery.post
          left join receipt on receipt.delivery = delivery.key and receipt.part = 0
        """,
    )
    db.create_view(
        "engagement",
        f"""
        select posts.post, posts.series, posts.priority, posts.account, posts.network, posts.language,
               snapshot.age_ms / 3600000.0 as age_hours, {_ISO.format("snapshot.taken_ms")} as taken,
               snapshot.likes, snapshot.reposts, snapshot.replies, snapshot.quotes, snapshot.bookmarks,
               snapshot.impressions, snapshot.link_clicks, snapshot.poll_votes,
               coalesce(snapshot.likes, 0) + coalesce(snapshot.reposts, 0) + coalesce(snapshot.replies, 0)
                 + coalesce(snapshot.quotes, 0) + coalesce(snapshot.bookmarks, 0) as engagements,
               (select followers.followers from followers where followers.account = posts.account
                   and followers.at_ms <= delivery.sent_ms order by followers.at_ms desc limit 1)
                 as followers_when_sent,
               snapshot.simulated, posts.text, posts.url, snapshot.delivery
          from snapshot join posts on posts.delivery = snapshot.delivery
          join delivery on delivery.key = snapshot.delivery
         where not snapshot.gone
        """,
    )


@step
def m003_engine(db: Database) -> None:
    """What is held until a person decides; what the networks still allow; who is at work."""
    text, integer = str, int
    db.table("delivery").add_column("held", text, not_null_default="")
    db.table("delivery").create_index(["state", "sent_ms"])
    db.table("allowance").create(
        {"account": text, "bucket": text, "quota": integer, "remaining": integer, "reset_ms": integer},
        pk=("account", "bucket"), not_null={"quota", "remaining", "reset_ms"}, strict=True,
    )  # fmt: skip
    db.table("daemon").create(
        {"owner": text, "started_ms": integer, "seen_ms": integer}, pk="owner", not_null={"seen_ms"}, strict=True
    )


@step
def m004_operating(db: Database) -> None:
    """What was spent; which alerts were told and seen; who paused an account."""
    text, integer = str, int
    db.table("spend").create(
        {
            "account": text, "action": text, "resource": text, "day": text, "network": text, "at_ms": integer,
            "usd_micro": integer, "simulated": integer,
        },
        # `day` is empty where doing the same thing twice costs twice (then it has another resource).
        pk=("account", "action", "resource", "day"), not_null={"network", "at_ms", "usd_micro", "simulated"}, strict=True,
    )  # fmt: skip
    db.table("spend").create_index(["at_ms"])
    db.table("alert").create(
        {"key": text, "claimed_ms": integer, "told_ms": integer, "seen_ms": integer, "seen_by": text},
        pk="key", strict=True,
    )  # fmt: skip
    db.table("delivery").create_index(["account", "state", "sent_ms", "due_ms", "held", "not_before_ms"])
    db.table("pause").add_column("actor", text, not_null_default="")
    db.create_view(
        "spending",
        f"""
        select substr({_ISO.format("at_ms")}, 1, 7) as month, network, account, action, count(*) as times,
               round(sum(usd_micro) / 1000000.0, 4) as usd, max(simulated) as simulated
          from spend group by 1, 2, 3, 4
        """,
    )


@step
def m008_record(db: Database) -> None:
    """The event log becomes a chain that the database keeps from being changed; every version of a content is kept."""
    text, integer = str, int
    db.table("event").add_column("previous", text, not_null_default="")
    db.table("event").add_column("hash", text, not_null_default="")
    # Ids without gaps, in the order in which the events were written.
    head = Head()
    rows = db.execute("select id, at_ms, actor, action, subject, detail from event order by id").fetchall()
    for old, at_ms, actor, action, subject, detail in rows:
        line = next_line(head, at_ms=at_ms, actor=actor, action=action, subject=subject, detail=detail or "{}")
        db.execute(
            "update event set id = ?, detail = ?, previous = ?, hash = ? where id = ?",
            [line.id, line.detail, line.previous, line.hash, old],
        )
        head = Head(line.id, line.hash)
    for verb in ("update", "delete"):
        db.execute(
            f"create trigger event_no_{verb} before {verb} on event"
            " begin select raise(abort, 'the record is append-only: it cannot be changed'); end"
        )
    db.execute(
        "create trigger event_follows before insert on event when new.id <> coalesce((select max(id) from event), 0) + 1"
        " or new.previous <> coalesce((select hash from event order by id desc limit 1), '" + GENESIS + "')"
        " or length(new.hash) <> 64"
        " begin select raise(abort, 'the record is a chain: this does not follow its last event'); end"
    )
    db.table("approval").add_column("identity", text, not_null_default="")
    db.table("approval").add_column("event", integer)
    db.table("content").create(
        {"hash": text, "content": text, "at_ms": integer}, pk="hash", not_null={"content", "at_ms"}, strict=True
    )
    db.execute(
        "insert or ignore into content (hash, content, at_ms) select content_hash, content, coalesce(updated_ms, 0) from delivery"
    )


@step
def m011_doubt(db: Database) -> None:
    """What came out of an old copy of the database: it may have been deleted since, so that nobody resends it alone."""
    db.table("delivery").add_column("doubted", int, not_null_default=0)


@step
def m009_experiment(db: Database) -> None:
    """What an experiment was declared to be, and which variant each delivery got; which post answers which."""
    text, integer = str, int
    db.table("post").add_column("answers", text, not_null_default="")
    db.table("experiment").create(
        {"id": text, "sha256": text, "declared_ms": integer, "design": text},
        pk="id", not_null={"sha256", "declared_ms", "design"}, strict=True,
    )  # fmt: skip
    db.table("assignment").create(
        {"delivery": text, "experiment": text, "variant": text, "block": integer, "at_ms": integer},
        pk="delivery", foreign_keys=[("delivery", "delivery", "key"), ("experiment", "experiment", "id")],
        not_null={"experiment", "variant", "block", "at_ms"}, strict=True,
    )  # fmt: skip


@step
def m010_opendata(db: Database) -> None:
    """What is to be read next and what was odd about a reading; poll results; outcomes from elsewhere; tracked links."""
    text, integer = str, int
    db.table("snapshot").add_column("late_ms", integer, not_null_default=0)
    db.table("snapshot").add_column("in_time", integer, not_null_default=1)  # 0: late or missed, never its age's figure
    db.table("snapshot").add_column("mark", text, not_null_default="")  # late, missed, fell, jumped, impossible
    # The next reading of each delivery, so that nobody looks through all that was ever sent. 0: not worked out yet.
    db.table("reading").create(
        {"delivery": text, "kind": text, "account": text, "from_ms": integer, "by_ms": integer},
        pk=("delivery", "kind"), foreign_keys=[("delivery", "delivery", "key")], strict=True,
        not_null={"account", "from_ms", "by_ms"},
    )  # fmt: skip
    db.table("reading").create_index(["kind", "by_ms"])
    db.table("reading").create_index(["account", "kind", "from_ms"])
    db.table("poll_result").create(
        {
            "delivery": text, "option": integer, "label": text, "votes": integer, "closed_ms": integer,
            "taken_ms": integer, "simulated": integer,
        },
        pk=("delivery", "option"), foreign_keys=[("delivery", "delivery", "key")], strict=True,
        not_null={"label", "votes", "closed_ms", "taken_ms", "simulated"},
    )  # fmt: skip
    db.table("import").create(
        {
            "id": integer, "file": text, "sha256": text, "rows": integer, "person": text, "at_ms": integer,
            "replaced_by": integer, "undone_ms": integer, "undone_by": text, "simulated": integer,
        },
        pk="id", not_null={"file", "sha256", "rows", "person", "at_ms", "simulated"}, strict=True,
    )  # fmt: skip
    db.table("outcome").create(
        {"day": text, "source": text, "name": text, "count": integer, "import_id": integer, "post": text},
        pk=("import_id", "day", "source", "name", "post"), foreign_keys=[("import_id", "import", "id")],
        not_null={"count"}, strict=True,
    )  # fmt: skip
    db.table("link").create(
        {"code": text, "post": text, "account": text, "target": text, "at_ms": integer},
        pk="code", not_null={"post", "account", "target", "at_ms"}, strict=True,
    )  # fmt: skip
    db.table("click").create(
        {"day": text, "post": text, "account": text, "link": text, "kind": text, "count": integer, "simulated": integer},
        pk=("day", "post", "account", "link", "kind"), not_null={"count", "simulated"}, strict=True,
    )  # fmt: skip
    _analysts_views(db)


@step
def m012_server(db: Database) -> None:
    """What the server of each account says of its limits, and when it was asked."""
    db.table("server").create(
        {"account": str, "server": str, "told": str, "at_ms": int},
        pk="account", not_null={"server", "told", "at_ms"}, strict=True,
    )  # fmt: skip


@step
def m013_proof(db: Database) -> None:
    """Which credentials the network said are the account's own."""
    db.table("proof").create(
        {"account": str, "fingerprint": str, "at_ms": int},
        pk="account", not_null={"fingerprint", "at_ms"}, strict=True,
    )  # fmt: skip


@step
def m014_tally(db: Database) -> None:
    """How many deliveries there are of each kind, state and UTC day: kept as they change, so that nobody counts them all."""
    text, integer = str, int
    db.table("tally").create(
        {
            "day": integer, "series": text, "priority": text, "network": text, "language": text, "state": text,
            "number": integer,
        },
        pk=("day", "series", "priority", "network", "language", "state"), not_null={"number"}, strict=True,
    )  # fmt: skip
    db.execute(
        "insert into tally select due_ms / 86400000, series, coalesce(priority, ''), network, language, state, count(*)"
        " from delivery join post on post.key = delivery.post group by 1, 2, 3, 4, 5, 6"
    )
    add = (
        "insert into tally select new.due_ms / 86400000, series, coalesce(priority, ''), new.network, new.language, new.state, 1"
        " from post where key = new.post on conflict do update set number = number + 1"
    )
    take = (
        "update tally set number = number - 1 where day = old.due_ms / 86400000 and network = old.network"
        " and language = old.language and state = old.state"
        " and (series, priority) = (select series, coalesce(priority, '') from post where key = old.post)"
    )
    for name, when, work in (
        ("insert", "insert", f"{add};"),
        ("update", "update of due_ms, state, post, network, language", f"{take}; {add};"),
        ("delete", "delete", f"{take};"),
    ):
        db.execute(f"create trigger tally_{name} after {when} on delivery begin {work} end")
    of_post = (
        "insert into tally select due_ms / 86400000, {0}.series, coalesce({0}.priority, ''), network, language, state, {1}"
        " from delivery where post = new.key group by 1, 4, 5, 6 on conflict do update set number = number + excluded.number;"
    )
    moved = of_post.format("old", "-count(*)") + of_post.format("new", "count(*)")
    db.execute(f"create trigger tally_post after update of series, priority on post begin {moved} end")
    db.create_view(
        "spending",
        """
        select strftime('%Y-%m', at_ms / 1000, 'unixepoch') as month, network, account, action, count(*) as times,
               round(sum(usd_micro) / 1000000.0, 4) as usd, max(simulated) as simulated
          from spend group by 1, 2, 3, 4
        """,
        replace=True,
    )


_LATEST = ("likes", "reposts", "replies", "quotes", "bookmarks", "impressions", "link_clicks", "poll_votes")


@step
def m015_latest(db: Database) -> None:
    """The last counts of each delivery that was sent, so that sums look at no snapshot; m018 fills it and keeps it."""
    told = " + ".join(f"({name} is not null) * {1 << place}" for place, name in enumerate(_LATEST))
    values = ", ".join(f"coalesce({name}, 0)" for name in _LATEST)
    made = "integer generated always as ({}) stored"  # worked out when it is written, not whenever it is added up
    db.execute(
        "create table latest (delivery text primary key, network text not null, due_ms integer not null,"
        f" sent_ms integer not null, age_ms integer, taken_ms integer, {', '.join(f'{name} integer' for name in _LATEST)},"
        f" told {made.format(told)}, least {made.format(f'min({values})')}, most {made.format(f'max({values})')}) strict"
    )


@step
def m016_vanished(db: Database) -> None:
    """Posts that a network no longer shows are few: who asks for them goes to them."""
    db.execute("create index snapshot_gone on snapshot (taken_ms) where gone = 1")


@step
def m017_ended(db: Database) -> None:
    """When a person ended an experiment and why; and in which state each of its deliveries was when it was left by it."""
    db.table("experiment").add_column("ended_ms", int)
    db.table("experiment").add_column("ended_reason", str, not_null_default="")
    db.table("assignment").add_column("left_as", str, not_null_default="")
    # What was under way then and comes back did not leave while the experiment was on: it is no trial any more, whatever it
    # will say. Its block was at its trial when it ended, so that it is one delivery less there, as one that failed is.
    db.execute(
        "create trigger assignment_back after update of state on delivery when new.state in ('draft', 'approved')"
        " begin update assignment set left_as = 'failed' where delivery = new.key"
        " and left_as in ('sending', 'unconfirmed'); end"
    )


@step
def m018_last_told(db: Database) -> None:
    """`latest` holds of each kind the last count that was told, and the age of the last reading that told any: X tells clicks
    for 30 days, and they are no fewer afterwards. Kept as readings come. What nobody told is null."""
    for name in ("insert", "update", "delete", "read", "changed", "gone"):
        db.execute(f"drop trigger if exists latest_{name}")
    any_told = f"coalesce({', '.join(f'one.{name}' for name in _LATEST)})"
    told = {"age_ms": any_told, "taken_ms": any_told} | {name: f"one.{name}" for name in _LATEST}
    read = ", ".join(told)
    last = ", ".join(
        f"(select one.{name} from snapshot as one where one.delivery = {{0}} and one.gone = 0 and {what} is not null"
        " order by one.age_ms desc limit 1)"
        for name, what in told.items()
    )
    whole = (
        f"insert into latest (delivery, network, due_ms, sent_ms, {read}) select key, network, due_ms, sent_ms,"
        f" {last.format('delivery.key')} from delivery where state = 'sent' and sent_ms is not null"
    )
    db.execute("delete from latest")
    db.execute(whole)
    again = f"{whole} and key = new.key;"
    for name, when, work in (
        ("insert", "insert", again),
        ("update", "update of key, network, due_ms, sent_ms, state", f"delete from latest where delivery = old.key; {again}"),
        ("delete", "delete", "delete from latest where delivery = old.key;"),
    ):  # fmt: skip
        db.execute(f"create trigger latest_{name} after {when} on delivery begin {work} end")
    looked = f"update latest set ({read}) = (select {last.format('latest.delivery')}) where delivery"
    newest = ", ".join(f"{name} = coalesce(new.{name}, {name})" for name in told)
    db.execute(
        f"create trigger latest_read after insert on snapshot when new.gone = 0 and {any_told.replace('one.', 'new.')} is not null"
        f" begin update latest set {newest} where delivery = new.delivery and coalesce(age_ms, 0) <= new.age_ms;"
        f" {looked} = new.delivery and age_ms > new.age_ms; end"  # an earlier reading that was written later
    )
    db.execute(
        f"create trigger latest_changed after update on snapshot begin {looked} in (old.delivery, new.delivery); end"
    )
    db.execute(f"create trigger latest_gone after delete on snapshot begin {looked} = old.delivery; end")


@step
def m019_standing(db: Database) -> None:
    """How many deliveries of each account are in each state: kept as they change, so that `status` counts none."""
    db.table("standing").create(
        {"account": str, "state": str, "number": int}, pk=("account", "state"), not_null={"number"}, strict=True
    )
    db.execute("insert into standing select account, state, count(*) from delivery group by 1, 2")
    add = "insert into standing values (new.account, new.state, 1) on conflict do update set number = number + 1;"
    take = "update standing set number = number - 1 where account = old.account and state = old.state;"
    for name, when, work in (
        ("insert", "insert", add), ("update", "update of account, state", take + add), ("delete", "delete", take),
    ):  # fmt: skip
        db.execute(f"create trigger standing_{name} after {when} on delivery begin {work} end")


def _analysts_views(db: Database) -> None:
    """The interface for analysts (docs/data.md): names and columns are only ever added to."""
    db.create_view(
        "posts",
        f"""
        select post.name as post, delivery.account, delivery.network, delivery.language, delivery.state,
               {_ISO.format("delivery.due_ms")} as due, {_ISO.format("delivery.sent_ms")} as sent,
               post.series, post.item, post.priority, post.wall_time,
               (select group_concat(json_extract(part.value, '$.text'), char(10, 10))
                  from json_each(delivery.content, '$.parts') as part) as text,
               receipt.url, delivery.reason, delivery.attempts, coalesce(receipt.simulated, 0) as simulated,
               delivery.key as delivery, post.rung,
               (select group_concat(value, ' ') from json_each(post.commitments)) as commitments,
               (select {_ISO.format("max(approval.at_ms)")} from approval
                 where approval.delivery = delivery.key and approval.decision = 'approved'
                   and approval.voided_ms is null) as approved,
               (delivery.sent_ms - delivery.due_ms) / 1000.0 as late_s,
               json_array_length(delivery.content, '$.parts') as parts,
               coalesce(json_array_length(delivery.content, '$.parts[0].media'), 0) as pictures,
               json_extract(delivery.content, '$.parts[0].poll') is not null as poll
          from delivery join post on post.key = delivery.post
          left join receipt on receipt.delivery = delivery.key and receipt.part = 0
        """,
        replace=True,
    )
    db.create_view(
        "engagement",
        f"""
        select posts.post, posts.series, posts.priority, posts.account, posts.network, posts.language,
               snapshot.age_ms / 3600000.0 as age_hours, {_ISO.format("snapshot.taken_ms")} as taken,
               snapshot.likes, snapshot.reposts, snapshot.replies, snapshot.quotes, snapshot.bookmarks,
               snapshot.impressions, snapshot.link_clicks, snapshot.poll_votes,
               case when coalesce(snapshot.likes, snapshot.reposts, snapshot.replies, snapshot.quotes,
                                  snapshot.bookmarks) is not null
                    then coalesce(snapshot.likes, 0) + coalesce(snapshot.reposts, 0) + coalesce(snapshot.replies, 0)
                       + coalesce(snapshot.quotes, 0) + coalesce(snapshot.bookmarks, 0) end as engagements,
               (select followers.followers from followers where followers.account = posts.account
                   and followers.at_ms <= delivery.sent_ms order by followers.at_ms desc limit 1)
                 as followers_when_sent,
               snapshot.simulated, posts.text, posts.url, snapshot.delivery,
               snapshot.late_ms / 3600000.0 as late_hours, snapshot.mark
          from snapshot join posts on posts.delivery = snapshot.delivery
          join delivery on delivery.key = snapshot.delivery
         where snapshot.in_time and not snapshot.gone
        """,
        replace=True,
    )
    db.create_view(
        "readings",
        f"""
        select post.name as post, delivery.account, delivery.network, snapshot.age_ms / 3600000.0 as age_hours,
               {_ISO.format("snapshot.taken_ms")} as taken, snapshot.late_ms / 3600000.0 as late_hours,
               case when snapshot.gone then 'gone' when snapshot.in_time then 'read'
                    when snapshot.mark like 'missed%' then 'missed' else 'late' end as reading,
               snapshot.mark, snapshot.simulated, snapshot.delivery
          from snapshot join delivery on delivery.key = snapshot.delivery join post on post.key = delivery.post
        """,
    )
    db.create_view(
        "polls",
        f"""
        select post.name as post, delivery.account, delivery.network, delivery.language, poll_result.option,
               poll_result.label, poll_result.votes, {_ISO.format("poll_result.closed_ms")} as closed,
               poll_result.simulated, poll_result.delivery
          from poll_result left join delivery on delivery.key = poll_result.delivery
          left join post on post.key = delivery.post
        """,
    )
    db.create_view(
        "outcomes",
        """
        select outcome.day, outcome.source, outcome.name, outcome.count, outcome.post, import.file, import.simulated
          from outcome join import on import.id = outcome.import_id
         where import.undone_ms is null and import.replaced_by is null
        """,
    )
    db.create_view(
        "clicks",
        """
        select click.day, click.post, click.account, click.kind, click.count, link.target, click.link, click.simulated
          from click left join link on link.code = click.link
        """,
    )
    db.create_view(
        "audience",
        f"select account, {_ISO.format('at_ms')} as counted, followers, simulated from followers",
    )
