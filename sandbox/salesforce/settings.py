"""What can be set about an org while it runs. Defaults are as strict as the documents."""

from dataclasses import dataclass

from sandbox.common.settings import Adjustable


@dataclass(frozen=True, slots=True)
class Settings(Adjustable):
    """Limits: developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet (Enterprise, ten licences).

    `limits`             whether the daily and the concurrency limit refuse; the usage header is sent in any case
    `instance_url`       what tokens say; empty: where the token was asked for
    `session_s`          a session dies after this long without a call
    `rotate_refresh`     each refresh token is good once; the answer has the next
    `soap_login`         whether the old login() call is switched on
    `page_size`          records in a query answer, at most 2,000
    `locator_s`          how long `nextRecordsUrl` works: two days
    `job_s`              how long a bulk job takes
    `bulk_refuses`       objects, separated by spaces, that the Bulk API does not know
    `bulk_batches`       batches of 10,000 records that ingest jobs may write in 24 hours
    `job_page`           jobs in one answer of the list of them
    `touch_unchanged`    a write that changes nothing moves SystemModstamp all the same, as it does in the real thing
    `long_call_s`        from when on a running call counts against `concurrent`
    """

    limits: bool = True
    daily: int = 110_000
    concurrent: int = 25
    long_call_s: float = 20.0
    instance_url: str = ""
    session_s: int = 7_200
    rotate_refresh: bool = False
    soap_login: bool = False
    page_size: int = 2_000
    locator_s: int = 172_800
    job_s: float = 0.0
    bulk_refuses: str = "TaskStatus"
    bulk_batches: int = 15_000
    job_page: int = 1_000
    touch_unchanged: bool = True
    deleted_log_days: int = 15
    time_zone: str = "Europe/Madrid"
    currency: str = "EUR"
