"""Arguments for each Map function: corners, random words, and what is hard for that function."""

from . import binary32 as f
from .binary32 import INF, MASK, NAN, ONE, SIGN, pack
from .chance import Chance
from .functions import FUNCTIONS
from .telling import TELLING
from .words import FLOATS, INTEGERS, PAIRED, anything, integer, near, scaled

COUNT = 1150


def _uniform(chance, low, high):
    """A word of a number in low .. high (units of 2^-24), either end included."""
    v = chance.between(low, high)
    return pack(1 if v < 0 else 0, abs(v), -24)


def _number(v):
    """Word nearest to the float v; only for points that need not be exact."""
    n, d = float(v).as_integer_ratio()
    return pack(1 if n < 0 else 0, abs(n), 1 - d.bit_length())


def _focus_exp(chance):
    kind = chance.below(8)
    if kind < 3:
        return _uniform(chance, -104 << 24, 89 << 24)
    if kind == 3:
        # Where n changes: odd multiples of ln2 / 2.
        return near(_number((2 * chance.between(-150, 128) + 1) * 0.34657359027997264), chance, 20)
    if kind == 4:
        # Clamps, overflow, the first subnormal, the last word above 0.
        return near(chance.choice((0x42B20000, 0xC2D00000, 0x42B17218, 0xC2AEAC50, 0xC2CFF1B5, 0xC2CE8ED0)), chance, 40)
    if kind == 5:
        return scaled(chance, -30, 0)
    if kind == 6:
        return _uniform(chance, -2 << 24, 2 << 24)
    return near(_number(chance.between(-150, 128) * 0.6931471805599453), chance, 20)


def _focus_log(chance):
    kind = chance.below(8)
    if kind < 2:
        return chance.below(INF)
    if kind == 2:
        return near(ONE, chance, 1 << chance.below(20))
    if kind == 3:
        # Around the square root of one half times a power of 2.
        return near((0x3F3504F3 & 0x7FFFFF) | chance.between(1, 254) << 23, chance, 6)
    if kind == 4:
        return near(chance.between(1, 254) << 23, chance, 6)
    if kind == 5:
        return chance.below(0x00800000)
    if kind == 6:
        return scaled(chance, -3, 3) & 0x7FFFFFFF
    return 0x00800000 | chance.below(0x7F000000)


def _focus_tanh(chance):
    kind = chance.below(8)
    if kind < 2:
        return _uniform(chance, -10 << 24, 10 << 24)
    if kind == 2:
        return near(0x3F200000 | (chance.word() & SIGN), chance, 1 << chance.below(12))
    if kind == 3:
        return _uniform(chance, -1 << 24, 1 << 24)
    if kind == 4:
        return scaled(chance, -30, 5)
    if kind == 5:
        return _uniform(chance, -23 << 24, 23 << 24)
    if kind == 6:
        return chance.word() & (SIGN | 0x00FFFFFF)
    return scaled(chance, -2, 3)


def _focus_erf(chance):
    kind = chance.below(8)
    if kind < 2:
        return _uniform(chance, -5 << 24, 5 << 24)
    if kind == 2:
        return near(0x3F6D8000 | (chance.word() & SIGN), chance, 1 << chance.below(12))
    if kind == 3:
        return _uniform(chance, -1 << 24, 1 << 24)
    if kind == 4:
        return scaled(chance, -30, 3)
    if kind == 5:
        return near(0x40800000 | (chance.word() & SIGN), chance, 1 << chance.below(20))
    if kind == 6:
        return chance.word() & (SIGN | 0x00FFFFFF)
    return scaled(chance, -1, 2)


FOCUS = {15: _focus_exp, 16: _focus_log, 17: _focus_tanh, 18: _focus_erf}


def focus(fn, chance):
    """A word in the ranges where exp, log, tanh or erf is hard."""
    return FOCUS[fn](chance)


def _subnormal_edge(chance):
    """(m, e) with m * 2^e half-way between two subnormals, or a hair beside it."""
    m = 2 * chance.below(1 << chance.between(1, 22)) + 1
    return m, -150


def _odd(chance, bits):
    return 1 << (bits - 1) | chance.below(1 << (bits - 1)) | 1


def _hard_add(chance):
    kind = chance.below(6)
    sign = chance.word() & SIGN
    a = chance.between(25, 253) << 23 | chance.below(1 << 23) | sign
    step = a & 0x7F800000
    if kind == 0:
        # Exactly half a unit of a: a tie, up or down.
        return a, (step - (24 << 23)) | (chance.word() & SIGN)
    if kind == 1:
        return a, near((step - (24 << 23)) | (chance.word() & SIGN), chance, 2)
    if kind == 2:
        return a, near(a ^ SIGN, chance, 40)
    if kind == 3:
        return near(0x7F7FFFFF | sign, chance, 20), near(0x73000000 | sign, chance, 2) - (chance.below(3) << 23)
    if kind == 4:
        return chance.word() & 0x80FFFFFF, chance.word() & 0x80FFFFFF
    # A half power of 2 below: the result falls into the next binade with another unit.
    return step | sign, (step - (chance.between(23, 25) << 23 if step > 25 << 23 else 0) | chance.below(4)) | (sign ^ SIGN)


