"""What editors are told of values that may be written in more than one form: the model's own type does not say it."""

from pydantic import WithJsonSchema

TEXT = WithJsonSchema({"type": "string"})
FLAG = WithJsonSchema({"type": "boolean", "default": False})
TEXT_OR_LIST = WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}})
ANSWERS = WithJsonSchema({"type": ["integer", "string", "array"], "items": {"type": ["integer", "string"]}})
COLUMN_LISTS = WithJsonSchema(
    {"type": ["string", "array"], "items": {"type": ["string", "array"], "items": {"type": "string"}}}
)
POSITIONS = WithJsonSchema({"type": ["integer", "array"], "items": {"type": "integer"}})
TYPES = WithJsonSchema(
    {
        "anyOf": [
            {"type": "array", "items": {"type": "string"}},
            {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        ]
    }
)
