"""validate(header, j, record, sources) from the table in spec/program.md, Validation, on raw bytes."""

from struct import unpack

from .binary32 import signed
from .functions import FUNCTIONS

SAMPLE, SCHEDULE, VIEW, MAP, DOT, FOLD, GATHER, SCATTER = range(1, 9)
F32, I32 = 1, 2
STATE, FIELD, CONSTANT, OPERATOR = 1, 2, 3, 4
LIMIT = 1 << 31

NAMES = (
    "Ok", "Header", "Length", "Kind", "Fn", "Dtype", "Rank", "Extent", "Count", "Unused", "Parameter", "Reference", "Source",
    "OperandDtype", "Guard", "Address", "Instruction", "State",
)  # fmt: skip


def words_of(data):
    return unpack(f"<{len(data) // 4}I", data)


def product(values):
    out = 1
    for value in values:
        out *= value
    return out


def valid_extents(extents):
    return all(extents) and product(extents) < LIMIT


def declared(source):
    """(dtype, words) of the tensor that a source record declares, or None."""
    if source is None or len(source) < 64:
        return None
    w = words_of(source[:64])
    kind, rank, dtype = w[0] & 0xFF, w[0] >> 16 & 0xFF, w[0] >> 24
    if dtype not in (F32, I32):
        return None
    if kind in (16, 17, 18) and len(source) == 64:
        return (dtype, w[3]) if 1 <= w[3] < LIMIT else None
    if 1 <= kind <= 8 and 1 <= rank <= 8 and valid_extents(w[7 : 7 + rank]):
        return dtype, product(w[7 : 7 + rank])
    return None


class Record:
    def __init__(self, data):
        w = words_of(data[:64])
        self.kind, self.fn, self.rank, self.dtype = w[0] & 0xFF, w[0] >> 8 & 0xFF, w[0] >> 16 & 0xFF, w[0] >> 24
        self.operand_count, self.instruction_count = w[1] & 0xFF, w[1] >> 8 & 0xFF
        self.guard_counts = [w[1] >> 16 + 4 * piece & 15 for piece in range(4)]
        self.zero, self.k, self.l, self.aux0, self.aux1, self.fill = w[2], w[3], w[4], w[5], w[6], w[15]
        self.all_extents = w[7:15]
        self.length = 64 + 40 * self.operand_count + 48 * sum(self.guard_counts) + 8 * self.instruction_count

    def read_rest(self, data):
        w = words_of(data[64:])
        n = self.operand_count
        self.operands = [w[10 * i : 10 * i + 10] for i in range(n)]
        g = w[10 * n :]
        flat = [g[12 * i : 12 * i + 12] for i in range(sum(self.guard_counts))]
        self.guards, start = [], 0
        for count in self.guard_counts:
            self.guards.append(flat[start : start + count])
            start += count
        rest = g[12 * start :]
        self.instructions = [rest[2 * i : 2 * i + 2] for i in range(self.instruction_count)]

    @property
    def extents(self):
        return self.all_extents[: self.rank]

    @property
    def runs(self):
        """How many leading operands read runs."""
        return {DOT: 2, FOLD: 2 if self.fn == 3 else 1, SCATTER: 2}.get(self.kind, 0)


def _counts(r):
    operands = {
        SAMPLE: (0, 0) if r.fn == 1 else (1, 1),
        SCHEDULE: (1, 1),
        VIEW: (1, 4),
        MAP: (1, 6),
        DOT: (2, 3),
        FOLD: (2, 3) if r.fn == 3 else (1, 2),
        GATHER: (2, 2),
        SCATTER: (2, 3),
    }[r.kind]
    instructions = (1, 24) if r.kind == MAP else (0, 0)
    pieces = r.operand_count if r.kind == VIEW else 0
    return (
        operands[0] <= r.operand_count <= operands[1]
        and instructions[0] <= r.instruction_count <= instructions[1]
        and all(count <= (3 if piece < pieces else 0) for piece, count in enumerate(r.guard_counts))
    )


USES = {SAMPLE: "aux0", SCHEDULE: "", VIEW: "fill", MAP: "", DOT: "k", FOLD: "k l", GATHER: "aux0 aux1", SCATTER: "k aux0"}


def _unused(r):
    used = USES[r.kind].split()
    values = [r.zero, *r.all_extents[r.rank :]]
    values += [getattr(r, name) for name in ("k", "l", "aux0", "aux1", "fill") if name not in used]
    for operand in r.operands:
        values += operand[1:] if r.kind in (SAMPLE, SCHEDULE) else operand[2 + r.rank :]
    for guard in sum(r.guards, []):
        values += guard[1 + r.rank : 9]
    return not any(values)


