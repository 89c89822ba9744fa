"""What can be set about an account while it runs, each choice named. Defaults are as strict as the documents."""

from dataclasses import dataclass

from sandbox.common.settings import Adjustable


@dataclass(frozen=True, slots=True)
class Settings(Adjustable):
    """Limits are calls per window (developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines: Professional).

    `search_lag_s`           seconds until a change shows in search
    `merge_new_id`           a merge gives the survivor a new id, as the merge webhook's `newObjectId` implies it may
    `touch_unchanged`        a write that changes nothing moves the modified time all the same
    `search_ids_as_text`     search sorts hs_object_id as text
    `lifecycle_forward_only` a write that moves lifecyclestage backwards is answered 200 and not taken
    """

    limits: bool = True
    burst: int = 190
    burst_window_s: float = 10.0
    daily: int = 625_000
    search_per_s: int = 5
    search_lag_s: float = 0.0
    merge_new_id: bool = False
    touch_unchanged: bool = False
    search_ids_as_text: bool = True
    lifecycle_forward_only: bool = True
    token_life_s: int = 1800
    portal_id: int = 14_500_777
    time_zone: str = "Europe/Madrid"
    currency: str = "EUR"
