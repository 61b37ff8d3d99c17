"""The 31 Map functions on bit patterns. SPEC: spec/numerics.md, Map functions and Sequences."""

from . import binary32 as f
from .binary32 import INF, MASK, NAN, ONE, SIGN, add, div, mul, sub


def maximum(a, b):
    return f.canonical(b if f.lt(a, b) else a)


def minimum(a, b):
    return f.canonical(b if f.lt(b, a) else a)


def select(a, b, c):
    # NaN is not zero.
    return f.canonical(c if a & 0x7FFFFFFF == 0 else b)


def _truth(condition):
    return ONE if condition else 0


def _horner(start, r, coefficients):
    p = start
    for coefficient in coefficients:
        p = add(mul(p, r), coefficient)
    return p


def exp(x):
    c = minimum(x, 0x42B20000)
    c = maximum(c, 0xC2D00000)
    if f.is_nan(c):
        return NAN
    t = add(mul(c, 0x3FB8AA3B), 0x4B400000)
    n = sub(t, 0x4B400000)
    r = sub(c, mul(n, 0x3F318000))
    r = sub(r, mul(n, 0xB95E8083))
    p = _horner(0x39506967, r, (0x3AB743CE, 0x3C088908, 0x3D2AA9C1, 0x3E2AAAAA, 0x3F000000))
    y = add(add(mul(p, mul(r, r)), r), ONE)
    i = t - 0x4B400000
    i1 = i >> 1
    i2 = i - i1
    y = mul(y, (i1 + 127) << 23)
    return mul(y, (i2 + 127) << 23)


def log(x):
    if f.eq(x, 0):
        return SIGN | INF
    if f.is_nan(x) or x >> 31:
        return NAN
    if x == INF:
        return INF
    den = f.lt(x, 0x00800000)
    s = mul(x, 0x4B000000) if den else x
    e = f.itof(((s >> 23) - 126) & MASK)
    e = sub(e, 0x41B80000 if den else 0)
    m = (s & 0x007FFFFF) | 0x3F000000
    low = f.lt(m, 0x3F3504F3)
    e = sub(e, ONE if low else 0)
    v = add(sub(m, ONE), m if low else 0)
    z = mul(v, v)
    p = _horner(
        0x3D9021BB,
        v,
        (0xBDEBD1B8, 0x3DEF251A, 0xBDFE5D4F, 0x3E11E9BF, 0xBE2AAE50, 0x3E4CCEAC, 0xBE7FFFFC, 0x3EAAAAAA),
    )
    y = mul(mul(p, v), z)
    y = add(y, mul(e, 0xB95E8083))
    y = sub(y, mul(z, 0x3F000000))
    return add(add(v, y), mul(e, 0x3F318000))


def _signed_like(magnitude, x):
    return f.canonical(magnitude | (x & SIGN))


def tanh(x):
    if f.is_nan(x):
        return NAN
    a = f.abs_(x)
    if f.lt(a, 0x3F200000):
        s = mul(a, a)
        p = _horner(0xBBBAF0EA, s, (0x3CA9134E, 0xBD5C1E2D, 0x3E088393, 0xBEAAAA99))
        return _signed_like(add(mul(mul(p, s), a), a), x)
    e = exp(mul(0xC0000000, a))
    return _signed_like(div(sub(ONE, e), add(ONE, e)), x)


def erf(x):
    if f.is_nan(x):
        return NAN
    a = f.abs_(x)
    t = minimum(a, 0x40800000)
    s = mul(t, t)
    if f.lt(0x3F6D8000, a):
        r = add(mul(0xB7910000, t), 0x39C8E7D9)
        u = add(mul(0xBB7E8A1C, t), 0x3CC6B1A1)
        r = add(mul(r, s), u)
        r = _horner(r, t, (0xBDDAAE5C, 0xBF228550, 0xBE03CE86))
        r = sub(mul(r, t), t)
        return _signed_like(sub(ONE, exp(r)), x)
    q = _horner(0xBA1C7000, s, (0x3BA38D2C, 0xBCDB48D9, 0x3DE70E22, 0xBEC09380, 0x3E0375D4))
    return _signed_like(add(mul(q, a), a), x)


# fn code: (name, argument types, result type, function)
FUNCTIONS = {
    1: ("id", "f", "f", f.canonical),
    2: ("neg", "f", "f", f.neg),
    3: ("abs", "f", "f", f.abs_),
    4: ("add", "ff", "f", add),
    5: ("sub", "ff", "f", sub),
    6: ("mul", "ff", "f", mul),
    7: ("div", "ff", "f", div),
    8: ("sqrt", "f", "f", f.sqrt),
    9: ("max", "ff", "f", maximum),
    10: ("min", "ff", "f", minimum),
    11: ("less", "ff", "f", lambda a, b: _truth(f.lt(a, b))),
    12: ("equal", "ff", "f", lambda a, b: _truth(f.eq(a, b))),
    13: ("floor", "f", "f", f.floor),
    14: ("rint", "f", "f", f.rint),
    15: ("exp", "f", "f", exp),
    16: ("log", "f", "f", log),
    17: ("tanh", "f", "f", tanh),
    18: ("erf", "f", "f", erf),
    19: ("select", "fff", "f", select),
    20: ("iadd", "ii", "i", lambda a, b: (a + b) & MASK),
    21: ("isub", "ii", "i", lambda a, b: (a - b) & MASK),
    22: ("imul", "ii", "i", lambda a, b: (a * b) & MASK),
    23: ("iand", "ii", "i", lambda a, b: a & b),
    24: ("ior", "ii", "i", lambda a, b: a | b),
    25: ("ixor", "ii", "i", lambda a, b: a ^ b),
    26: ("ishl", "ii", "i", lambda a, b: (a << (b % 32)) & MASK),
    27: ("ishr", "ii", "i", lambda a, b: a >> (b % 32)),
    28: ("iless", "ii", "f", lambda a, b: _truth(f.signed(a) < f.signed(b))),
    29: ("iequal", "ii", "f", lambda a, b: _truth(a == b)),
    30: ("itof", "i", "f", f.itof),
    31: ("ftoi", "f", "i", f.ftoi),
}
