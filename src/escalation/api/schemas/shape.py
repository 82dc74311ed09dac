"""What every answer's model is made of."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """An answer's shape; the tests refuse what it does not name."""

    model_config = ConfigDict(extra="forbid", title=None)
