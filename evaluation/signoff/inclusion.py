"""What a publication gives each sheet: its leaf in the tree, and the proof that travels with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from evaluation.signoff.canonical import NotCanonicalError, dumps, loads
from evaluation.signoff.envelope import Envelope, read_envelope
from evaluation.signoff.merkle import leads_to, leaf_hash
from evaluation.signoff.sheet import Hash, Sheet, Strict


class Inclusion(Strict):
    """inclusion.json: where a sheet stands in the tree, the hashes that lead to the root, and the chief's envelope."""

    schema_: Literal["evaluation/inclusion/1"] = Field(alias="schema", default="evaluation/inclusion/1")
    community: str
    version: int
    index: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=1)]
    path: list[Hash]
    publication: dict[str, Any]

    def content(self) -> bytes:
        """The canonical bytes."""
        return dumps(self.model_dump(by_alias=True))

    def leads(self, root: str, leaf: bytes) -> bool:
        """Whether the leaf leads to the root."""
        return leads_to(bytes.fromhex(root), leaf, self.index, self.size, [bytes.fromhex(step) for step in self.path])

    @property
    def envelope(self) -> Envelope:
        """The publication. Raises NotCanonicalError."""
        return read_envelope(dumps(self.publication))


def read_inclusion(content: bytes) -> Inclusion:
    """The proof of its file. Raises NotCanonicalError."""
    try:
        return Inclusion.model_validate(loads(content))
    except ValidationError as error:
        first = error.errors()[0]
        raise NotCanonicalError("type", f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:120]) from None


def sheet_leaf(sheet: Sheet, signature: Envelope, countersignature: Envelope) -> bytes:
    """The leaf of a sheet: community, version, and SHA-256 of the sheet and of both envelopes."""
    return leaf_hash(dumps({"community": sheet.community, "version": sheet.version, "sheet": sheet.sha256,
                            "signature": signature.sha256, "countersignature": countersignature.sha256}))
