"""Property values between the engine's wire form (protobuf) and plain Python; secrets are known by top-level name."""

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict

# The engine's own marks: a string in the place of a value not known yet, and a key that turns an object into a secret.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- a mark of the protocol

Values = dict[str, Any]


def decode(struct: struct_pb2.Struct) -> tuple[Values, set[str]]:
    """The plain values without nulls, and the names of those that hold a secret anywhere inside."""
    values = MessageToDict(struct)
    plain: Values = _plain(values)
    return plain, {name for name, value in values.items() if _secret(value)}


def encode(values: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """The wire form of plain values; those named in `secrets` become secret as a whole."""
    struct = struct_pb2.Struct()
    for name, value in values.items():
        if value is not None:
            struct[name] = {_SIGNATURE: _SECRET, "value": value} if name in secrets else value
    return struct


def _plain(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return _plain(value["value"])
        return {name: plain for name, item in value.items() if (plain := _plain(item)) is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _secret(value: object) -> bool:
    if isinstance(value, dict):
        return value.get(_SIGNATURE) == _SECRET or any(map(_secret, value.values()))
    return isinstance(value, list) and any(map(_secret, value))
