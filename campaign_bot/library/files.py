"""What the files of a campaign directory may say, as pydantic models. `load.py` reads files into them.

Every model forbids unknown keys. A `Text` is one text per campaign language: `{en: ..., fr: ...}`.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from campaign_bot.library.addresses import parse_address
from campaign_bot.library.dates import parse_day, parse_time_of_day, parse_wall_time, parse_year_or_date
from campaign_bot.library.durations import parse_duration

Text = dict[str, str]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]  # 30m, 2h, 3d, 1w
Day = Annotated[date, BeforeValidator(parse_day)]  # 2027-03-04
WallTime = Annotated[datetime, BeforeValidator(parse_wall_time)]  # naive, in the campaign's timezone
#: No white space, and nothing that cannot be seen.
Address = Annotated[str, Field(pattern=r"^(https?://[^\s\p{C}]+)?$"), AfterValidator(parse_address)]
Handle = Annotated[str, Field(pattern=r"^@?[^\s\p{C}/@:]*(@[^\s\p{C}/@:]+)?$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class FileModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(FileModel):
    """One login on one server, in one language. Its secrets are settings, never in a file."""

    name: str = ""  # its key under `accounts:`
    network: Slug
    language: Language
    server: Address = ""  # https://...; left out: the network's own default
    handle: Handle = ""  # as people see it, without the leading @
    visibility: Literal["public", "unlisted", "private"] = "public"
    automated_by: str = ""  # who runs it, as its profile says
    #: What this account may do that its network allows only to some (X: thread, quote).
    may: tuple[Literal["thread", "quote", "repost", "video"], ...] = ()

    @field_validator("server")
    @classmethod
    def _is_named(cls, server: str) -> str:
        if not server:
            raise ValueError("it is empty: name the server, or leave it out for the network's own")
        return server


class Objective(FileModel):
    id: Slug
    text: Text
    metric: str
    target: float
    baseline: float | None = None  # before the campaign; none given: nobody knows, which is not 0
    by: Day
    audience: Text = {}


class Source(FileModel):
    """Where a statement comes from: every row that states something has one."""

    title: str
    url: Address = ""
    date: Annotated[str, BeforeValidator(parse_year_or_date)]


class OutsideBenchmark(FileModel):
    """What others had, as somebody typed it in. Only a figure of the same measure at the same age is put beside ours."""

    metric: Literal["median_engagements", "engagement_per_100_followers", "engagement_per_100_impressions"]
    value: Annotated[float, Field(ge=0)]
    network: Slug | None = None  # none: of several
    language: Language | None = None
    age: Duration | None = None  # of the posts when they were counted; none: the source does not say
    year: Annotated[int, Field(ge=2006, le=2100)]  # that the figure is of
    formula: Annotated[str, Field(min_length=3)]  # as the source has it: what is counted, divided by what
    source: Source


class Links(FileModel):
    """How `link()` marks links so that clicks can be counted: UTM parameters, short addresses of our own, or nothing."""

    utm: bool = True
    domain: Annotated[str, Field(pattern=r"^(https?://[^\s/]+)?$")] = (
        ""  # where `links serve` answers: https://go.example.org
    )
    campaign: str = ""  # utm_campaign; empty: the campaign's id


class Retention(FileModel):
    """How long details are kept; the figures that were made from them stay."""

    names: Duration = timedelta(days=730)  # of staff: who approved, who imported
    clicks: Duration = timedelta(days=365)  # by day; then by month


class OpenData(FileModel):
    """What the published data say of themselves."""

    licence: Literal["CC-BY-4.0", "CC0-1.0", "ODC-BY-1.0", "OGL-Canada-2.0"] = "CC-BY-4.0"
    publisher: Text = {}  # who answers for it
    contact: str = ""  # a mailbox or address of the office, not of a person
    url: Address = ""  # where the page will be


Choice = Literal["reword", "skip", "block"]
#: For what is said the same without it: also `omit`, and the post goes out without.
Option = Literal["reword", "skip", "block", "omit"]


class Unsupported(FileModel):
    """What happens where a network cannot do what a series asks for: `reword` (its own wording says it in words: a
    template for that network), `skip` (nothing goes out there, and planning says so), `block` (an error), `omit` (it
    goes out without)."""

    poll: Choice = "reword"
    thread: Choice = "block"
    quote: Choice = "block"
    repost: Choice = "block"
    video: Choice = "block"
    gif: Option = "block"  # omit: the first picture of it, which does not move
    captions: Option = "block"
    content_warning: Option = "block"
    label: Option = "block"
    replies: Option = "block"
    visibility: Option = "block"


class QuietPeriod(FileModel):
    starts: Day
    ends: Day
    reason: Text


#: What the yes of somebody counts who wrote or changed the post: nothing; as one of those that it takes, beside another
#: person's; or like everybody's. `false` and `true` are short for the first and the last.
SelfApproval = Annotated[
    Literal["never", "counts-as-one", "alone"],
    BeforeValidator(
        lambda value: {False: "never", True: "alone"}.get(value, value) if isinstance(value, bool) else value
    ),
]


class ApprovalRule(FileModel):
    """Who has to allow a post before it may leave."""

    needed: Annotated[int, Field(ge=1, le=9)] = 1  # so many different people
    roles: tuple[Slug, ...] = ()  # each of them has one of these; empty: anybody
    self_approval: SelfApproval = "never"
    expires: Duration | None = None  # an older approval does not count any more


class SpecialRule(FileModel):
    """A rule for some series or accounts; what it does not say, the general rule says."""

    series: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    needed: Annotated[int, Field(ge=1, le=9)] | None = None
    roles: tuple[Slug, ...] | None = None
    self_approval: SelfApproval | None = None
    expires: Duration | None = None

    def fits(self, series: str, account: str) -> bool:
        return (not self.series or series in self.series) and (not self.accounts or account in self.accounts)


class Approvals(ApprovalRule):
    """`approvals:` of campaign.yaml: the general rule, and special ones, of which the first that fits holds."""

    #: A due time may move by so much without a new approval.
    tolerance: Duration = timedelta(minutes=5)
    #: `none`: on local networks nothing waits for a person. On real ones somebody always has to say yes.
    in_rehearsals: Literal["same", "none"] = "same"
    rules: tuple[SpecialRule, ...] = ()

    def rule_for(self, series: str, account: str) -> ApprovalRule:
        return self.completed(next((one for one in self.rules if one.fits(series, account)), SpecialRule()))

    def completed(self, special: SpecialRule) -> ApprovalRule:
        """A special rule with what the general one says where it says nothing itself."""
        fields = ApprovalRule.model_fields
        own = {name: value for name in fields if (value := getattr(special, name)) is not None}
        return ApprovalRule.model_construct(**{name: getattr(self, name) for name in fields} | own)


class Pairs(FileModel):
    """What becomes of a post's other languages when one fails for good and they have not left: held for a person, or
    sent all the same, with an alert."""

    when_one_fails: Literal["hold", "send"] = "hold"


Fraction = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[int, Field(ge=0, le=10_000)]


class Checks(FileModel):
    """How strict the checks are. The defaults are those of docs/checks.md."""

    rules: dict[str, Literal["off", "warning", "error"]] = {}  # a rule's severity in this campaign
    sentence_words: Positive = 20
    sentence_words_most: Positive = 25
    hashtags_most: Positive = 2
    alt_characters: Positive = 250
    repeat_after: Duration = timedelta(days=30)
    pair_gap: Duration = timedelta(seconds=60)
    pair_length: Fraction = 0.6
    hashtags: tuple[str, ...] = ()  # of several words, as they are to be written: DonnéesOuvertes
    words: tuple[str, ...] = ()  # that spelling, capitals and acronyms leave alone


class Allowed(FileModel):
    """A rule that a series or an item may break, and why."""

    rule: str
    reason: Annotated[str, Field(min_length=3)]


class CampaignFile(FileModel):
    """content/campaign.yaml"""

    id: Slug
    name: Text
    goal: Text
    objectives: tuple[Objective, ...] = ()
    benchmarks: tuple[OutsideBenchmark, ...] = ()
    outcomes: dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Text
    ] = {}  # own ones that are imported: their words
    starts: Day
    ends: Day
    timezone: str
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "CA"  # with a language: the locale of dates and numbers
    priorities: dict[Slug, Text] = {}
    accounts: Annotated[dict[Slug, Account], Field(min_length=1)]
    collect_at: tuple[Duration, ...] = (
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(hours=24),
        timedelta(days=3),
        timedelta(days=7),
        timedelta(days=30),
    )
    max_lateness: Duration = timedelta(hours=2)
    #: Where a network has no key that rules a second post out (X), two clean looks are enough to send again.
    resend_unconfirmed: bool = False
    #: US dollars a calendar month (UTC) that a network's calls may cost.
    budget: dict[Slug, Annotated[float, Field(gt=0)]] = {}
    links: Links = Links()
    retention: Retention = Retention()
    open_data: OpenData = OpenData()
    unsupported: Unsupported = Unsupported()
    quiet_periods: tuple[QuietPeriod, ...] = ()
    glossary: tuple[str, ...] = ()  # acronyms that readers know
    people: dict[str, tuple[Slug, ...]] = {}  # who takes part, by CAMPAIGN_BOT_PERSON or login name: their roles
    approvals: Approvals | None = None  # none: anybody may approve, once
    pairs: Pairs = Pairs()
    staff_hours: Annotated[float, Field(ge=0)] | None = None  # what people put in, for the report
    impact: Text = {}  # what changed, and what of it is the campaign's doing: somebody's judgement, in words
    decisions: Text = {}  # what was decided upon it: typed in, for the report
    checks: Checks = Checks()

    @field_validator("accounts")
    @classmethod
    def _name_accounts(cls, accounts: dict[str, Account]) -> dict[str, Account]:
        return {name: account.model_copy(update={"name": name}) for name, account in accounts.items()}


class ItemSource(FileModel):
    """Where a series takes its items from, and in which order."""

    data: Slug  # content/data/<data>.yaml
    only: tuple[str, ...] = ()  # ids, in this order; empty: all rows
    where: dict[str, str | bool | int] = {}  # rows whose fields equal these
    order: Literal["in-order", "shuffled"] = "in-order"
    repeat: bool = False  # start again when all were used; else later slots stay empty, with a warning


class Picture(FileModel):
    """One picture: a card made from an SVG template, or a file in content/media/. Alt text is a Jinja2 template."""

    card: str = ""  # content/cards/<card>.svg.j2
    file: str = ""  # content/media/<file>
    alt: Text


class Video(FileModel):
    """One video, or a GIF that moves: a file in content/media/, with captions (WebVTT or SRT) in each language."""

    file: str  # content/media/<file>
    alt: Text
    captions: Text = {}  # content/media/<captions>, by language


class LinkCardSource(FileModel):
    """How a link is shown below the post where the network leaves that to us (Bluesky). All but the picture are
    templates."""

    link: Text
    title: Text
    description: Text = {}
    card: str = ""  # its picture: content/cards/<card>.svg.j2
    file: str = ""  # or content/media/<file>


class Earlier(FileModel):
    """An own earlier post: the latest one of that series about the same item, on the same account."""

    series: Slug


class PollSource(FileModel):
    """A poll whose options are the item's field of that name (a Text of lists): {en: [..], fr: [..]}."""

    options: str = "options"
    duration: Duration = timedelta(days=1)


