"""Every text of the source that a ``Problem`` can say, found in the code itself: constants and f-strings with places.

Follows what is given to a problem to where it is written: names in the same function or module, tables, branches,
helpers that pass a parameter on, what a helper returns, and what an error says that is repeated in a problem. A place
in an f-string is written ``{0}``, ``{1}`` … by its order, as the catalog of refusals has it.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path

import tuoguan

SOURCE = Path(tuoguan.__file__).parent
SAID = {"at": 0, "found": 1, "expected": 2, "fix": 3}  # of a Problem, by position
CARRIERS = {"Problem": SAID, "Trouble": {"found": 2, "expected": 3, "fix": 4}}
UNSEEN = {"api", "cli", "client", "inventory", "demand", "scale", "serve"}  # rooms whose words come on no page
RAISED = {"ValueError"}  # beside the exceptions of the source itself; their words are found in problems
UNSAID = {"Refused", "Problem"}  # they carry problems, which are found by themselves
SHARED = {"say", "refuse"}  # methods by which other modules make problems
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Put together in ways that the search does not follow: limits that clash, cells that are withheld.
COMPOSED = (
    "a text of {0} characters", "this limit cannot be met", "{0} limits cannot hold together",
    "{0} in week {1}, at most {2}", "{0} in week {1}, at least {2}", "{0}, at most {1}", "{0}, at least {1}",
    "with the others held it would have to be {0}", "no change of it alone would do",
    "cash", "hours", "hours of {0}", "room at {0}", "space on lane {0}", "units from supplier {0}",
    "goods from supplier {0}", "profit from {0} above its share", "products on {0}",
    "products on {0} once any is sold there", "{0} hour", "{0} hours", "{0} cubic meter", "{0} cubic meters",
    "{0} product", "{0} products", "{0} unit", "{0} units",
)  # fmt: skip
# What the libraries say that read TOML, JSON and forms, as far as it can come from what somebody wrote.
LIBRARIES = (
    "Expected {0}, got {1}", "Expected {0}", "Invalid enum value {0}", "{0} - at {1}", "JSON is malformed: {0}",
    "Object contains unknown field {0}", "Object missing required field {0}", "Field required",
    "Input should be a valid integer", "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number", "Input should be a valid string",
    "Input should be a valid boolean, unable to interpret input", "Input should be {0}",
    "Input should be greater than or equal to {0}", "Input should be less than or equal to {0}",
    "String should have at most {0} characters", "String should have at least {0} characters",
    "{0} (at line {1}, column {2})", "{0} (at end of document)", "Invalid value", "Invalid statement",
    "Expected '=' after a key in a key/value pair", "Expected newline or end of document after a statement",
    "Expected ']' at the end of a table declaration", "Expected ']]' at the end of an array declaration",
    "Invalid initial character for a key part", "Unclosed array", "Unclosed inline table", "Unterminated string",
    "Cannot overwrite a value", "Cannot declare {0} twice", "Duplicate inline table key {0}", "Illegal character {0}",
    "Found invalid character {0}", "Unescaped '\\' in a string", "Invalid date or datetime", "method not allowed",
)  # fmt: skip


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@dataclass
class Module:
    """One file with what its names are given."""

    path: Path

    def place(self, node: ast.expr) -> str:
        return f"{self.path.relative_to(SOURCE)}:{node.lineno}"

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text("utf-8"))

    @cached_property
    def owner(self) -> dict[ast.AST, Function | None]:
        """The innermost function around every node."""
        found: dict[ast.AST, Function | None] = {}

        def walk(node: ast.AST, around: Function | None) -> None:
            found[node] = around
            inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else around
            for child in ast.iter_child_nodes(node):
                walk(child, inner)

        walk(self.tree, None)
        return found

    @cached_property
    def given(self) -> dict[tuple[Function | None, str], list[ast.expr]]:
        """What each name is given, by the function where that stands."""
        found: dict[tuple[Function | None, str], list[ast.expr]] = defaultdict(list)
        for node, around in self.owner.items():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._give(found, around, target, node.value)
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value is not None:
                self._give(found, around, node.target, node.value)
        return found

    def _give(
        self,
        found: dict[tuple[Function | None, str], list[ast.expr]],
        around: Function | None,
        target: ast.expr,
        value: ast.expr,
    ) -> None:
        if isinstance(target, ast.Name):
            found[around, target.id].append(value)
        elif isinstance(target, ast.Tuple):
            branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            for branch in branches:
                parts = branch.elts if isinstance(branch, ast.Tuple) else [branch] * len(target.elts)
                for one, part in zip(target.elts, parts, strict=False):
                    self._give(found, around, one, part)

    @cached_property
    def functions(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for node in self.owner:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[node.name].append(node)
        return found

    @cached_property
    def imported(self) -> set[str]:
        return {one.name for node in self.owner if isinstance(node, ast.ImportFrom) for one in node.names}

    @cached_property
    def calls(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = defaultdict(list)
        for node in self.owner:
            if isinstance(node, ast.Call):
                found[_name(node.func)].append(node)
        return found


@dataclass
class Texts:
    """The search over all modules; ``found`` has each text with the place where it stands."""

    modules: list[Module]
    found: dict[str, str] = field(default_factory=dict)
    followed: set[tuple[str, str]] = field(default_factory=set)
    told: dict[ast.expr, list[str]] = field(default_factory=dict)  # empty while it is looked for

    def keep(self, module: Module, node: ast.expr) -> None:
        """Everything that the expression can say."""
        for text in self.of(module, node):
            self.found.setdefault(text, module.place(node))

    def of(self, module: Module, node: ast.expr) -> list[str]:
        if node not in self.told:
            self.told[node] = []
            self.told[node] = list(dict.fromkeys(self._of(module, node)))
        return self.told[node]

    def _of(self, module: Module, node: ast.expr) -> Iterator[str]:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr():
                yield from self._joined(module, node)
            case ast.IfExp():
                yield from self.of(module, node.body)
                yield from self.of(module, node.orelse)
            case ast.BinOp(op=ast.Add()):
                left = self.of(module, node.left) or ["{}"]
                right = self.of(module, node.right) or ["{}"]
                yield from (_numbered(a + b) for a, b in product(left, right))
            case ast.BinOp(op=ast.Mult()):
                yield from self.of(module, node.left)
            case ast.Subscript():
                part = isinstance(node.slice, ast.Slice)
                yield from self.of(module, node.value) if part else self._table(module, node.value)
            case ast.Dict(values=many) | ast.Tuple(elts=many) | ast.List(elts=many) | ast.BoolOp(values=many):
                for value in many:
                    yield from self.of(module, value)
            case ast.Call():
                yield from self._called(module, node)
            case ast.Name():
                yield from self._named(module, node)

    def _joined(self, module: Module, node: ast.JoinedStr) -> Iterator[str]:
        text = ""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                text += "{}"
                for inner in self._inner(module, part.value):
                    self.found.setdefault(inner, module.place(part))
            elif isinstance(part, ast.Constant):
                text += str(part.value)
        yield _numbered(text)

    def _inner(self, module: Module, node: ast.expr) -> Iterator[str]:
        """What a place is given, where that is written near: a branch, or a name of the same function."""
        if isinstance(node, ast.Name):
            for value in module.given.get((module.owner[node], node.id), ()):
                yield from self.of(module, value)
        elif isinstance(node, ast.IfExp | ast.BoolOp | ast.Subscript | ast.Call):
            yield from self.of(module, node)

    def _table(self, module: Module, node: ast.expr) -> Iterator[str]:
        for value in module.given.get((None, _name(node)), ()) if isinstance(node, ast.Name) else ():
            if isinstance(value, ast.Dict):
                yield from self.of(module, value)

    def _called(self, module: Module, node: ast.Call) -> Iterator[str]:
        name = _name(node.func)
        if isinstance(node.func, ast.Attribute) and name == "get":
            yield from self._table(module, node.func.value)
            for default in node.args[1:]:
                yield from self.of(module, default)
        elif isinstance(node.func, ast.Attribute) and name in ("format", "lower", "capitalize", "strip"):
            yield from self.of(module, node.func.value)
        else:
            for other, function in self._functions(module, name):
                for value in _answers(function):
                    yield from self.of(other, value)

    def _functions(self, module: Module, name: str) -> list[tuple[Module, Function]]:
        """The functions that a call by this name can mean."""
        if name in module.functions:
            return [(module, one) for one in module.functions[name]]
        if name not in module.imported:
            return []
        return [(other, one) for other in self.modules for one in other.functions.get(name, ())]

    def _named(self, module: Module, node: ast.Name) -> Iterator[str]:
        around = module.owner[node]
        values = module.given.get((around, node.id), [])
        if values:
            for value in values:
                yield from self.of(module, value)
            return
        if around is not None:
            arguments = [*around.args.posonlyargs, *around.args.args, *around.args.kwonlyargs]
            if node.id in {one.arg for one in arguments}:
                self._follow(module, around, node.id)
                return
            for loop in ast.walk(around):
                if isinstance(loop, ast.For | ast.comprehension):
                    yield from self._looped(module, loop.target, loop.iter, node.id)
        outer = module.given.get((None, node.id), [])
        for other in self.modules if not outer and node.id in module.imported and node.id.isupper() else ():
            outer = outer or other.given.get((None, node.id), [])
            module_of = other
            for value in outer:
                yield from self.of(module_of, value)
            if outer:
                return
        for value in outer:
            yield from self.of(module, value)

    def _looped(
        self, module: Module, target: ast.expr, over: ast.expr, name: str, within: tuple[ast.expr, ...] = ()
    ) -> Iterator[str]:
        """What a loop gives to a name: the parts of a table, or of what a generator yields."""
        items = [(module, one) for one in getattr(over, "elts", ())]
        if isinstance(over, ast.Call):
            for other, function in self._functions(module, _name(over.func)):
                items += [(other, one) for one in _answers(function)]
        for other, one in items:
            if isinstance(one, ast.Call) and isinstance(over, ast.Call) and one not in within:
                yield from self._looped(other, target, one, name, (*within, one))
            elif isinstance(target, ast.Name) and target.id == name:
                yield from self.of(other, one)
            elif isinstance(target, ast.Tuple) and isinstance(one, ast.Tuple):
                for part, value in zip(target.elts, one.elts, strict=False):
                    if isinstance(part, ast.Name) and part.id == name:
                        yield from self.of(other, value)

    def _follow(self, module: Module, function: Function, parameter: str) -> None:
        """The helper passes the parameter on: what its callers give it is said, too."""
        key = (f"{module.path}:{function.lineno}", parameter)
        if key in self.followed:
            return
        self.followed.add(key)
        every = [*function.args.posonlyargs, *function.args.args]
        names = [one.arg for one in every]
        bound = bool(names) and names[0] in ("self", "cls")
        place = names.index(parameter) - bound if parameter in names else None
        defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
        defaults |= {
            one.arg: value
            for one, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
            if value is not None
        }
        if parameter in defaults:
            self.keep(module, defaults[parameter])
        for other in self.modules:
            for call in other.calls.get(function.name, ()):
                if isinstance(call.func, ast.Name) is bound:
                    continue
                near = function.name in (SHARED if bound else other.imported)
                if other is not module and not near:
                    continue
                if place is not None and place < len(call.args):
                    self.keep(other, call.args[place])
                for word in call.keywords:
                    if word.arg == parameter:
                        self.keep(other, word.value)

    def _errors(self) -> set[str]:
        """Exceptions with words of their own."""
        classes = [node for module in self.modules for node in module.owner if isinstance(node, ast.ClassDef)]
        own = {
            node.name for node in classes if any(_name(base).endswith(("Error", "Exception")) for base in node.bases)
        }
        return (RAISED | own) - UNSAID

    def search(self) -> dict[str, str]:
        """All of it: what problems are made of, what errors say, what the settings are found to hold."""
        for module, (carrier, places) in product(self.modules, CARRIERS.items()):
            for call in module.calls.get(carrier, ()):
                given = [call.args[place : place + 1] for place in places.values()]
                starred = [one.value for one in call.args[:1] if isinstance(one, ast.Starred)]
                named = [word.value for word in call.keywords if word.arg in places]
                for value in (*starred, *named, *(one for part in given for one in part)):
                    self.keep(module, value)
        for name, module in product(self._errors(), self.modules):
            for call in module.calls.get(name, ()):
                for value in call.args[:1]:
                    self.keep(module, value)
        for module in self.modules:
            for function in (one for named in module.functions.values() for one in named):
                if function.returns is not None and "Finding" in ast.unparse(function.returns):
                    for value in _answers(function):
                        for part in value.elts[1:] if isinstance(value, ast.Tuple) else ():
                            self.keep(module, part)
        return self.found


def _answers(function: Function) -> Iterator[ast.expr]:
    """What it returns or yields."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value is not None:
            yield node.value


