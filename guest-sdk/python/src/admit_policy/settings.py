"""Fills a dataclass from JSON by its type hints."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

Decoder: TypeAlias = Callable[[Any], Any]


class SettingsError(Exception):
    """A problem with a value, and the path of keys that leads to it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""

    def below(self, step: str) -> SettingsError:
        """The same, seen from one level up."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{step}{joint}{self.path}"
        return self

    def __str__(self) -> str:
        return f"`{self.path}`: {self.problem}" if self.path else self.problem


def decoder_of(hint: Any) -> Decoder:
    """A function that turns a JSON value into a value of the hinted type.

    Hints are looked at here and never again: this runs when the component is
    made, and what it returns for every sign-up.
    """
    if hint is Any or hint is object:
        return lambda value: value
    if hint in _SCALARS:
        return _scalar(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _literal(arguments)
    if origin is Union or origin is types.UnionType:
        return _optional(hint, arguments)
    if origin in (list, set, frozenset) and len(arguments) == 1:
        return _sequence(origin, arguments[0])
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _sequence(tuple, arguments[0])
    if origin is dict and arguments[0] is str:
        return _mapping(arguments[1])
    raise TypeError(f"settings cannot have the type `{hint}`: {_POSSIBLE}")


_SCALARS = {str: "a string", bool: "a boolean", int: "an integer", float: "a number"}
_POSSIBLE = (
    "use str, bool, int, float, Literal, list, tuple[…, ...], set, frozenset, dict[str, …], "
    "… | None, and dataclasses of these"
)


def _scalar(hint: type) -> Decoder:
    expected = _SCALARS[hint]
    # Exactly these: for Python a `bool` is an `int` as well.
    accepted = (int, float) if hint is float else (hint,)

    def decode(value: Any) -> Any:
        if type(value) not in accepted:
            raise SettingsError(f"invalid type: {_name(value)}, expected {expected}")
        return hint(value)

    return decode


def _literal(words: tuple[Any, ...]) -> Decoder:
    expected = _one_of([str(word) for word in words])

    def decode(value: Any) -> Any:
        for word in words:
            if type(word) is type(value) and word == value:
                return word
        raise SettingsError(f"invalid value: {_name(value)}, expected {expected}")

    return decode


def _optional(hint: Any, arguments: tuple[Any, ...]) -> Decoder:
    others = [argument for argument in arguments if argument is not type(None)]
    if len(others) != 1:
        raise TypeError(f"settings cannot have the type `{hint}`: only `… | None` may be a union")
    inner = decoder_of(others[0])
    return lambda value: None if value is None else inner(value)


def _sequence(collection: type, hint: Any) -> Decoder:
    inner = decoder_of(hint)
    texts = hint is str

    def decode(value: Any) -> Any:
        if type(value) is not list:
            raise SettingsError(f"invalid type: {_name(value)}, expected an array")
        # Long lists are lists of text: they are checked, and not copied one by one.
        if texts and all(type(entry) is str for entry in value):
            return value if collection is list else collection(value)
        decoded = []
        for index, entry in enumerate(value):
            try:
                decoded.append(inner(entry))
            except SettingsError as error:
                raise error.below(f"[{index}]") from None
        return collection(decoded)

    return decode


def _mapping(hint: Any) -> Decoder:
    inner = decoder_of(hint)

    def decode(value: Any) -> Any:
        if type(value) is not dict:
            raise SettingsError(f"invalid type: {_name(value)}, expected an object")
        decoded = {}
        for key, entry in value.items():
            try:
                decoded[key] = inner(entry)
            except SettingsError as error:
                raise error.below(key) from None
        return decoded

    return decode


def _dataclass(hint: Any) -> Decoder:
    hints = get_type_hints(hint)
    # By the keys of the JSON, which are kebab-case as everywhere in a manifest.
    members = {
        field.name.replace("_", "-"): (field.name, decoder_of(hints[field.name]))
        for field in fields(hint)
        if field.init
    }
    required = [
        field.name.replace("_", "-")
        for field in fields(hint)
        if field.init and field.default is MISSING and field.default_factory is MISSING
    ]
    expected = f"expected {_one_of(list(members))}" if members else "there are no fields"

    def decode(value: Any) -> Any:
        if type(value) is not dict:
            raise SettingsError(f"invalid type: {_name(value)}, expected an object")
        decoded = {}
        for key, entry in value.items():
            if key not in members:
                raise SettingsError(f"unknown field `{key}`, {expected}")
            name, inner = members[key]
            try:
                decoded[name] = inner(entry)
            except SettingsError as error:
                raise error.below(key) from None
        for key in required:
            if key not in value:
                raise SettingsError(f"missing field `{key}`")
        return hint(**decoded)

    return decode


def _name(value: Any) -> str:
    if value is None:
        return "null"
    if type(value) is bool:
        return f"boolean `{'true' if value else 'false'}`"
    if type(value) is str:
        return f'string "{value}"'
    if type(value) is int:
        return f"integer `{value}`"
    if type(value) is float:
        return f"floating point `{value}`"
    return "an array" if type(value) is list else "an object"


def _one_of(words: list[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    if len(quoted) == 1:
        return quoted[0]
    return " or ".join(quoted) if len(quoted) == 2 else "one of " + ", ".join(quoted)
