"""Labelled groups, and those of which something stands before their network is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...grammar.source import Span
from ..builder import Builder, Draft, Waiting
from ..ir import stem_of
from ..values import UNKNOWN, BlockNetwork, Data, Labelled, Tensor, flows, tensors_in
from ..values import Label as PathLabel
from .context import UNNAMED, Naming
from .expressions import Expressions, is_named_by_label


class Held(Expressions):
    """Groups under labels: ``(f > g) as name``, ``(x > f) as name``, ``(f + (x > g)) as name``."""

    def in_group(
        self, label: PathLabel, grouped: bool, span: Span, make: Callable[[], Data]
    ) -> Data:
        """A labelled group: a pipe that starts from a tensor is evaluated in its label's scope."""
        naming = self.place(label) if label.here else Naming(label.path, span=label.span)
        if naming is None:
            return UNKNOWN
        group = self.open_group(naming, label.span)
        with self.building(group):
            value = make()
        if value is UNKNOWN:
            self.builder.labels.update(group.labels)
            return self.fail_inside(group, naming, group.name, label.span)
        if not flows(value) or not tensors_in(value):
            return self._held(group, self.attach(value, label, grouped, span))
        if group.drafts:
            value = self.close_group(group, value, naming, label.span)
        self.remember(label, value)
        return value

    def open_group(self, naming: Naming, span: Span) -> Builder:
        share = naming.share.name if naming.share is not None else ""
        path = naming.label or naming.word or share or "group"
        name = path.rsplit(".", 1)[-1]
        return Builder("group", name, self.builder, path=path, numbered=True, span=span)

    def close_group(self, group: Builder, value: Data, naming: Naming, span: Span) -> Data:
        raise NotImplementedError

    def _held(self, group: Builder, value: Data) -> Data:
        """A network is not applied yet: what it needed (a source) waits in the group for that."""
        if isinstance(value, Labelled) and group.drafts:
            self.held.append(group)
            return value.replace(held=group)
        self.dissolve(group, self.builder)
        return value

    def adopt(self, group: Builder) -> Builder:
        """A group that waits becomes one of the current scope; its numbers wait to be reached."""
        self.held.remove(group)
        outers = [(key, draft, self.bring(outer)) for key, (draft, outer) in group.captured.items()]
        group.parent = self.builder
        group.captured = {
            (outer.identity if key[1] >= 0 else key): (draft, outer) for key, draft, outer in outers
        }
        group.forget(path for d in group.drafts if _is_numbered(d) for path in d.labels())
        group.position, group.waiting = 0, Waiting(list(group.drafts))
        return group

    def dissolve(
        self, group: Builder, into: Builder, prefix: str = "", *, fan: bool = False
    ) -> None:
        """Move what stands in a group to another scope: labels with a prefix. Numbers wait if the
        group is a fan-out; else what is without a label is numbered anew."""
        if group in self.held:
            self.held.remove(group)
        with self.building(into):
            outer = {id(i): self.bring(tensor) for i, tensor in group.captured.values()}
        for draft in group.drafts:
            draft.inputs = [outer.get(id(t.draft), t) for t in draft.inputs]
            draft.builder = into
            into.add(draft)
            if draft.child is not None and draft.child.parent is group:
                draft.child.parent = into
            if _is_numbered(draft):
                if not fan:
                    self._numbered_anew(draft)
            elif draft.label:
                draft.label = prefix + draft.label
                self.take_label(into, draft.label, draft.span)
        if fan:
            into.waiting = Waiting(list(group.drafts), prefix)
        into.labels.update(group.labels)
        into.ties += group.ties
        with self.building(into):
            self.pass_outers(group)

    def pass_outers(self, child: Builder) -> None:
        raise NotImplementedError

    # --- numbers in written order -----------------------------------------------------------------

    def reached(self, value: Data) -> None:
        """What waits takes its number when the text comes to it, after what stands before it."""
        if not any(b.waiting for b in self.builder.ancestors()):
            return
        for tensor in _tensors(value):
            waiting = tensor.builder.waiting
            if waiting is not None and any(tensor.draft is d for d in waiting.drafts):
                self.release(tensor.builder, tensor.draft)

    def release(self, builder: Builder, last: Draft | None = None) -> None:
        """Number what waits in a scope, up to a draft."""
        waiting = builder.waiting
        while waiting is not None and waiting.drafts:
            draft = waiting.drafts.pop(0)
            if not _is_numbered(draft):
                self._pass_label(waiting, draft)
            elif waiting.prefix is None:
                self._numbered_anew(draft)
            else:
                self._number_branch(waiting, draft)
            if draft is last:
                return
        builder.waiting = None

    def _numbered_anew(self, draft: Draft) -> None:
        """By its place in a numbered scope, else by its word."""
        draft.label, draft.first = "", None
        self.name(draft, UNNAMED, draft.word)
        self.take_copies(draft, draft.count - 1)

    def _number_branch(self, waiting: Waiting, draft: Draft) -> None:
        draft.first, draft.label = waiting.branch, f"{waiting.prefix}{waiting.branch}"
        waiting.branch += draft.count
        for path in draft.labels():
            self.take_label(draft.builder, path, draft.span)

    def _pass_label(self, waiting: Waiting, draft: Draft) -> None:
        """A labelled member uses up one position, however many copies it is; sources have none."""
        source = draft.layer is not None and is_named_by_label(draft.layer)
        stem = draft.label if draft.first is None else stem_of(draft.label, draft.first)
        if draft.label and not source and stem != waiting.stem and waiting.prefix is None:
            draft.builder.position += 1
        waiting.stem = stem

    def take_copies(self, node: Draft, rest: int) -> None:
        """Take the labels and positions of the copies after the first."""
        if node.first is None:
            return
        for path in node.labels()[1:]:
            self.take_label(node.builder, path, node.span)
        if node.builder.numbered:
            node.builder.position += rest


def _is_numbered(draft: Draft) -> bool:
    """Whether its label is its position in a group."""
    return draft.first is not None and draft.label == str(draft.first)


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in a value, and in the arguments of a block."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, BlockNetwork):
        yield from _tensors(list(value.arguments.values()))
