"""Pages of lists: keyset marks in, the next page's address out.

Keeps the invariant that a list is read by where it stands, never by counting from its beginning.
"""

from typing import Generic, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

Item = TypeVar("Item")
Limit = Query(50, ge=1, le=500, description="At most so many items.")
After = Query(
    None, max_length=400, description="The mark of the page before (`next`); its address stands in the header Link."
)


class Page(BaseModel, Generic[Item]):
    """Items of a list in order."""

    items: list[Item]
    next: str | None = Field(description="What `after` takes for the next page; null: this was the last.")


def paged(request: Request, response: Response, items: list[Item], mark: str | None) -> Page[Item]:
    """The page; the next one's address goes into the header Link."""
    if mark is not None:
        query = request.url.include_query_params(after=mark)
        response.headers["Link"] = f'<{query.path}?{query.query}>; rel="next"'
    return Page(items=items, next=mark)
