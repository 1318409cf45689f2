"""What is signed: in-toto statements whose payload names role, order, round and purpose, so that none can stand for another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError

from evaluation.signoff.canonical import NotCanonicalError, dumps, loads
from evaluation.signoff.envelope import Envelope, Signer, sealed
from evaluation.signoff.sheet import Anchor, Hash, Strict

TIME = "%Y-%m-%dT%H:%M:%SZ"
Time = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]


class Digest(Strict):
    """SHA-256 of a file."""

    sha256: Hash


class Subject(Strict):
    """A file that a statement is about."""

    name: str
    digest: Digest


class Said(Strict):
    """What every statement says. at: UTC; name, key: of the signer."""

    round: str
    name: str
    key: str
    at: Time


class Signed(Said):
    """The evaluator: this is my score sheet."""

    purpose: Literal["score sheet"] = "score sheet"
    role: Literal["evaluator"] = "evaluator"
    order: Literal[1] = 1
    community: str
    version: int


class Countersigned(Said):
    """The reviewer: I have read it, and the evaluator's signature on it."""

    purpose: Literal["score sheet"] = "score sheet"
    role: Literal["reviewer"] = "reviewer"
    order: Literal[2] = 2
    community: str
    version: int
    sheet: Hash


class Published(Said):
    """The chief: these sheets are given out. root: of the Merkle tree over them; previous: SHA-256 of the publication before,
    or empty; ledger: as it stood.
    """

    purpose: Literal["publication"] = "publication"
    role: Literal["chief"] = "chief"
    order: Literal[3] = 3
    number: int
    sheets: int
    root: Hash
    previous: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    ledger: Anchor


class Statement(Strict):
    """An in-toto statement about files."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type", default="https://in-toto.io/Statement/v1")
    predicate_type: Annotated[str, Field(alias="predicateType", pattern=r"^urn:evaluation:[a-z]+:1$")]
    subject: Annotated[list[Subject], Field(min_length=1)]
    predicate: Signed | Countersigned | Published

    def digest_of(self, name: str) -> str | None:
        """SHA-256 of a subject, None if it is none."""
        return next((subject.digest.sha256 for subject in self.subject if subject.name == name), None)


KINDS: dict[type[Said], str] = {Signed: "signature", Countersigned: "countersignature", Published: "publication"}
S = TypeVar("S", Signed, Countersigned, Published)


def seal(said: Signed | Countersigned | Published, subjects: dict[str, str], signer: Signer) -> Envelope:
    """Sign a statement. subjects: SHA-256 by name of file."""
    kind = KINDS[type(said)]
    about = [Subject(name=name, digest=Digest(sha256=digest)) for name, digest in sorted(subjects.items())]
    statement = Statement.model_validate({"predicateType": f"urn:evaluation:{kind}:1", "subject": about, "predicate": said})
    return sealed(payload_type(type(said)), dumps(statement.model_dump(by_alias=True)), signer)


def payload_type(kind: type[Said]) -> str:
    """The type of a kind of statement's payload."""
    return f"application/vnd.evaluation.{KINDS[kind]}+json"


def read_statement(envelope: Envelope, kind: type[S]) -> tuple[Statement, S]:
    """The statement of an envelope and what it says. NotCanonicalError; "confused": it is of another kind.

    Whether the signature holds, `Envelope.holds` says.
    """
    if envelope.payload_type != payload_type(kind):
        raise NotCanonicalError("confused", envelope.payload_type)
    try:
        statement = Statement.model_validate(loads(envelope.payload))
    except ValidationError as error:
        first = error.errors()[0]
        raise NotCanonicalError("type", f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:120]) from None
    said = statement.predicate
    expected = f"urn:evaluation:{KINDS[kind]}:1"
    if not isinstance(said, kind) or statement.predicate_type != expected or said.key != envelope.key_id:
        raise NotCanonicalError("confused", f"{statement.predicate_type}, {type(said).__name__}")
    return statement, said


def time_text(at: datetime) -> str:
    """A time in UTC as statements and the ledger carry it: 2026-11-23T08:00:00Z."""
    return at.astimezone(UTC).strftime(TIME)


def time_of(text: str) -> datetime:
    """The time of its text. Raises ValueError."""
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)
