"""Turns an operator and its tensors into a case: a place in some program, the records around it, expected words."""

from dataclasses import dataclass

from . import records
from .operators import evaluate
from .records import Operand, Operator


@dataclass
class Case:
    name: str
    operator: Operator
    tensors: list
    context: dict
    header: bytes
    position: int
    record: bytes
    sources: list
    elements: list

    def as_json(self):
        return {
            "name": self.name,
            "header": self.header.hex(),
            "operator": self.position,
            "record": self.record.hex(),
            "sources": [source.hex() for source in self.sources],
            "tensors": [{"dtype": d, "words": "".join(f"{w:08x}" for w in words)} for d, words in self.tensors],
            "operands": [operand.tensor for operand in self.operator.operands],
            "context": self.context,
            "elements": [[i, f"{word:08x}"] for i, word in self.elements],
        }


def random_context(chance):
    return {
        "step": chance.below(1 << chance.between(1, 32)),
        "seed": chance.word(),
        "order": chance.choice(("sequential", "shuffled")),
        "batch": chance.between(1, 1 << chance.between(0, 20)),
        "samples": chance.between(1, 1 << chance.between(0, 16)),
        "stride": chance.between(1, 1000),
    }


def _producer(dtype, words, chance):
    """The record of some operator whose output has this dtype and length."""
    extents = [words]
    for d in (2, 3, 5):
        if words % d == 0 and chance.chance(2):
            extents = [words // d, d]
    if dtype == "i32":
        return records.operator(Operator("Sample", "i32", extents, [], fn=1, aux0=chance.word()))
    source = Operand(0, 0, [0] * len(extents), "constant", 0)
    return records.operator(Operator("Map", "f32", extents, [source], instructions=[(1, 0, 0, 0, 0)]))


def _space(kind, chance):
    if kind == "Sample":
        return "field"
    if kind == "Schedule":
        return "constant"
    return chance.choice(("constant", "constant", "state", "operator"))


class Places:
    """A random program around the operator: how many of each declaration, and which of them its tensors are."""

    def __init__(self, op, tensors, chance):
        self.op, self.chance = op, chance
        spaces = [_space(op.kind, chance) for _ in tensors]
        least = {space: spaces.count(space) for space in ("state", "field", "constant", "operator")}
        room = 4 if chance.below(4) else 1000
        self.final = chance.chance(4)
        self.states = min(4096, least["state"] + chance.between(1, room))
        self.fields = min(256, least["field"] + chance.below(room))
        self.constants = least["constant"] + chance.below(room * 60)
        before = least["operator"] + chance.below(room * 30)
        counts = {"state": self.states, "field": self.fields, "constant": self.constants, "operator": before}
        self.places, used = [], set()
        for space in spaces:
            index = chance.below(counts[space])
            while (space, index) in used:
                index = (index + 1) % counts[space]
            used.add((space, index))
            self.places.append((space, index))
        self.produced = next(s for s in range(self.states) if ("state", s) not in used)
        if self.final:
            before = max(before, self.produced)
            self.operators = before - self.produced + self.states
        else:
            self.operators = before + self.states + chance.between(1, room)
        self.position = before

    def header(self, batch):
        return records.header(self.states, self.fields, self.constants, self.operators, batch)

    def source(self, number, tensors):
        dtype, words = tensors[number]
        space = self.places[number][0]
        if space == "operator":
            return _producer(dtype, len(words), self.chance)
        if space == "field":
            return records.declaration("field", dtype, self.op.extents[1])
        root = records.tensor_root(dtype, words) if space == "constant" else bytes(32)
        return records.declaration(space, dtype, len(words), root)


def _chosen(words, limit, chance):
    if words <= limit:
        return list(range(words))
    picked = {0, words - 1}
    while len(picked) < limit:
        picked.add(chance.below(words))
    return sorted(picked)


def build(chance, name, op, tensors, context=None, limit=64):
    """A case of `op` over `tensors`, with at most `limit` of its output words."""
    context = {**random_context(chance), **(context or {})}
    places = Places(op, tensors, chance)
    for operand in op.operands:
        operand.space, operand.index = places.places[operand.tensor]
    by_tensor = [places.source(number, tensors) for number in range(len(tensors))]
    sources = [by_tensor[operand.tensor] for operand in op.operands]
    if places.final:
        sources.append(records.declaration("state", op.dtype, op.words))
    record = records.operator(op)
    case = Case(name, op, tensors, context, places.header(context["batch"]), places.position, record, sources, [])
    case.elements = [(i, evaluate(case, i)) for i in _chosen(op.words, limit, chance)]
    return case


def reach(extents, strides, offset=0, run=1):
    """Words that a tensor must have for an operand to read inside it."""
    return offset + sum(s * (e - 1) for s, e in zip(strides, extents)) + run


def dense(extents, order=None):
    """Strides of a row-major tensor whose axes are stored in `order` (outermost first); others are 0."""
    strides, size = [0] * len(extents), 1
    for axis in reversed(range(len(extents)) if order is None else order):
        strides[axis], size = size, size * extents[axis]
    return strides


def random_strides(chance, extents, greatest):
    """Broadcast, dense, permuted or arbitrary strides."""
    kind = chance.below(4)
    if kind == 0:
        return [chance.choice((0, chance.between(1, greatest))) for _ in extents]
    axes = [axis for axis in range(len(extents)) if kind == 1 or chance.below(3)]
    return dense(extents, axes if kind == 1 else chance.shuffled(axes))


def random_extents(chance, rank, words):
    """`rank` extents with a product of at most `words`."""
    extents = []
    for axis in range(rank):
        extent = chance.between(1, max(1, min(words, 2 + int(words ** (1.5 / (rank - axis))))))
        extents.append(extent)
        words //= extent
    return chance.shuffled(extents)
