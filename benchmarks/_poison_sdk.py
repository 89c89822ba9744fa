"""Zoho's own SDK on one page of leads, as a process: `_poison_sdk.py HOST CLIENT SECRET REFRESH FIELDS`; prints status and records."""

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any


def part(path: str) -> Any:
    """A module of the SDK, which ships no types."""
    return import_module(f"zohocrmsdk.src.com.zoho.{path}")


def main(host: str, client: str, secret: str, refresh: str, fields: str) -> None:
    """Ask for the page as the SDK's documentation does."""
    with tempfile.TemporaryDirectory() as at:
        environment = part("crm.api.dc.data_center").DataCenter.Environment(host, f"{host}/oauth/v2/token", host)
        token = part("api.authenticator.oauth_token").OAuthToken(
            client_id=client, client_secret=secret, refresh_token=refresh, find_user=False
        )
        store = part("api.authenticator.store.file_store").FileStore(file_path=str(Path(at) / "tokens"))
        config = part("crm.api.sdk_config").SDKConfig(pick_list_validation=False, update_api_domain=False)
        part("crm.api.initializer").Initializer.initialize(
            environment=environment, token=token, store=store, sdk_config=config, resource_path=at
        )
        names = part("crm.api.record.record_operations").GetRecordsParam
        asked = part("crm.api.parameter_map").ParameterMap()
        asked.add(names.fields, fields)
        asked.add(names.per_page, 200)
        answer = (
            part("crm.api.record").RecordOperations("Leads").get_records(asked, part("crm.api.header_map").HeaderMap())
        )
        page = answer.get_object()
        print(answer.get_status_code(), 0 if page is None else len(page.get_data()))


if __name__ == "__main__":
    main(*sys.argv[1:6])