class SeriesFile(FileModel):
    """content/series/<series>/series.yaml"""

    title: Text
    purpose: Text
    priority: str = ""
    commitments: tuple[str, ...] = ()  # ids; a row's own `commitments` win
    rung: Literal["exposed", "aware", "engaged", "discussing", "participating", "co-creating", ""] = ""
    no_result: bool = False  # it calls people to take part in what has no result that could be published
    items: ItemSource
    pictures: Annotated[tuple[Picture, ...], Field(max_length=4)] = ()
    videos: Annotated[tuple[Video, ...], Field(max_length=1)] = ()
    poll: PollSource | None = None
    link_card: LinkCardSource | None = None
    quotes: Earlier | None = None  # the post shows that one below its text
    reposts: Earlier | None = None  # that one is shown again; the series has no text of its own
    content_warning: Text = {}
    label: Literal["graphic-media", "nudity", "sexual", "porn", ""] = ""
    replies: Literal["everybody", "following", "followers", "mentioned", "nobody"] = "everybody"
    author: str = ""  # who writes its templates: see `self_approval`
    allow: tuple[Allowed, ...] = ()


class Row(BaseModel):
    """One row of content/data/*.yaml. Fields beyond these are the campaign's own; a mapping whose keys are the
    campaign's languages is a translated field, and must have all of them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Slug
    source: Source | None = None
    commitments: tuple[str, ...] = ()
    priority: str = ""
    author: str = ""  # who wrote it: see `self_approval`
    answers: str = ""  # the poll or call whose result this row publishes: `series` or `series/item`
    #: current, evergreen, historic (say the year), check-before-use (a person signs off)
    status: Literal["", "current", "evergreen", "historic", "check-before-use"] = ""
    as_of: Annotated[str, BeforeValidator(str)] = ""  # the year or day that it was true
    signed_off: str = ""  # who looked again, and when
    allow: tuple[Allowed, ...] = ()

    def field(self, name: str) -> Any:
        """Any field of the row, its own ones included; None where it has none of that name."""
        return getattr(self, name, None)


class When(FileModel):
    """When a schedule entry's slots are: exactly one of `cron`, `every` (with `from`), `dates`, `before`.

    Wall-clock times are in the campaign's timezone. cron has five fields, weekdays as names (mon,thu).
    """

    cron: str = ""
    every: Duration | None = None
    start: Annotated[WallTime | None, Field(alias="from")] = None
    dates: tuple[WallTime, ...] = ()
    before: str = ""  # the name of the items' date field; one slot per item and day
    days: tuple[Annotated[int, Field(ge=-366, le=366)], ...] = ()  # days before that date; negative: after it
    at: Annotated[time, BeforeValidator(parse_time_of_day)] | None = None


class ScheduleEntry(FileModel):
    """One entry of schedules/*.yaml: which series, which accounts, when."""

    series: Slug
    accounts: tuple[str, ...] | Literal["all"] = "all"
    when: When
    spread: Duration = timedelta(0)  # each slot moves by a seeded part of this, never twice differently
    not_on: tuple[Day, ...] = ()
    starts: Day | None = None  # default: the campaign's
    ends: Day | None = None


class Variant(FileModel):
    """One arm of an experiment: another wording (`post.<wording>.en.j2`), another time of day, or, empty, what the
    series says anyway."""

    wording: Slug = ""
    at: Annotated[time | None, BeforeValidator(parse_time_of_day)] = None


class ExperimentFile(FileModel):
    """content/experiments/<experiment>.yaml: everything that is settled before the start."""

    question: Text
    series: Slug
    variants: dict[Slug, Variant]  # 2 to 4; the first is what the others are held against
    metric: Literal["engagements", "likes", "reposts", "replies", "link_clicks", "poll_votes"] = "engagements"
    age: Duration = timedelta(hours=24)
    smallest_effect: Annotated[float, Field(ge=1, le=1000)]  # percent: the smallest difference that would matter
    most_blocks: Annotated[int, Field(ge=12, le=10_000)]  # the stopping rule: not decided after so many, it stays so
    starts: Day | None = None
    ends: Day | None = None
    seed: int = 0


class Series:
    """A series as loaded: its file, its rows in the order of use, its templates by name (post.en.j2)."""

    def __init__(
        self, id: str, file: SeriesFile, rows: tuple[Row, ...], templates: dict[str, str],  # noqa: A002
        places: dict[str, tuple[int, int]] | None = None,
    ) -> None:  # fmt: skip
        self.id = id
        self.file = file
        self.rows = rows
        self.templates = templates  # file name -> source text
        self._places = places or {}

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of a key of its series.yaml; 0, 0 where it has none."""
        return self._places.get(key, (0, 0))

    def template(self, network: str, language: str, wording: str = "") -> tuple[str, str]:
        """(file name, source): a network's own wording wins over the general one, an experiment's over both. Loading
        made sure of one."""
        names = (f"post.{network}.{language}.j2", f"post.{language}.j2")
        if wording:
            names = (f"post.{wording}.{network}.{language}.j2", f"post.{wording}.{language}.j2")
        for name in names:
            if name in self.templates:
                return name, self.templates[name]
        raise KeyError(names[-1])


class Library:
    """A whole campaign directory, loaded and valid."""

    def __init__(
        self,
        directory: Path,
        campaign: CampaignFile,
        series: dict[str, Series],
        schedules: dict[str, ScheduleEntry],
        schedule_places: dict[str, tuple[str, int, int]],
        experiments: dict[str, ExperimentFile] | None = None,
        commitments: tuple[Row, ...] = (),
    ) -> None:
        self.directory = directory
        self.campaign = campaign
        self.series = series
        self.schedules = schedules
        self.commitments = commitments  # the rows of content/data/commitments.yaml
        self.schedule_places = schedule_places  # entry id -> (file, line, column), for problems about it
        self.experiments = experiments or {}

    def account(self, name: str) -> Account:
        return self.campaign.accounts[name]

    def accounts_of(self, entry: ScheduleEntry) -> tuple[Account, ...]:
        """The accounts that a schedule entry publishes to, in the campaign's order."""
        wanted = self.campaign.accounts if entry.accounts == "all" else entry.accounts
        return tuple(account for name, account in self.campaign.accounts.items() if name in wanted)