def _numbered(text: str) -> str:
    """Places by their order: a text that was put together of two counts anew."""
    parts = text.replace("{}", "\0")
    for number in range(10):
        parts = parts.replace(f"{{{number}}}", "\0")
    pieces = parts.split("\0")
    return pieces[0] + "".join(f"{{{number}}}{piece}" for number, piece in enumerate(pieces[1:]))


WORD = re.compile(
    r"""["'(\[]*[A-Za-z]?[a-z']+["'),.;:\]]*"""
)  # one that a reader reads; seller.toml, X-CSRF and --on are none


def speaks(text: str) -> bool:
    """True when there is a word in the text beside names, values and places."""
    plain = re.sub(r"`[^`]*`", " ", re.sub(r"\{\d\}", "0", text))
    return any(WORD.fullmatch(word) and len(word) > 1 for word in plain.split())


def refusal_texts() -> dict[str, str]:
    """Every text that a refusal of the source can say, with where it stands; the command line's own left out."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if path.relative_to(SOURCE).parts[0] not in UNSEEN]
    found = Texts([Module(path) for path in paths]).search()
    found |= dict.fromkeys(COMPOSED, "put together") | dict.fromkeys(LIBRARIES, "a library")
    return {text: where for text, where in found.items() if speaks(text)}
