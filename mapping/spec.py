"""The `objects:` section of the configuration: what to read of a CRM, what it means, and what to write back."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from journey.model import Actor, Direction, FieldType, Kind, TouchType

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
CrmName = Annotated[str, Field(min_length=1, max_length=255)]
YamlScalar = str | bool | int | float | None


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Spec(BaseModel):
    """Base of every section: unknown keys are errors, values are read by their alias, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShortSpec(Spec):
    """A section that may also be written as one text: the value of its key `short`."""

    short: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        return {cls.short: value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Tell editors about the short form too."""
        full = handler.resolve_ref_schema(handler(schema))
        long = dict(full)
        full.clear()
        full["anyOf"] = [{"type": "string", "description": f"Short for {{{cls.short}: …}}."}, long]
        return full


class Transform(StrEnum):
    """What may be done to a text before it is mapped or cast."""

    TRIM = "trim"
    LOWER = "lower"
    UPPER = "upper"
    DIGITS = "digits"
    COLLAPSE = "collapse"
    DOMAIN = "domain"


class Otherwise(Spec):
    """A fixed value for what `map` does not know."""

    value: YamlScalar = Field(description="The value to use.")


class FieldSpec(ShortSpec):
    """How one journey field is read. Exactly one of `from`, `expr` and `value`; a plain text means `from`."""

    short: ClassVar[str] = "from"
    source: CrmName | None = Field(
        None, alias="from", description="The CRM field to read.", examples=["lifecyclestage"]
    )
    expr: str | None = Field(
        None, description="An expression over this record's CRM fields.", examples=["LOWER(email)"]
    )
    value: YamlScalar = Field(None, description="A constant.", examples=["call"])
    transform: Annotated[tuple[Transform, ...], BeforeValidator(_one_or_more)] = Field(
        (),
        description="Done to the text, in order, before `map`: trim, lower, upper, digits, collapse (spaces), domain.",
    )
    map: dict[str, YamlScalar] | None = Field(
        None, description="CRM value → our value.", examples=[{"marketingqualifiedlead": "mql"}]
    )
    otherwise: Literal["reject", "null", "keep"] | Otherwise | None = Field(
        "reject", description="For what `map` does not know: reject the record, null, keep as it is, or {value: …}."
    )
    type: FieldType | None = Field(
        None, description="The type to cast to. Fields that Relevo knows have theirs; others are text."
    )
    default: YamlScalar = Field(None, description="Used instead of null.")
    format: Literal["es", "en", "epoch_ms", "epoch_s"] | None = Field(
        None,
        description="es: 1.234,56 and 31/12/2026; en: 1,234.56 and 12/31/2026; epoch_ms, epoch_s: whole numbers as times.",
    )
    zone: str | None = Field(None, description="Time zone of times without an offset.", examples=["Europe/Madrid"])

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldSpec":
        given = [name for name in ("source", "expr", "value") if name in self.model_fields_set]
        if len(given) != 1:
            raise ValueError("give exactly one of from, expr and value")
        if "otherwise" in self.model_fields_set and self.map is None:
            raise ValueError("otherwise needs a map")
        return self


class TouchpointSpec(Spec):
    """A dated event that a record tells with its own fields, such as its latest form conversion."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")] = Field(
        description="Names this rule; part of the touchpoint's identity.", examples=["form"]
    )
    type: TouchType = Field(description="What kind of contact it was.")
    at: FieldSpec = Field(description="When it happened; null means that it did not.")
    direction: Direction = Field(description="inbound: the person reached us; outbound: we reached them; none.")
    actor: Actor = Field(description="lead, human (one of our people), automated or unknown.")
    when: str | None = Field(None, description="Only if this expression over the CRM fields is true.")
    owner: FieldSpec | None = Field(None, description="Who of ours did it.")
    subject: FieldSpec | None = Field(None, description="What it was about.")
    outcome: FieldSpec | None = Field(None, description="What came of it.")
    campaign: FieldSpec | None = Field(None, description="The campaign it belongs to.")
    fields: dict[FieldName, FieldSpec] = Field(default_factory=dict, description="Further fields, for rules to use.")


class OnConflict(StrEnum):
    """What to do when a person has edited a field that Relevo writes."""

    KEEP = "keep"
    OVERWRITE = "overwrite"


class WriteSpec(ShortSpec):
    """Where one journey field is written. A plain text means `to`."""

    short: ClassVar[str] = "to"
    to: CrmName = Field(description="The CRM field. It belongs to Relevo and is never read as an input.")
    on_conflict: OnConflict = Field(
        OnConflict.KEEP, description="keep: a person's edit stays and is shown; overwrite: ours is written again."
    )


class ObjectSpec(Spec):
    """One object of a CRM: what its records are, how they are read and what is written back to them."""

    kind: Kind = Field(
        alias="as", description="What a record is: person, company, deal, touchpoint, campaign, owner or stage."
    )
    skip_if: str | None = Field(None, description="Records for which this expression is true are counted and left out.")
    links: dict[CrmName, Kind] | list[CrmName] = Field(
        default_factory=list,
        description="Linked objects to read, as a list or with what they are: {companies: company}.",
    )
    history: Annotated[tuple[CrmName, ...], BeforeValidator(_one_or_more), Field(max_length=1)] = Field(
        (), description="The CRM field whose past values become stage changes."
    )
    fields: dict[FieldName, FieldSpec] = Field(default_factory=dict, description="Journey field → how it is read.")
    touchpoints: list[TouchpointSpec] = Field(
        default_factory=list, description="Dated events told by the record's own fields."
    )
    write: dict[FieldName, WriteSpec] = Field(
        default_factory=dict, description="Journey field → the CRM field to write."
    )
