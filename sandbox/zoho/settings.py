"""What can be set about an organisation while it runs, each choice named. Defaults are as strict as the documents."""

from dataclasses import dataclass

from sandbox.common.settings import Adjustable


@dataclass(frozen=True, slots=True)
class Settings(Adjustable):
    """Limits are those of the Enterprise edition with 20 users (zoho.com/crm/developer/docs/api/v8/api-limits.html).

    `limits`                  credits, concurrency and downloads are limited at all; token quotas always are
    `credits`                 per rolling 24 hours; `credits_used` are spent already, by others
    `concurrency`             calls under way at once; `sub_concurrency` of them heavy ones
    `latency_s`               how long each call takes, so that calls can overlap
    `tokens_per_window`       new access tokens per refresh token in `token_window_s`; `tokens_live` may live at once
    `api_domain`              the only address that the API answers under; empty: the one the token was asked at
    `since_inclusive`         If-Modified-Since takes in the very second too
    `touch_unchanged`         a write that changes nothing moves Modified_Time all the same
    `refuse_unknown_fields`   a field name that does not exist refuses its record; else it is left out in silence
    `strict_picklists`        a value that is not one of the list's refuses its record
    `merged_are_deleted`      a record merged away is listed as deleted for good; else it is just gone
    `coql_fields`, `coql_values`  most columns of a query, most values of an IN (the v8 pages contradict each other: 50 or 500, 50 or 100)
    `bulk_read_s`             how long a bulk read takes; `bulk_read_fails` makes it end in FAILURE
    `denied`                  what the user's profile forbids, by permission, separated by commas: `View_Leads,Edit_Deals`
    """

    limits: bool = True
    credits: int = 70_000
    credits_used: int = 0
    concurrency: int = 20
    sub_concurrency: int = 10
    latency_s: float = 0.0
    downloads_per_minute: int = 10
    token_life_s: int = 3600
    tokens_per_window: int = 10
    token_window_s: int = 600
    tokens_live: int = 15
    api_domain: str = ""
    page_token_life_s: int = 86_400
    since_inclusive: bool = False
    touch_unchanged: bool = True
    refuse_unknown_fields: bool = False
    strict_picklists: bool = True
    merged_are_deleted: bool = True
    coql_fields: int = 50
    coql_values: int = 50
    bulk_read_s: float = 0.2
    bulk_read_fails: bool = False
    bulk_page: int = 200_000
    denied: str = ""
    time_zone: str = "Europe/Madrid"
    currency: str = "EUR"
