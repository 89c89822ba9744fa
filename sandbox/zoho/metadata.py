"""The organisation about itself: modules, fields, users, itself.

zoho.com/crm/developer/docs/api/v8/field-meta.html, create-field.html, modules-api.html, get-users.html, get-org-data.html.
"""

from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import MOST_PER_PAGE, Call, nothing
from sandbox.zoho.errors import Refusal, bad, forbidden, invalid_id, invalid_module, invalid_value, not_given
from sandbox.zoho.fields import DEFAULT_LENGTHS, LISTS, DataType, Field, api_name_of
from sandbox.zoho.modules import Module
from sandbox.zoho.org import API_USER, Org

MOST_FIELDS_MADE = 5
_LONGEST_LABEL = 50
_USER_TYPES = {"AllUsers": None, "ActiveUsers": "active", "DeactiveUsers": "disabled", "DeletedUsers": "deleted"}


def list_modules(call: Call) -> Answer:
    """`GET /settings/modules`."""
    return ok({"modules": [module.shown() for module in call.org.modules.values()]})


def read_module(call: Call) -> Answer:
    """`GET /settings/modules/{module}`."""
    return ok({"modules": [call.module.shown()]})


def list_fields(call: Call) -> Answer:
    """`GET /settings/fields?module=`: those that the user's profile may see."""
    module = _module(call)
    return ok({"fields": [field.shown(_ids(call)) for field in module.fields.values() if field.visible]})


def read_field(call: Call) -> Answer:
    """`GET /settings/fields/{id}?module=`."""
    return ok({"fields": [_field(call).shown(_ids(call))]})


def create_fields(call: Call) -> Answer:
    """`POST /settings/fields?module=`: at most five; each is created or refused on its own."""
    org, module = call.org, _module(call)
    if org.forbids("Customize_Zoho_CRM"):
        raise forbidden("Customize_Zoho_CRM")
    given = call.json().get("fields")
    if not isinstance(given, list) or not given:
        raise not_given("fields", "$.fields")
    if len(given) > MOST_FIELDS_MADE:
        raise bad("LIMIT_EXCEEDED", "limit exceeded", maximum_length=MOST_FIELDS_MADE, api_name="fields")
    told, failures = [], 0
    for number, one in enumerate(given):
        try:
            field = define(org, module, one, f"$.fields[{number}]")
            told.append(
                {"code": "SUCCESS", "details": {"id": field.id}, "message": "field created", "status": "success"}
            )
        except Refusal as refusal:
            failures += 1
            told.append(refusal.body())
    return ok({"fields": told}, 400 if failures == len(given) else 207 if failures else 201)


def delete_field(call: Call) -> Answer:
    """`DELETE /settings/fields/{id}?module=`: a custom field and all its values."""
    field, module = _field(call), _module(call)
    if not field.custom:
        raise bad("NOT_ALLOWED", "The field cannot be deleted", resource_path_index=2)
    del module.fields[field.api_name]
    done = {"code": "SUCCESS", "details": {"id": field.id}, "message": "field deleted", "status": "success"}
    return ok({"fields": [done]})


def define(org: Org, module: Module, given: dict[str, Any], path: str) -> Field:
    """A new custom field; its API name is made from its label. Raises the vendor's 400."""
    label = given.get("field_label")
    if not isinstance(label, str) or not label.strip():
        raise not_given("field_label", f"{path}.field_label")
    if len(label) > _LONGEST_LABEL:
        raise invalid_value("field_label", f"{path}.field_label", maximum_length=_LONGEST_LABEL)
    if any(field.label.lower() == label.lower() for field in module.fields.values()):
        raise bad("DUPLICATE_DATA", "duplicate data", api_name="field_label", json_path=f"{path}.field_label")
    try:
        data_type = DataType(str(given.get("data_type")))
    except ValueError:
        raise invalid_value("data_type", f"{path}.data_type", supported_values=[*DataType]) from None
    field = Field(
        str(org.new_id()),
        given.get("api_name") or api_name_of(label, list(module.fields)),
        label,
        data_type,
        _length(given, data_type, path),
        _options(given, data_type, path),
        unique=bool(given.get("unique")),
        custom=True,
        read_only=data_type is DataType.FORMULA,
        visible=bool(given.get("visible", True)),
    )
    module.fields[field.api_name] = field
    if field.unique:
        org.stores[module.api_name].watch(field.api_name)
    return field


def list_users(call: Call) -> Answer:
    """`GET /users?type=`: by page."""
    kind = call.choice("type", *_USER_TYPES, "CurrentUser")
    size, number, since = (
        call.number("per_page", MOST_PER_PAGE, MOST_PER_PAGE),
        call.number("page", 1, 2**31),
        call.after(),
    )
    wanted = [
        user
        for user in call.org.users.values()
        if (user is API_USER if kind == "CurrentUser" else _USER_TYPES[kind] in {None, user.status})
        and (since is None or user.modified > since)
    ]
    shown = wanted[(number - 1) * size : number * size]
    if not shown:
        return nothing()
    info = {"per_page": size, "count": len(shown), "page": number, "more_records": len(wanted) > number * size}
    return ok({"users": [user.shown(call.org.settings.time_zone) for user in shown], "info": info})


def read_user(call: Call) -> Answer:
    """`GET /users/{id}`."""
    user = call.org.users.get(call.params["id"])
    return nothing() if user is None else ok({"users": [user.shown(call.org.settings.time_zone)]})


def read_org(call: Call) -> Answer:
    """`GET /org`."""
    settings = call.org.settings
    return ok(
        {
            "org": [
                {
                    "id": "5725767000000020005",
                    "company_name": "Ibertech Demo S.L.",
                    "domain_name": "org20071234567",
                    "zgid": "20071234567",
                    "country": "Spain",
                    "country_code": "ES",
                    "currency": settings.currency,
                    "iso_code": settings.currency,
                    "currency_locale": "es_ES",
                    "time_zone": settings.time_zone,
                    "primary_email": API_USER.email,
                    "primary_zuid": API_USER.id[-8:],
                    "license_details": {
                        "paid": True,
                        "paid_type": "enterprise",
                        "trial_type": None,
                        "users_license_purchased": 20,
                    },
                }
            ]
        }
    )


def _ids(call: Call) -> dict[str, str]:
    return {name: module.id for name, module in call.org.modules.items()}


def _module(call: Call) -> Module:
    name = call.one("module")
    if not name:
        raise bad("REQUIRED_PARAM_MISSING", "required param is missing", param_name="module")
    if name not in call.org.modules:
        raise invalid_module()
    return call.org.modules[name]


def _field(call: Call) -> Field:
    for field in _module(call).fields.values():
        if call.params["id"] in {field.id, field.api_name} and field.visible:
            return field
    raise invalid_id(2)


def _length(given: dict[str, Any], data_type: DataType, path: str) -> int:
    most = DEFAULT_LENGTHS.get(data_type, 100)
    most = 50_000 if data_type is DataType.TEXTAREA else most
    length = given.get("length", DEFAULT_LENGTHS.get(data_type, 100))
    if not isinstance(length, int) or not 1 <= length <= most:
        raise invalid_value("length", f"{path}.length", maximum_length=most)
    return length


def _options(given: dict[str, Any], data_type: DataType, path: str) -> tuple[str, ...]:
    if data_type not in LISTS:
        return ()
    options = given.get("pick_list_values")
    if not isinstance(options, list) or not options:
        raise not_given("pick_list_values", f"{path}.pick_list_values")
    return tuple(str(one["display_value"]) for one in options)
