"""The route table of one function. API Gateway has already matched the path: dispatch is one look-up by `routeKey`.

```python
routes = Routes("commerce_api")

@routes.post("/orders", permission=Permission.ORDERS_WRITE, answer=OrderView, status=201, location="/orders/{id}", errors=(404,))
def place_order(call: Call, body: NewOrder) -> Order:
    \"\"\"Place an order.\"\"\"
    return orders.place(call.tenant, body, now=call.now, once=call.once)
```
A function takes `call` and, if it wants them, `body` and `query`: pydantic models by annotation. What it returns is rendered by
`answer` (attributes are read by name), so a stored Idempotency-Key answer and a fresh one come from the same code.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from regulars.kernel.errors import BrokenError
from regulars.kernel.http.body import MAX_BODY
from regulars.kernel.permissions import Permission

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `errors` lists the statuses beyond those that every route may give (see `openapi`)."""

    method: str
    path: str
    run: Handler
    permission: Permission
    answer: type[BaseModel] | None
    status: int
    own: bool
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    errors: tuple[int, ...]
    location: str
    max_body: int
    tag: str
    raw: bool = False

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Routes:
    """All routes of the function `function`."""

    function: str
    tag: str = ""
    table: dict[str, Route] = field(default_factory=dict)

    def route(
        self,
        method: str,
        path: str,
        *,
        permission: Permission,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        own: bool = False,
        errors: tuple[int, ...] = (),
        location: str = "",
        max_body: int = MAX_BODY,
        raw: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare an operation. `own` lets a customer call it for the `customer_id` that is themselves; `raw` routes
        return an `Answer` of their own making (a file, a page)."""

        def declare(run: Handler) -> Handler:
            models = inspect.get_annotations(run, eval_str=True)
            made = Route(
                method,
                path,
                run,
                permission,
                answer,
                status,
                own,
                models.get("body"),
                models.get("query"),
                errors,
                location,
                max_body,
                self.tag or self.function.removesuffix("_api"),
                raw,
            )
            if made.key in self.table:
                raise BrokenError(f"{made.key} is declared twice")
            self.table[made.key] = made
            return run

        return declare

    def get(self, path: str, **how: Any) -> Callable[[Handler], Handler]:
        return self.route("GET", path, **how)

    def post(self, path: str, **how: Any) -> Callable[[Handler], Handler]:
        return self.route("POST", path, **how)

    def put(self, path: str, **how: Any) -> Callable[[Handler], Handler]:
        return self.route("PUT", path, **how)

    def patch(self, path: str, **how: Any) -> Callable[[Handler], Handler]:
        return self.route("PATCH", path, **how)

    def delete(self, path: str, **how: Any) -> Callable[[Handler], Handler]:
        return self.route("DELETE", path, status=how.pop("status", 204), **how)

    def include(self, *others: "Routes") -> None:
        """Take over the routes of other topics of the same function."""
        for other in others:
            self.table |= other.table
