"""Calls: settings bound to layers, arguments to blocks, builtins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args, get_origin

from ...grammar import syntax
from ...grammar.diagnostics import Edit, Fix, Label
from ...grammar.source import Span
from ...grammar.wording import counted, either, listing
from ..dims import Size, symbol
from ..environment import Environment
from ..inits import INIT_SETTINGS, INITS, wrong_value
from ..layer import Init, Layer, conforms, hints, options, takes
from ..types import TensorType
from ..values import (
    UNKNOWN,
    BlockNetwork,
    Builtin,
    Data,
    LayerNetwork,
    LayerWord,
    Network,
    Renamed,
    Template,
    Tensor,
    describe,
    is_number,
    tensors_in,
    unknown_in,
)
from .functions import Bad, call_function
from .translations import Translations, after_pipe

HIDDEN: Final = "the file's own name hides the layer: choose another one"


class Calls(Translations):
    """What stands before parentheses, and what stands in them."""

    def call(self, expr: syntax.Call, env: Environment) -> Data:
        word = expr.function.id if isinstance(expr.function, syntax.Name) else ""
        if word in ("input", "scan") and self.lookup(word, env, expr.span) is None:
            return self.declare_input(expr, env) if word == "input" else self.bind_scan(expr, env)
        if isinstance(expr.function, syntax.Attribute):
            method = self._method(expr, env)
            if method is not None:
                return method
        function = self.evaluate(expr.function, env)
        if isinstance(function, Builtin):
            return self._builtin(function, expr, env)
        with self.wanting_network(False):
            if function is UNKNOWN:
                self.translate(expr, env)
                self._evaluate_all(expr, env)
                return UNKNOWN
            return self.call_value(function, expr, env)

    def call_value(self, function: Data, expr: syntax.Call, env: Environment) -> Data:
        word = None
        while isinstance(function, Renamed):
            word, function = function.word, function.network
        if isinstance(function, LayerWord):
            return self.call_layer(function, expr, env)
        if isinstance(function, Template):
            return self.call_block(function, word or _last_name(expr.function), expr, env)
        return self._not_callable(function, expr, self._evaluate_all(expr, env))

    def _evaluate_all(self, expr: syntax.Call, env: Environment) -> list[Data]:
        """For the errors inside, when the call itself has failed."""
        return [self.evaluate(a, env) for a in expr.arguments]

    def _not_callable(self, function: Data, expr: syntax.Call, given: list[Data]) -> Data:
        text = expr.function.span.text
        if isinstance(function, Network):
            inner = ", ".join(a.span.text for a in expr.arguments)
            if tensors_in(given) or unknown_in(given):
                fixed = f"{inner} > {text}" if len(given) == 1 else f"[{inner}] > {text}"
                help, fixed = f"to apply it: `{fixed}`", f"({fixed})"
            else:
                help, fixed = f"write `{text}` without parentheses", text
            return self.report(
                "E206", f"`{text}` is a network already: it takes no settings", expr.span,
                help=help, fix=Fix(help, (Edit(expr.span, fixed),)),
            )  # fmt: skip
        from ..layers import layers

        help = HIDDEN if text in layers() else ""
        return self.report("E206", f"`{text}` is {describe(function)} and cannot be called",
                           expr.span, help=help)  # fmt: skip

    def _method(self, expr: syntax.Call, env: Environment) -> Data | None:
        """``x.view(...)``: PyTorch's methods are layers here."""
        from ..layers import layers

        attribute = expr.function
        assert isinstance(attribute, syntax.Attribute)
        if not isinstance(attribute.value, syntax.Name):
            return None
        found = self.lookup(attribute.value.id, env, expr.span)
        if found is None or not isinstance(found.value, Tensor):
            return None
        if found.value.draft.child is not None and attribute.name not in layers():
            return None
        word = {"view": "reshape", "size": "shape", "contiguous": "id"}.get(
            attribute.name, attribute.name
        )
        inside = expr.span.text[len(attribute.span.text) :]
        name = attribute.value.id
        if attribute.name in ("size", "dim"):
            fixed = f"len({name}.shape)" if attribute.name == "dim" else f"{name}.shape"
            if attribute.name == "size" and expr.arguments:
                fixed += f"[{expr.arguments[0].span.text}]"
            return self.report(
                "E206", f"tensors have no methods: `.{attribute.name}()` is PyTorch's", expr.span,
                help=f"`{fixed}`", fix=Fix(f"write `{fixed}`", (Edit(expr.span, fixed),)),
            )  # fmt: skip
        if word not in layers() and word != "id":
            return None
        settings = "" if inside == "()" or word == "id" else inside
        if word == "flatten" and not settings:  # PyTorch's joins the batch too
            settings = "(0)"
        fixed = f"{name} > {word}{settings}"
        return self.report(
            "E206", f"tensors have no methods: `{word}` is a layer", expr.span,
            help=f"`{fixed}`", fix=Fix("pipe it", (Edit(expr.span, f"({fixed})"),)),
        )  # fmt: skip

    # --- builtins -------------------------------------------------------------------------------

    def _builtin(self, function: Builtin, expr: syntax.Call, env: Environment) -> Data:
        from ..layers import layers

        in_pipe = self.wants_network
        with self.wanting_network(False):
            arguments = [self.evaluate(a, env) for a in expr.arguments]
            settings = {s.name: self.evaluate(s.value, env) for s in expr.settings}
        if any(map(unknown_in, arguments)) or unknown_in(list(settings.values())):
            return UNKNOWN
        if function.name in layers() and _for_the_layer(
            function.name, arguments, settings, in_pipe
        ):
            word = LayerWord(layers()[function.name], function.name, env, expr.function.span)
            return self.call_layer(word, expr, env)
        try:
            return call_function(function.name, arguments, settings)
        except Bad as bad:
            return self.report(bad.code, str(bad), expr.span, help=bad.help)

    # --- blocks ---------------------------------------------------------------------------------

    def call_block(
        self, template: Template, word: str, expr: syntax.Call, env: Environment
    ) -> Data:
        names = [p.name for p in template.block.parameters]
        given: dict[str, Data] = {}
        good = True
        for i, argument in enumerate(expr.arguments):
            value = self.evaluate(argument, env)
            if i >= len(names):
                good = self._too_many_arguments(template, expr, i, value, names)
                break
            given[names[i]] = value
        for setting in expr.settings:
            value = self.evaluate(setting.value, env)
            if setting.name not in names or setting.name in names[: len(expr.arguments)]:
                good = self._bad_argument(template, setting, names)
                continue
            given.setdefault(setting.name, value)
        if not good:
            return UNKNOWN
        network = self.bind_block(template, given, word, expr.span)
        return UNKNOWN if network is None else network

    def _too_many_arguments(
        self, template: Template, expr: syntax.Call, index: int, value: Data, names: list[str]
    ) -> bool:
        from ..layers import layers

        argument, fix = expr.arguments[index], None
        if self._head_is_wrong(template, len(expr.arguments) - len(names)):
            return False
        tensor = isinstance(value, Tensor) or value is UNKNOWN
        if tensor and not names and len(expr.arguments) == 1 and not after_pipe(expr.span):
            applied = f"{argument.span.text} > {expr.function.span.text}"
            help = f"`{applied}`: parentheses hold settings"
            fix = Fix("pipe it", (Edit(expr.span, f"({applied})"),))
        elif template.name in layers():
            help = HIDDEN
        elif names:
            help = f"it takes {listing(names)}"
        else:
            help = f"write `{template.name}` without parentheses"
        self.report(
            "E205", f"`{template.name}` takes {counted(len(names), 'argument')}", argument.span,
            help=help, fix=fix,
        )  # fmt: skip
        return False

    def _bad_argument(self, template: Template, setting: syntax.Setting, names: list[str]) -> bool:
        if setting.name in names:
            self._given_twice(setting.name, setting.span, names)
            return False
        from ..layers import layers

        close = self.near(setting.name, names)
        help = HIDDEN if template.name in layers() else f"it takes {listing(names)}"
        self.report(
            "E202", f"`{template.name}` has no parameter `{setting.name}`", setting.span,
            help=f"did you mean `{close}`?" if close else help,
            fix=_renamed(setting, close),
        )  # fmt: skip
        return False

    def _head_is_wrong(self, template: Template, extra: int = 0) -> bool:
        """Whether a body reads names that nothing gives: then a call that does not fit the head is
        no second mistake. ``extra`` arguments may be theirs."""
        from ..names import known_in, unknown_names
        from .foreign import explain_name

        block, file = template.block, template.environment.file
        known = {*known_in(file.tree), *template.environment.known_names()}
        unknown = [n for n in unknown_names(block, known) if n.id not in file.lost]
        names = list(dict.fromkeys(name.id for name in unknown))
        misspelt = any(explain_name(n, known)[0] or self.near(n, known) for n in names)
        if not unknown or (misspelt and len(names) != extra):
            return False
        self.report(
            "E201", f"`{block.name}` reads {listing(names)}, and nothing gives "
            f"{'it' if len(names) == 1 else 'them'}", block.name_span,
            labels=[Label(unknown[0].span, "not known here")],
            help=f"a parameter would: `{block.name}(..., {names[0]})`",
        )  # fmt: skip
        return True

    def bind_block(
        self, template: Template, given: Mapping[str, Data], word: str, span: Span
    ) -> BlockNetwork | None:
        """Arguments in the order of the parameters, defaults evaluated where the block stands."""
        scope = template.environment.inner()
        bound: dict[str, Data] = {}
        for parameter in template.block.parameters:
            if parameter.name in given:
                bound[parameter.name] = given[parameter.name]
            elif parameter.default is not None:
                bound[parameter.name] = self.evaluate(parameter.default, scope)
            else:
                missing = [p.name for p in template.block.parameters
                           if p.default is None and p.name not in given]  # fmt: skip
                if self._head_is_wrong(template):
                    return None
                help = f"`{template.name}({', '.join(f'{m}=...' for m in missing)})`"
                if span == template.block.name_span:  # a net, from outside
                    outside = " ".join(f"-p {m}=..." for m in missing)
                    help = f"give it, `{outside}`, or a default: `{missing[0]}=8`"
                self.report("E203", f"`{template.name}` needs {listing(missing)}", span, help=help)
                return None
            scope.names[parameter.name] = bound[parameter.name]
        if unknown_in(list(bound.values())):
            return None
        return BlockNetwork(template, bound, word, span)

    # --- layers ---------------------------------------------------------------------------------

    def bare_layer(self, word: LayerWord) -> Network | None:
        """``relu``, without parentheses."""
        made = self._bound_once(word, word.span, lambda: self._bind_layer(word, (), (), word.span))
        return made if isinstance(made, Network) else None

    def call_layer(self, word: LayerWord, expr: syntax.Call, env: Environment) -> Data:
        def bind() -> Data:
            return self._bind_layer(word, expr.arguments, expr.settings, expr.span, env)

        return self._bound_once(word, expr.span, bind) if _is_literal(expr) else bind()

    def _bound_once(self, word: LayerWord, span: Span, bind: Callable[[], Data]) -> Data:
        """A layer whose settings are literals is bound once, however often its text occurs."""
        key = (span.text, word.layer, word.word, word.environment.defaults.get(word.layer.word))
        known = self.literal_calls.get(key)
        if known is not None:
            return known if known.span is span else known.moved(span)
        bound = bind()
        if isinstance(bound, LayerNetwork) and not bound.tensors:
            self.literal_calls[key] = bound
        return bound

    def _bind_layer(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...],
        settings: tuple[syntax.Setting, ...], span: Span, env: Environment | None = None,
    ) -> Data:  # fmt: skip
        layer, types = word.layer, hints(word.layer)
        env = env or word.environment
        values: dict[str, Data] = {}
        spans: dict[str, Span] = {}
        for default, where in word.environment.defaults.get(layer.word, ()):
            if default.name in types:
                values[default.name] = self.setting_value(default.value, types[default.name], where)
                spans[default.name] = default.span
        good = self._positional(word, arguments, values, spans, span, env)
        opened: list[tuple[str, Data]] = []
        for setting in settings:
            if setting.name in types:
                hint = types[setting.name]
                values[setting.name] = self.setting_value(setting.value, hint, env)
                spans[setting.name] = setting.value.span
            elif getattr(layer, "open_settings", False):
                opened.append((setting.name, self.evaluate(setting.value, env)))
            else:
                self.meant_setting(word, setting, env)
                good = False
        if opened:
            values["axes"] = opened
        good = good and self._given_once(word, arguments, settings)
        if not good or unknown_in(list(values.values())):
            return UNKNOWN
        return self._finish_layer(word, values, spans, span)

    def _given_once(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...],
        settings: tuple[syntax.Setting, ...],
    ) -> bool:  # fmt: skip
        """Whether no setting is there by position and by name."""
        by_position = list(hints(word.layer))[: 1 if word.layer.variadic else len(arguments)]
        twice = next((s for s in settings if arguments and s.name in by_position), None)
        broken = word.environment.file.is_broken
        if twice is not None and not any(broken(a.span) for a in arguments):
            self._given_twice(twice.name, twice.span, by_position)
        return twice is None

    def _given_twice(self, name: str, span: Span, order: list[str]) -> None:
        self.report(
            "E202", f"`{name}` is given twice", span,
            help=f"arguments without a name come first, in this order: {listing(order)}",
        )  # fmt: skip

    def _positional(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...], values: dict[str, Data],
        spans: dict[str, Span], span: Span, env: Environment,
    ) -> bool:  # fmt: skip
        layer, types = word.layer, hints(word.layer)
        names = list(types)
        if layer.variadic and arguments:
            values[names[0]] = self._variadic(arguments, env)
            spans[names[0]] = arguments[0].span.to(arguments[-1].span)
            return True
        limit = min(layer.positional, len(names))
        for name, argument in zip(names[:limit], arguments, strict=False):
            values[name] = self.setting_value(argument, types[name], env)
            spans[name] = argument.span
            if tensors_in(values[name]) and not takes(types[name], TensorType):
                return self._applied(word, arguments, argument, span, env)
        extra = arguments[limit:]
        if not extra:
            return True
        if self._is_unnamed_option(word, extra[0], names[limit:], env):
            return False
        value = self.evaluate(extra[0], env)
        if tensors_in(value) or self.is_tensor(extra[0], env):
            return self._applied(word, arguments, extra[0], span, env)
        if isinstance(value, Network):
            return self._pipes_on(word, arguments, names[:limit], span)
        return False if unknown_in(value) else self._too_many(word, arguments, names[:limit])

    def _is_unnamed_option(
        self, word: LayerWord, argument: syntax.Expr, names: list[str], env: Environment
    ) -> bool:
        """``conv(3x3, 8, same)``."""
        if not isinstance(argument, syntax.Name) or self._bound(argument.id, env):
            return False
        types = hints(word.layer)
        name = next((n for n in names if argument.id in options(types[n])), None)
        if name is None:
            return False
        text = f"{name}={argument.id}"
        self.report(
            "E205", f"`{argument.id}` is an option of `{name}`", argument.span,
            help=f"`{word.word}(..., {text})`", fix=Fix(f"write `{text}`",
                                                       (Edit(argument.span, text),)),
        )  # fmt: skip
        return True

    def _variadic(self, arguments: tuple[syntax.Expr, ...], env: Environment) -> Data:
        items = [self.evaluate(a, env) for a in arguments]
        return items[0] if len(items) == 1 and isinstance(items[0], list) else items

    def _applied(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...], argument: syntax.Expr,
        span: Span, env: Environment,
    ) -> bool:  # fmt: skip
        """``relu(x)``, ``concat(x, y)``: the fix keeps the settings beside the tensors."""
        name = word.word
        tensors = [a.span.text for a in arguments if a is argument or self.is_tensor(a, env)]
        settings = [a.span.text for a in arguments if a.span.text not in tensors]
        if span.end > arguments[-1].span.end:
            rest = span.source.text[arguments[-1].span.end : span.end - 1].strip(" ,")
            settings += [rest] if rest else []
        called = f"{name}({', '.join(settings)})" if settings else name
        piped = tensors[0] if len(tensors) == 1 else f"[{', '.join(tensors)}]"
        joins = word.layer.arity[1] != 1
        in_pipe = after_pipe(span)
        if in_pipe:
            help = "it gets its tensor from the pipe"
            help = f"`[..., {', '.join(tensors)}] > {called}` joins them" if joins else help
        else:
            help = f"to apply it: `{piped} > {called}`"
        kind = "a bundle" if isinstance(argument, syntax.List) else "a tensor"
        fix = Fix("pipe it", (Edit(span, f"({piped} > {called})"),))
        self.report(
            "E206", f"`{name}(...)` holds settings, and `{argument.span.text}` is {kind}",
            argument.span, help=help, fix=None if in_pipe else fix,
        )  # fmt: skip
        return False

    def _pipes_on(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...], names: list[str], span: Span
    ) -> bool:
        """``linear(128, relu)``, as Keras takes it."""
        held = ", ".join(a.span.text for a in arguments[: len(names)])
        called = f"{word.word}({held})" if held else word.word
        piped = f"{called} > {arguments[len(names)].span.text}"
        alone = len(arguments) == len(names) + 1 and span.end == arguments[-1].span.end + 1
        self.report(
            "E205", f"`{arguments[len(names)].span.text}` is a network, not a setting",
            arguments[len(names)].span, help=f"pipe on: `{piped}`",
            fix=Fix("pipe on", (Edit(span, piped),)) if alone else None,
        )  # fmt: skip
        return False

    def _too_many(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...], names: list[str]
    ) -> bool:
        texts = [a.span.text for a in arguments]
        others = list(hints(word.layer))[len(names) :]
        help, fix = f"the others are given by name: {listing(others)}", None
        if word.layer.role == "linear":
            help, fix = self._rewritten(word, arguments, texts[1], "the input's size is inferred")
        elif word.layer.category == "conv" and isinstance(arguments[0], syntax.Dims):
            fixed = f"{texts[0]}, {texts[1]}, stride={texts[2]}"
            help, fix = self._rewritten(word, arguments, fixed, "the others are given by name")
        elif word.layer.category == "conv":
            fixed = f"{'x'.join([texts[2]] * 2) if texts[2].isdigit() else texts[2]}, {texts[1]}"
            why = "the input's channels are inferred"
            help, fix = self._rewritten(word, arguments, fixed, why)
        elif word.layer.word == "attention" and len(arguments) == 2:
            help, fix = self._rewritten(word, arguments, texts[1], "the input's size is inferred")
        elif word.layer.category == "norm" and not names:
            help, fix = f"the channels are inferred: `{word.word}`", _without(arguments, word)
        elif not others:
            help = f"write `{word.word}` without parentheses"
        self.report(
            "E205", f"`{word.word}` takes {counted(len(names), 'argument')} by position"
            + (f": {listing(names)}" if names else ""),
            arguments[len(names)].span.to(arguments[-1].span), help=help, fix=fix,
        )  # fmt: skip
        return False

    def _rewritten(
        self, word: LayerWord, arguments: tuple[syntax.Expr, ...], fixed: str, why: str
    ) -> tuple[str, Fix | None]:
        """Help and fix where other arguments are meant; no fix for more than PyTorch's three."""
        help = f"{why}: `{word.word}({fixed})`"
        at = arguments[0].span.to(arguments[-1].span)
        few = len(arguments) <= 3
        return help, Fix(f"write `{word.word}({fixed})`", (Edit(at, fixed),)) if few else None

    def meant_setting(
        self, word: LayerWord, setting: syntax.Setting, env: Environment
    ) -> syntax.Setting:
        """What a setting that the layer does not have is taken for; that it has none is said."""
        from .foreign import explain_setting

        types = hints(word.layer)
        replacement, help = explain_setting(
            word.layer, setting.name, list(types), setting.value.span.text
        )
        if not help:
            replacement = self.near(setting.name, types)
            help = f"did you mean `{replacement}`?" if replacement else ""
        if replacement is not None:
            self.setting_value(setting.value, types[replacement], env)
        elif not isinstance(setting.value, syntax.Name):
            self.evaluate(setting.value, env)
        self.report(
            "E202", f"`{word.word}` has no setting `{setting.name}`", setting.span,
            help=help or f"it has {listing(list(types))}", fix=_renamed(setting, replacement),
        )  # fmt: skip
        return setting.replace(name=replacement or setting.name)

    def setting_value(self, expr: syntax.Expr, hint: Any, env: Environment) -> Data:
        """A setting's value: bare names may mean its options and initialisers."""
        if isinstance(expr, syntax.Name) and not self._bound(expr.id, env):
            if expr.id in options(hint):
                return expr.id
            if takes(hint, Init) and expr.id in INITS:
                return Init(expr.id)
            choices = (*options(hint), *(INITS if takes(hint, Init) else ()))
            if choices and self.lookup(expr.id, env, expr.span) is None:
                return self.unknown_name(expr.id, expr.span, env, choices)
        if takes(hint, Init) and isinstance(expr, syntax.Call):
            function = expr.function
            if isinstance(function, syntax.Name) and function.id in INITS:
                return self._init(expr, env)
        value = self.evaluate(expr, env)
        return self._inner_layer(value) if takes(hint, Layer) else value

    def _inner_layer(self, value: Data) -> Data:
        """``conv(3x3, 64)`` in ``spectral_norm(conv(3x3, 64))``."""
        if isinstance(value, LayerWord):
            value = self.bare_layer(value) or UNKNOWN
        if isinstance(value, LayerNetwork) and not value.tensors:
            return value.layer
        return value

    def _bound(self, name: str, env: Environment) -> bool:
        """Whether the spec itself gives the name a plain value."""
        scope = next((s for s in env.chain() if name in s.names), None)
        if scope is not None:
            return not isinstance(scope.names[name], Network | Tensor)
        return name in env.file.names and not isinstance(
            self.file_name(env.file, name), Network | Tensor
        )

    def _init(self, expr: syntax.Call, env: Environment) -> Data:
        assert isinstance(expr.function, syntax.Name)
        word = expr.function.id
        types, order = INIT_SETTINGS[word], list(INIT_SETTINGS[word])[:2]
        if len(expr.arguments) > len(order):
            return self.report(
                "E205", f"`{word}` takes {counted(len(order), 'argument')} by position",
                expr.arguments[len(order)].span,
                help=f"the settings are {listing(list(types))}" if types else "",
            )  # fmt: skip
        written = list(zip(order, expr.arguments, strict=False))
        written += [(s.name, s.value) for s in expr.settings]
        made: dict[str, Data] = {}
        for name, value in written:
            if name not in types:
                place = next(s.span for s in expr.settings if s.name == name)
                return self.report("E202", f"`{word}` has no setting `{name}`", place,
                                   help=f"it has {listing(list(types))}")  # fmt: skip
            if name in made:
                self._given_twice(name, value.span, order)
                return UNKNOWN
            made[name] = self._init_value(word, name, value, env)
        if unknown_in(list(made.values())):
            return UNKNOWN
        wrong = wrong_value(word, made)
        if wrong is not None:
            place = next(value.span for name, value in written if name == wrong[0])
            return self.report("E204", f"`{wrong[0]}` of `{word}` {wrong[1]}", place)
        return Init(word, tuple(made.items()))

    def _init_value(self, word: str, name: str, expr: syntax.Expr, env: Environment) -> Data:
        hint = INIT_SETTINGS[word][name]
        value = self.setting_value(expr, hint, env)
        if value is UNKNOWN or conforms(value, hint):
            return value
        return self.report(
            "E204", f"`{name}` of `{word}` takes {describe_hint(hint)}, got {describe(value)}",
            expr.span,
        )  # fmt: skip

    def _finish_layer(
        self, word: LayerWord, values: dict[str, Data], spans: dict[str, Span], span: Span
    ) -> Data:
        layer, types = word.layer, hints(word.layer)
        missing = [s.name for s in layer.settings.values() if s.required and s.name not in values]
        if missing:
            if word.environment.file.is_broken(span):
                return UNKNOWN
            example = layer.examples[0].text if layer.examples else word.word
            if example.startswith(layer.word):
                example = word.word + example.removeprefix(layer.word)
            return self.report(
                "E203", f"`{word.word}` needs {listing(missing)}", span, help=f"as in `{example}`"
            )
        tensors = {name: v for name, v in values.items() if isinstance(v, Tensor)}
        key = (layer, *((name, _typed(value)) for name, value in values.items()))
        if not tensors and key in self.layers_made:
            return LayerNetwork(self.layers_made[key], word.word, span, tensors, spans)
        bound: dict[str, Any] = {}
        for name, value in values.items():
            plain = self.known_type(value) if isinstance(value, Tensor) else _frozen(value)
            if (
                isinstance(plain, float)
                and takes(types[name], int)
                and not takes(types[name], float)
            ):
                return self._not_whole(word, name, plain, spans.get(name, span))
            if not conforms(plain, types[name]):
                return self._wrong_value(word, name, value, spans.get(name, span))
            bound[name] = plain
        made = LayerNetwork(layer(**bound), word.word, span, tensors, spans)
        if not tensors and layer.arity != (0, 0):
            self.layers_made[key] = made.layer
        return self.run_source(made) if layer.arity == (0, 0) else made

    def _not_whole(self, word: LayerWord, name: str, value: float, span: Span) -> Data:
        help, fix = "", None
        if "/" in span.text:
            help = "`/` gives a float as in Python; `//` divides whole numbers"
        elif value.is_integer() and is_literal_number(span.text):
            fix = Fix(f"write `{int(value)}`", (Edit(span, str(int(value))),))
        return self.report(
            "E204", f"`{name}` of `{word.word}` takes a whole number, got {value}", span,
            help=help, fix=fix,
        )  # fmt: skip

    def _wrong_value(self, word: LayerWord, name: str, value: Data, span: Span) -> Data:
        hint = hints(word.layer)[name]
        help, fix = "", None
        unquoted = span.text.strip("\"'")
        close = self.near(value, options(hint)) if isinstance(value, str) else None
        if close is not None:
            help = f"did you mean `{close}`?"
            fix = Fix(f"write `{close}`", (Edit(span, close),))
        elif isinstance(value, str) and is_size_text(unquoted) and takes(hint, int):
            help = "numbers and sizes stand without quotes"
            fix = Fix(f"write `{unquoted}`", (Edit(span, unquoted),))
        elif isinstance(value, Network | str) and takes(hint, Init):
            help = f"its name stands there itself: `{name}=kaiming_normal`"
        elif isinstance(value, Network | str) and options(hint):
            help = f"its options are {listing(list(options(hint)))}"
        return self.report(
            "E204", f"`{name}` of `{word.word}` takes {describe_hint(hint)}, got {describe(value)}",
            span, help=help, fix=fix,
        )  # fmt: skip

    def run_source(self, network: LayerNetwork) -> Data:
        raise NotImplementedError

    def bind_scan(self, expr: syntax.Call, env: Environment) -> Data:
        raise NotImplementedError

    # --- inputs -----------------------------------------------------------------------------------

    def declare_input(self, expr: syntax.Call, env: Environment) -> Data:
        """``input(3x32x32)``, ``input(12, int)``: an input of the net, the batch axis unwritten."""
        if self.builder is not self.root or self.net_block is not None:
            return self.report("E207", "`input` belongs to a file's own pipeline", expr.span,
                               help="a block has ports: `block f(...): x, y {`")  # fmt: skip
        dtype, shape = "float", []
        values = [*expr.arguments, *(s.value for s in expr.settings)]
        for argument in values:
            if isinstance(argument, syntax.Name) and argument.id in ("int", "float", "bool"):
                dtype = argument.id
                continue
            if isinstance(argument, syntax.Name):
                self.check_size_name(argument)
            if (
                isinstance(argument, syntax.Name)
                and self.lookup(argument.id, env, argument.span) is None
            ):
                shape.append(self.knowledge.bound.get(argument.id, symbol(argument.id)))
                continue
            value = self.evaluate(argument, env)
            sizes = value if isinstance(value, list) else [value]
            if not all(self.is_size(s, argument.span) for s in sizes):
                return UNKNOWN
            shape += sizes
        return self.net_input("x", tuple(shape), dtype, expr.span)

    def net_input(self, port: str, shape: tuple[Any, ...] | None, dtype: Any, span: Span) -> Tensor:
        raise NotImplementedError

    def is_size(self, value: Data, span: Span) -> bool:
        raise NotImplementedError

    def check_size_name(self, name: syntax.Name) -> None:
        raise NotImplementedError


