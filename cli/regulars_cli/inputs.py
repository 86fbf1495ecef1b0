"""Arguments as the models that the API takes, with the same errors."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from regulars.kernel.errors import InvalidError
from regulars.kernel.http.serve import faults_of

ModelT = TypeVar("ModelT", bound=BaseModel)


def accepted(model: type[ModelT], given: dict[str, Any]) -> ModelT:
    """`given` as a `model`. Raises InvalidError naming what cannot be accepted."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidError("that cannot be accepted", list(faults_of(error))) from error
