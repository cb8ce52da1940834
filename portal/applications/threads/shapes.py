"""What departments' programs send and read of the messages of a case, and examples of it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from portal.api.bodies import Body
from portal.api.openapi import Sample
from portal.applications.shapes import Long


class MessageBody(Body):
    text: Long = Field(description="what the person reads, up to 4,000 characters")


class PaperOut(BaseModel):
    id: UUID
    name: str
    type: str
    bytes: int
    sha256: str
    url: str = Field(description="fetch it with the same token")


class MessageOut(BaseModel):
    id: UUID
    number: int = Field(description="counts the messages of one application from 1")
    side: Literal["person", "provider"] = Field(description="who wrote it, or for whom")
    written_at: datetime
    text: str
    documents: list[PaperOut]


class MessagesOut(BaseModel):
    messages: list[MessageOut]
    open: bool = Field(description="whether something can still be written")


def _message(number: int, side: str, text: str) -> dict[str, Any]:
    return {
        "id": f"0192f3c4-5d1e-7a3b-9c2d-4e5f6071829{number}",
        "number": number,
        "side": side,
        "written_at": "2026-11-22T09:30:00Z",
        "text": text,
        "documents": [],
    }


def written(_: Sample) -> dict[str, Any]:
    return _message(2, "provider", "Your certificate can be fetched from Monday on.")


def messages(sample: Sample) -> dict[str, Any]:
    asked = _message(1, "person", "From when on can I fetch my certificate?")
    return {"messages": [asked, written(sample)], "open": True}