def _hard_mul(chance):
    kind = chance.below(5)
    sign = chance.word() & SIGN
    if kind == 0:
        # Odd factors whose product has 25 bits: an exact tie in the normal range.
        while True:
            bits = chance.between(2, 23)
            a, b = _odd(chance, bits), _odd(chance, 26 - bits)
            if (a * b).bit_length() == 25:
                break
        return pack(0, a, chance.between(-40, 40)) | sign, pack(0, b, chance.between(-40, 40))
    if kind == 1:
        # An exact tie between subnormals, some of them just above nothing.
        m, e = _subnormal_edge(chance)
        split = chance.between(-100, 0)
        return pack(0, m, e - split - chance.below(2)) | sign, pack(0, 1, split)
    if kind == 2:
        return scaled(chance, 62, 65), scaled(chance, 62, 65)
    if kind == 3:
        return scaled(chance, -76, -72), scaled(chance, -76, -50)
    # (1 + i ulp)(1 + j ulp) and 1 / x style neighbours: long runs of equal bits in the product.
    return near(ONE | sign, chance, 9), near(chance.choice((ONE, 0x3FFFFFFF, 0x7F7FFFFF, 0x00800000)), chance, 9)


def _hard_div(chance):
    kind = chance.below(5)
    sign = chance.word() & SIGN
    if kind == 0:
        # Quotient half-way between subnormals: the only ties that a division has.
        m, e = _subnormal_edge(chance)
        split = chance.between(-20, 120)
        return pack(0, m, e + split) | sign, pack(0, 1, split)
    if kind == 1:
        return scaled(chance, 60, 127), scaled(chance, -68, -1)
    if kind == 2:
        return scaled(chance, -126, -60), scaled(chance, 60, 90)
    if kind == 3:
        # Quotients next to a tie: a = b * (2m + 1) / 2^24, rounded, and its neighbours.
        b = scaled(chance, -20, 20)
        return near(f.mul(b, scaled(chance, -3, 3)), chance, 2), b
    return near(ONE | sign, chance, 9), near(ONE, chance, 9)


def _hard_sqrt(chance):
    kind = chance.below(4)
    root = 0x800000 | chance.below(0x800000)
    if kind == 0:
        return near(pack(0, (2 * root + 1) ** 2, 2 * chance.between(-80, 30)), chance, 1)
    if kind == 1:
        small = chance.between(1, 4095)
        return pack(0, small * small, 2 * chance.between(-70, 40))
    if kind == 2:
        return chance.below(0x00800000)
    return chance.below(INF)


def _hard_rounding(chance):
    kind = chance.below(4)
    sign = chance.word() & SIGN
    if kind == 0:
        # n + 1/2.
        return pack(0, 2 * chance.below(1 << chance.between(1, 23)) + 1, -1) | sign
    if kind == 1:
        return near(pack(0, chance.below(1 << chance.between(1, 25)), 0) | sign, chance, 2)
    if kind == 2:
        return scaled(chance, -3, 24)
    return near(pack(0, 2 * chance.below(16) + 1, -1) | sign, chance, 1)


def _hard_ftoi(chance):
    kind = chance.below(3)
    if kind == 0:
        return near(0x4F000000 | (chance.word() & SIGN), chance, 8)
    return scaled(chance, 20, 33) if kind == 1 else _hard_rounding(chance)


def _hard_itof(chance):
    bits = chance.between(25, 31)
    unit = 1 << (bits - 24)
    # A multiple of the unit, plus half of it, give or take one.
    v = (1 << (bits - 1) | chance.below(1 << (bits - 1))) // unit * unit + unit // 2 + chance.between(-1, 1)
    return (-v if chance.chance(2) else v) & MASK


def _hard_sub(chance):
    a, b = _hard_add(chance)
    return a, b ^ SIGN


def _close(chance):
    a = anything(chance)
    return a, chance.choice((a, a ^ SIGN, near(a, chance, 1), near(a ^ SIGN, chance, 1), anything(chance)))


def _close_integers(chance):
    a = integer(chance)
    return a, chance.choice((a, (a + 1) & MASK, (a - 1) & MASK, -a & MASK, integer(chance)))


UNARY_HARD = {8: _hard_sqrt, 13: _hard_rounding, 14: _hard_rounding, 30: _hard_itof, 31: _hard_ftoi, **FOCUS}
BINARY_HARD = {4: _hard_add, 5: _hard_sub, 6: _hard_mul, 7: _hard_div, 9: _close, 10: _close, 11: _close, 12: _close}


def _arguments(fn, types, chance):
    """Endless arguments: corners first, then hard ones and random words in turn."""
    integers = types[0] == "i"
    draw = integer if integers else anything
    if len(types) == 1:
        yield from ((x,) for x in (INTEGERS if integers else FLOATS))
        yield from ((x,) for x in TELLING.get(fn, ()))
        hard = UNARY_HARD.get(fn, draw)
        while True:
            yield (hard(chance),)
            yield (hard(chance),)
            yield (chance.word(),)
    elif len(types) == 2:
        yield from ((a, b) for a in (INTEGERS[::3] if integers else PAIRED) for b in (INTEGERS[1::3] if integers else PAIRED))
        hard = BINARY_HARD.get(fn, _close_integers if integers else _close)
        while True:
            yield hard(chance)
            yield hard(chance)[::-1] if fn != 7 else hard(chance)
            yield draw(chance), draw(chance)
            yield chance.word(), chance.word()
    else:
        yield from ((a, ONE, 0xC0000000) for a in FLOATS)
        yield from ((a, b, c) for a in (0, SIGN, NAN, 1) for b in PAIRED[::2] for c in PAIRED[1::2])
        while True:
            first = chance.choice((0, SIGN, anything(chance)))
            yield first, anything(chance), anything(chance)


def cases(fn, seed):
    """(arguments, result) of one function, without repetitions."""
    _, types, _, function = FUNCTIONS[fn]
    seen, out = set(), []
    wanted = COUNT + len(TELLING.get(fn, ()))
    for arguments in _arguments(fn, types, Chance(seed, fn)):
        if arguments not in seen:
            seen.add(arguments)
            out.append((arguments, function(*(f.canonical(a) if t == "f" else a for a, t in zip(arguments, types)))))
        if len(out) == wanted:
            return out
