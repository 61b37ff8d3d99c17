"""Cases of Map: known expressions, and random ones of up to 24 instructions over up to 6 operands."""

from .build import build, random_extents, random_strides, reach
from .functions import FUNCTIONS
from .records import Operand, Operator
from .words import anything, integer, moderate

IMM = 255
NAMES = {name: fn for fn, (name, _, _, _) in FUNCTIONS.items()}


def r(i):
    return 16 + i


def step(name, *arguments):
    """An instruction; an argument made by bits() is the immediate."""
    codes, imm = [], 0
    for argument in arguments:
        if isinstance(argument, tuple):
            codes.append(IMM)
            imm = argument[0]
        else:
            codes.append(argument)
    return (NAMES[name], *(codes + [0, 0, 0])[:3], imm)


def bits(word):
    return (word,)


RELU_GRADIENT = ("ff", "f", [step("less", bits(0), 0), step("mul", 1, r(0))])
GELU = ("f", "f", [
    step("mul", 0, bits(0x3F3504F3)), step("erf", r(0)), step("add", r(1), bits(0x3F800000)), step("mul", 0, bits(0x3F000000)),
    step("mul", r(3), r(2)),
])  # fmt: skip
SOFTMAX_TERM = ("ff", "f", [step("sub", 0, 1), step("exp", r(0))])
CROSS_ENTROPY = ("fff", "f", [step("log", 1), step("sub", 0, r(0)), step("sub", r(1), 2), step("neg", r(2))])
ADAM = ("ffffff", "f", [
    step("mul", 1, bits(0x3F666666)), step("mul", 2, bits(0x3DCCCCCD)), step("add", r(0), r(1)), step("mul", 2, 2),
    step("mul", 3, bits(0x3F7FBE77)), step("mul", r(3), bits(0x3A83126F)), step("add", r(4), r(5)), step("div", r(2), 4),
    step("div", r(6), 5), step("sqrt", r(8)), step("add", r(9), bits(0x322BCC77)), step("div", r(7), r(10)),
    step("mul", r(11), bits(0x3A83126F)), step("sub", 0, r(12)),
])  # fmt: skip
DROPOUT = ("fi", "f", [
    step("ishr", 1, bits(8)), step("itof", r(0)), step("mul", r(1), bits(0x33800000)), step("less", r(2), bits(0x3F4CCCCD)),
    step("mul", 0, r(3)), step("div", r(4), bits(0x3F4CCCCD)),
])  # fmt: skip
ONE_HOT = ("ii", "f", [step("iequal", 0, 1)])
TOKEN = ("if", "i", [step("ftoi", 1), step("iadd", 0, r(0)), step("iand", r(1), bits(0x3F))])
SQUARE = ("f", "f", [step("mul", 0, 0)])
CONSTANT = ("f", "f", [step("id", bits(0xFF800001))])
UNUSED = ("fi", "i", [step("div", 0, bits(0)), step("isub", 1, 1), step("iless", r(1), 1), step("ior", 1, bits(0x7F800001))])

KNOWN = {
    "relu gradient": RELU_GRADIENT,
    "gelu": GELU,
    "softmax term": SOFTMAX_TERM,
    "cross entropy": CROSS_ENTROPY,
    "adam": ADAM,
    "dropout": DROPOUT,
    "one hot": ONE_HOT,
    "token": TOKEN,
    "square": SQUARE,
    "constant": CONSTANT,
    "unused results": UNUSED,
}


def _dtype(letter):
    return "f32" if letter == "f" else "i32"


def _case(chance, name, types, result, instructions, rank, wild, limit, size=90):
    extents = random_extents(chance, rank, size)
    operands, tensors = [], []
    for number, letter in enumerate(types):
        offset, strides = chance.below(5), random_strides(chance, extents, 5)
        shared = [t for t in range(len(tensors)) if tensors[t][0] == _dtype(letter) and chance.chance(6)]
        count = reach(extents, strides, offset)
        fits = [t for t in shared if len(tensors[t][1]) >= count]
        if not fits:
            draw = integer if letter == "i" else anything if wild else moderate
            tensors.append((_dtype(letter), [draw(chance) for _ in range(count + chance.below(3))]))
        operands.append(Operand(fits[0] if fits else len(tensors) - 1, offset, strides))
    op = Operator("Map", _dtype(result), extents, operands, instructions=instructions)
    return build(chance, name, op, tensors, None, limit)


def _random_expression(chance, types, length):
    """Well-typed instructions that lean on recent results."""
    kinds = {i: letter for i, letter in enumerate(types)}
    instructions = []
    for number in range(length):
        available = set(kinds.values())
        fn = chance.between(1, 31)
        imm, codes, arguments = 0, [], FUNCTIONS[fn][1]
        immediate = chance.below(len(arguments)) if chance.chance(4) else -1
        if not set(arguments) <= available:
            immediate, name = -1, "itof" if "i" in available else "id"
            fn, arguments = NAMES[name], FUNCTIONS[NAMES[name]][1]
        for place, letter in enumerate(arguments):
            if place == immediate:
                codes.append(IMM)
                imm = moderate(chance) if letter == "f" else integer(chance)
                continue
            fitting = [code for code, kind in kinds.items() if kind == letter]
            recent = fitting[-3:]
            codes.append(chance.choice(recent if chance.below(3) else fitting))
        instructions.append((fn, *(codes + [0, 0, 0])[:3], imm))
        kinds[r(number)] = FUNCTIONS[fn][2]
    return instructions, kinds[r(length - 1)]


def map_(chance):
    for name, (types, result, instructions) in KNOWN.items():
        for wild in (False, True):
            yield _case(chance, name, types, result, instructions, chance.between(1, 4), wild, 24)
    for length in (1, 2, 3, 5, 8, 13, 20, 24, 24, 24, 24, 24):
        for operands in range(1, 7):
            types = "".join(chance.choice("fffi") for _ in range(operands))
            instructions, result = _random_expression(chance, types, length)
            name = f"{length} random instructions, {operands} operands"
            yield _case(chance, name, types, result, instructions, chance.between(1, 8), chance.chance(3), 20)
    types, result, instructions = ADAM
    yield _case(chance, "adam, large", types, result, instructions, 2, False, 40, 3000)
