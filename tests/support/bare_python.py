"""Errors in Python whose message is for people and comes from no catalogue."""

import ast
from collections.abc import Collection, Iterator

OF_TEXTS = ("format", "join", "strip", "capitalize", "title")
"""Methods of texts: what they are called on is what people read."""


def bare_messages(source: str, errors: Collection[str]) -> list[str]:
    """Return `line: message` for each error whose message is a literal.

    The message is the second argument of an error. A name there stands for what the same function assigns to it, and if
    it is a parameter of the function, for what callers in the module give: `_bad_image("Too large.")`.
    """
    tree = ast.parse(source)
    found = dict.fromkeys(_faults(tree, dict.fromkeys(errors, 1)))
    for name, place in _makers(tree, errors).items():
        found |= dict.fromkeys(_faults(tree, {name: place}))
    return [f"{line}: {words}" for line, words in sorted(found)]


def _faults(tree: ast.Module, places: dict[str, int]) -> Iterator[tuple[int, str]]:
    for message in _messages(tree, places):
        if _is_literal(message):
            yield message.lineno, ast.unparse(message)
    for function in _functions(tree):
        for message in _messages(function, places):
            values = _assigned(function, message.id) if isinstance(message, ast.Name) else []
            yield from ((value.lineno, ast.unparse(value)) for value in values if _is_literal(value))


def _makers(tree: ast.Module, errors: Collection[str]) -> dict[str, int]:
    """Return functions that make an error of a message that they are given, with the place of that argument."""
    makers = {}
    for function in _functions(tree):
        names = [argument.arg for argument in function.args.args]
        for message in _messages(function, dict.fromkeys(errors, 1)):
            if isinstance(message, ast.Name) and message.id in names:
                makers[function.name] = names.index(message.id)
    return makers


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _messages(scope: ast.AST, places: dict[str, int]) -> Iterator[ast.expr]:
    """Yield the argument for people of each call of these names. `places` counts arguments from 0."""
    for call in ast.walk(scope):
        name = getattr(call.func, "id", None) or getattr(call.func, "attr", "") if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and name in places:
            yield from call.args[places[name] : places[name] + 1]
            yield from (keyword.value for keyword in call.keywords if keyword.arg == "message")


def _assigned(scope: ast.AST, name: str) -> list[ast.expr]:
    return [
        node.value
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]


def _is_literal(node: ast.expr) -> bool:
    """Tell whether words stand here as they are: in quotes, in an f-string, or in what is put together of such."""
    match node:
        case ast.Constant(value=str(text)):
            return any(letter.isalpha() for letter in text)
        case ast.JoinedStr(values=values):
            return any(_is_literal(value) for value in values)
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return _is_literal(left) or _is_literal(right)
        case ast.Call(func=ast.Attribute(value=text, attr=method)) if method in OF_TEXTS:
            return _is_literal(text)
        case _:
            return False