def is_literal_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def is_size_text(text: str) -> bool:
    """``3`` or ``3x3``, as they stand in a string."""
    return all(part.isdecimal() for part in text.split("x"))


def _renamed(setting: syntax.Setting, name: str | None) -> Fix | None:
    """``stride=2`` for ``strid=2``."""
    start = setting.span.start
    at = Span(setting.span.source, start, start + len(setting.name))
    return Fix(f"write `{name}`", (Edit(at, name),)) if name else None


def _without(arguments: tuple[syntax.Expr, ...], word: LayerWord) -> Fix | None:
    """``bn`` for ``bn(64)``; none where settings follow."""
    at = arguments[0].span.to(arguments[-1].span)
    before, after = at.source.text[: at.start].rstrip(), at.source.text[at.end :]
    if not before.endswith("(") or not after.lstrip().startswith(")"):
        return None
    end = at.end + after.index(")") + 1
    edit = Edit(Span(at.source, len(before) - 1, end), "")
    return Fix(f"write `{word.word}`", (edit,))


def _for_the_layer(
    name: str, arguments: list[Data], settings: dict[str, Data], in_pipe: bool
) -> bool:
    """``max(1)`` and ``sum(dim=1)`` are the layers, ``max(a, b)`` a number; ``sum([1, 2])`` is the
    layer in a pipe only."""
    if settings or not arguments or any(map(tensors_in, arguments)):
        return True
    if name not in ("sum", "min", "max") or len(arguments) > 1:
        return False
    return in_pipe or is_number(arguments[0])


