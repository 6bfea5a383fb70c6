"""What calls of the API about campaigns take and give."""

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

State = Literal["draft", "scheduled", "running", "paused", "finished", "cancelled"]
Tree = dict[str, Any]


class CampaignOut(Schema):
    id: str
    name: str
    description: str
    state: State
    start: Literal["now", "at", "every", "trigger"]
    version: int
    archived: bool
    created: datetime
    changed: datetime
    changed_by: str
    next_at: datetime | None = Field(description="When it runs next")
    started: datetime | None
    started_by: str
    ended: datetime | None = Field(description="When it ended; while it runs, since when it chooses nobody new")
    failure: str = Field(description="Why it does not go on; empty when it does")
    winner: str = Field(description="The variant that won the test")


class CampaignsOut(Schema):
    results: list[CampaignOut]
    next: str | None = None


class ApprovalOut(Schema):
    state: Literal["asked", "approved", "refused", "withdrawn"]
    version: int
    asked: datetime
    asked_by: str
    words: str
    decided: datetime | None
    decided_by: str
    reply: str


class RunOut(Schema):
    id: str
    day: date
    state: Literal["choosing", "sending", "done", "cancelled"]
    at: datetime
    chosen: int
    ended: datetime | None


class ProgressOut(Schema):
    """Customers by what became of them; all but `percent` add up to `chosen`."""

    chosen: int
    waiting: int
    held_out: int
    skipped: int
    queued: int
    held: int
    arrived: int
    bounced: int
    failed: int
    doubtful: int
    passed_over: int
    percent: int = Field(description="Never 100 while anything is to come")


class WholeCampaignOut(CampaignOut):
    plan: Tree
    progress: ProgressOut | None
    approval: ApprovalOut | None
    runs: list[RunOut] = Field(description="The latest first")
    duplicates_30_days: int = Field(description="Messages of all campaigns that went to somebody twice")


class CampaignIn(Schema):
    name: str = Field(max_length=200)
    description: str = Field("", max_length=2000)
    plan: Tree = Field(default_factory=dict, description="audience, content, when, test, goal")


class CampaignChange(Schema):
    name: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=2000)
    plan: Tree | None = None
    seen: int | None = Field(None, description="The version that was read before: when it is another by now, 409")


class StartIn(Schema):
    seen: int | None = None


class AskIn(Schema):
    words: str = Field("", max_length=1000)


class DecideIn(Schema):
    approve: bool
    words: str = Field("", max_length=1000)


class WinnerIn(Schema):
    variant: str = Field(max_length=16)


class RecipientOut(Schema):
    person: str
    run: str
    arm: str
    state: str = Field(description="Of the message, once there is one; else chosen, waiting, held_out or skipped")
    reason: str
    words: str
    due_at: datetime | None
    sent_at: datetime | None
    delivery: str | None


class RecipientsOut(Schema):
    results: list[RecipientOut]
    next: str | None = None


class CampaignGateOut(Schema):
    gate: str
    passed: bool | None = Field(description="null: not asked yet")
    seen: str


class TimeOut(RecipientOut):
    gates: list[CampaignGateOut]


class OfSegmentOut(Schema):
    id: str
    name: str
    included: bool
    member: bool | None = Field(description="null: the segment asks for what you do not see in full")


class WhyOut(Schema):
    person: str
    times: list[TimeOut] = Field(description="Each time the customer was chosen, the latest first")
    in_audience_now: bool | None = Field(description="null: it would tell of a segment that you may not read")
    segments: list[OfSegmentOut]


class Listed(Schema):
    state: State | None = None
    archived: bool = False
    limit: int = 100
    after: str | None = None


class ListedPeople(Schema):
    which: Literal[
        "", "waiting", "told", "arrived", "opened", "clicked", "bounced", "unsubscribed", "complained", "failed", "doubtful",
        "held", "passed_over", "skipped", "held_out",
    ] = ""  # fmt: skip
    after: str | None = None
