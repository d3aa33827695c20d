"""What an objective can be measured by. `evaluate` works these out; loading refuses other names."""

from __future__ import annotations

#: Sums of counts that networks tell, by the fields of `model.Counts`.
COUNTS = ("likes", "reposts", "replies", "quotes", "bookmarks", "impressions", "link_clicks", "poll_votes")
SUMS = ("sent", "engagements", *COUNTS)
#: Shares in percent, and rates for each hundred.
RATES = (
    "complete_pairs_percent", "punctual_percent", "alt_text_percent", "loops_closed_percent",
    "engagement_per_100_followers", "engagement_per_100_impressions",
)  # fmt: skip
#: Imported outcomes that have words already; a campaign names others under `outcomes:`.
OUTCOMES = ("sign_up", "submission", "download", "idea_answered", "idea_adopted")
METRICS = (*SUMS, *RATES, *OUTCOMES)