def _is_literal(expr: syntax.Call) -> bool:
    """Whether a call's arguments mean the same wherever it is evaluated."""
    values = (*expr.arguments, *(s.value for s in expr.settings))
    return all(isinstance(v, syntax.Number | syntax.Constant | syntax.Dims) for v in values)


def _typed(value: Data) -> Any:
    """A value that tells 1 from 1.0 and true when it is compared."""
    if isinstance(value, list | tuple):
        return (type(value), *map(_typed, value))
    if isinstance(value, slice):
        return (slice, _typed(value.start), _typed(value.stop), _typed(value.step))
    return type(value), value if value.__hash__ else id(value)


def _frozen(value: Data) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, slice):
        return slice(_frozen(value.start), _frozen(value.stop), _frozen(value.step))
    return value


def _last_name(expr: syntax.Expr) -> str:
    if isinstance(expr, syntax.Name):
        return expr.id
    return expr.name if isinstance(expr, syntax.Attribute) else "block"


def describe_hint(hint: Any) -> str:
    """A setting's type in words: ``a size (3 or 3x3)``, ``true or false``."""
    names = options(hint)
    kinds = list(get_args(hint)) if get_origin(hint) is not None and not names else [hint]
    if get_origin(hint) is not None and names:
        kinds = [k for k in get_args(hint) if not isinstance(k, str) and not options(k)]
    words = [_describe_kind(k) for k in kinds]
    if Size in kinds and int in kinds:
        words = [w for w in words if w not in ("a whole number", "a symbolic size")]
        has_tuple = any(get_origin(k) is tuple for k in kinds)
        words = ["a size (3 or 3x3)"] if has_tuple else ["a size", *words]
    return either(list(dict.fromkeys([f"`{n}`" for n in names] + words)))


def _describe_kind(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "a list"
    simple = {
        int: "a whole number", float: "a number", bool: "true or false", str: "a text",
        type(None): "none", Size: "a symbolic size", TensorType: "a tensor",
        Init: "an initialiser", Layer: "a layer, such as `conv(3x3, 64)`",
    }  # fmt: skip
    return simple.get(kind, "another value")
