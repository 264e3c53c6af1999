"""Property values between the engine's wire form (protobuf) and plain Python; secrets are known by top-level name."""

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import struct_pb2

# The engine's own marks: a string in the place of a value not known yet, and a key that turns an object into a secret.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- a mark of the protocol

Values = dict[str, Any]


def decode(struct: struct_pb2.Struct) -> tuple[Values, set[str]]:
    """The plain values without nulls, and the names of those that hold a secret anywhere inside."""
    values: Values = {}
    secrets: set[str] = set()
    for name, value in struct.fields.items():
        plain, secret = _plain(value)
        if plain is not None:
            values[name] = plain
        if secret:
            secrets.add(name)
    return values, secrets


def encode(values: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """The wire form of plain values; those named in `secrets` become secret as a whole."""
    struct = struct_pb2.Struct()
    for name, value in values.items():
        if value is None:
            continue
        wire = to_wire(value)
        if name in secrets:
            mark = struct_pb2.Value(string_value=_SECRET)
            wire = struct_pb2.Value(struct_value=struct_pb2.Struct(fields={_SIGNATURE: mark, "value": wire}))
        struct.fields[name].CopyFrom(wire)
    return struct


def unknown(value: object) -> bool:
    """Whether any part of a plain value is not known yet."""
    if isinstance(value, Mapping):
        return any(unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(unknown(item) for item in value)
    return value == UNKNOWN


def to_wire(value: object) -> struct_pb2.Value:
    """One plain value in wire form."""
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case Mapping():
            fields = {str(key): to_wire(item) for key, item in value.items()}
            return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
        case list() | tuple():
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[to_wire(item) for item in value]))
    raise TypeError(f"cannot send a {type(value).__name__} to the engine")


def _plain(value: struct_pb2.Value) -> tuple[Any, bool]:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
            return _plain(fields["value"])[0], True
        pairs = {key: _plain(item) for key, item in fields.items()}
        plain = {key: item for key, (item, _) in pairs.items() if item is not None}
        return plain, any(secret for _, secret in pairs.values())
    if kind == "list_value":
        items = [_plain(item) for item in value.list_value.values]
        return [item for item, _ in items], any(secret for _, secret in items)
    if kind == "number_value" and value.number_value.is_integer():
        return int(value.number_value), False
    return (None if kind in (None, "null_value") else getattr(value, kind)), False