def _parameters(r, batch):
    greatest = {DOT: 4096, FOLD: 1024, SCATTER: 4096}.get(r.kind)
    if greatest and not 1 <= r.k <= greatest:
        return False
    if r.kind == FOLD and r.l > 0 and -(-r.l // r.k) != r.extents[-1]:
        return False
    if r.kind == GATHER and r.aux0 == 0:
        return False
    if r.kind == SCATTER and r.aux0 >= r.rank:
        return False
    return not (r.kind == SAMPLE and r.fn == 0 and r.aux0 + r.extents[0] > batch)


def _references(r, counts):
    allowed = {SAMPLE: (FIELD,), SCHEDULE: (CONSTANT,)}.get(r.kind, (STATE, CONSTANT, OPERATOR))
    return all(o[0] >> 28 in allowed and o[0] & 0x0FFFFFFF < counts[o[0] >> 28] for o in r.operands)


def _operand_dtypes(r, tensors):
    if r.kind == MAP:
        return True
    for i, (dtype, _) in enumerate(tensors):
        index = r.kind in (GATHER, SCATTER) and i == 1
        needed = I32 if index else r.dtype
        if dtype != needed:
            return False
    if r.kind == SAMPLE and r.fn == 0:
        return tensors[0][1] == r.extents[1]
    return r.kind != SCHEDULE or tensors[0][1] % r.extents[0] == 0


def _guards(r):
    for guard in sum(r.guards, []):
        size = abs(signed(guard[0])) + sum(abs(signed(c)) * (e - 1) for c, e in zip(guard[1:], r.extents))
        if guard[9] == 0 or size >= LIMIT:
            return False
    return True


def _addresses(r, tensors):
    for i, (operand, (_, words)) in enumerate(zip(r.operands, tensors)):
        run = 1
        if i < r.runs:
            run = r.k
            if r.kind == FOLD and r.l > 0:
                if operand[2 + r.rank - 1] != r.k:
                    return False
                run = r.l - (r.extents[-1] - 1) * r.k
        greatest = operand[1] + sum(s * (e - 1) for s, e in zip(operand[2:], r.extents)) + run - 1
        if r.kind == VIEW:
            greatest += sum((g[10] - 1) * g[11] for g in r.guards[i] if g[10] > 0)
        if r.kind == GATHER and i == 0:
            greatest += (r.aux0 - 1) * r.aux1
        if greatest >= words:
            return False
    return True


def _instructions(r, tensors):
    letters = {F32: "f", I32: "i"}
    types = {i: letters[dtype] for i, (dtype, _) in enumerate(tensors)}
    for number, (word, imm) in enumerate(r.instructions):
        fn, codes = word & 0xFF, (word >> 8 & 0xFF, word >> 16 & 0xFF, word >> 24)
        if fn not in FUNCTIONS:
            return False
        _, arguments, result, _ = FUNCTIONS[fn]
        for code, kind in zip(codes, arguments):
            if code != 255 and types.get(code) != kind:
                return False
        if any(codes[len(arguments) :]) or (imm != 0 and 255 not in codes[: len(arguments)]):
            return False
        types[16 + number] = result
    return not r.instructions or types[15 + len(r.instructions)] == letters[r.dtype]


def validate(header, j, record, sources):
    h = words_of(header)
    version, states, fields, constants, operators, batch = h[:6]
    if version != 1 or not 1 <= states <= 4096 or fields > 256 or constants > 65535 or h[6] or h[7]:
        return 1
    if not states <= operators <= 65535 or not 1 <= batch <= 1 << 20 or j >= operators:
        return 1
    if len(record) < 64:
        return 2
    r = Record(record)
    if len(record) != r.length:
        return 2
    r.read_rest(record)
    if not 1 <= r.kind <= 8:
        return 3
    if r.fn not in {SAMPLE: (0, 1), FOLD: (1, 2, 3)}.get(r.kind, (0,)):
        return 4
    only = {DOT: F32, FOLD: F32, SCATTER: F32}.get(r.kind) or (I32 if r.kind == SAMPLE and r.fn == 1 else None)
    if r.dtype not in (F32, I32) or (only and r.dtype != only):
        return 5
    whole_rank = {SAMPLE: 2 if r.fn == 0 else None, SCHEDULE: 1}.get(r.kind)
    if not 1 <= r.rank <= (4 if r.kind == DOT else 8) or (whole_rank and r.rank != whole_rank):
        return 6
    if not valid_extents(r.extents):
        return 7
    if not _counts(r):
        return 8
    if not _unused(r):
        return 9
    if not _parameters(r, batch):
        return 10
    if not _references(r, {STATE: states, FIELD: fields, CONSTANT: constants, OPERATOR: j}):
        return 11
    produces_state = j >= operators - states
    if len(sources) < r.operand_count + produces_state:
        return 12
    tensors = [declared(source) for source in sources[: r.operand_count]]
    if None in tensors:
        return 12
    if not _operand_dtypes(r, tensors):
        return 13
    if not _guards(r):
        return 14
    if not _addresses(r, tensors):
        return 15
    if not _instructions(r, tensors):
        return 16
    if produces_state and declared(sources[r.operand_count]) != (r.dtype, product(r.extents)):
        return 17
    return 0
