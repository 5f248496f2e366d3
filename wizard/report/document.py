"""The shape of `fedwizard.check/1`, as others may rely on it. The schema in assets is made of this."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Text = Annotated[str, Field(min_length=1)]


class FindingDocument(_Part):
    """One finding: what was seen, what was expected, why it matters, how to mend it, and who must."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    severity: Literal["pass", "info", "warn", "fail", "not-tested"]
    subject: str
    observed: dict[str, JsonValue]
    expected: dict[str, JsonValue]
    why: Text
    fix: list[str]
    owner: Literal["you", "your-dns-admin", "partner", "ca", "firewall"]
    verify_with: str
    refs: list[str]
    evidence: dict[str, JsonValue]


class ChainDocument(_Part):
    """One certificate as the server sent it."""

    subject: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CheckDocument(_Part):
    """What `fedwizard check ... --json` prints. `chain` is there for tls and cert, leaf first."""

    schema_: Literal["fedwizard.check/1"] = Field(alias="schema")
    target: Text
    started: str
    duration_ms: Annotated[int, Field(ge=0)]
    status: Literal["pass", "warn", "fail", "not-tested"]
    findings: list[FindingDocument]
    chain: list[ChainDocument] | None = None
