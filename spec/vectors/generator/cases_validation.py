"""Records that validation must accept or refuse: valid ones, and the same with one or two things changed."""

from struct import pack

from .validation import NAMES, validate, words_of

PER_CODE = 60
TRIES = 60000
VALUES = (0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 255, 256, 257, 1024, 1025, 4096, 4097, 65535, 65536,
          1 << 20, (1 << 20) + 1, 1 << 28, 2 << 28, 3 << 28, 4 << 28, 5 << 28, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)  # fmt: skip


def _with_word(data, index, word):
    return data[: 4 * index] + pack("<I", word & 0xFFFFFFFF) + data[4 * index + 4 :]


def _changed_word(data, index, chance):
    old = words_of(data[4 * index : 4 * index + 4])[0]
    kind = chance.below(5)
    if kind == 0:
        return _with_word(data, index, old + 1)
    if kind == 1:
        return _with_word(data, index, old - 1)
    if kind == 2:
        return _with_word(data, index, chance.choice(VALUES))
    if kind == 3:
        shift = 8 * chance.below(4)
        return _with_word(data, index, (old & ~(255 << shift)) | chance.choice((0, 1, 2, 3, 4, 5, 8, 9, 16, 255)) << shift)
    return _with_word(data, index, old ^ 1 << chance.below(32))


def _changed_record(record, chance):
    kind = chance.below(12)
    if kind == 0:
        return record[: 4 * chance.below(len(record) // 4 + 1)]
    if kind == 1:
        return record + bytes(chance.choice((1, 4, 8, 40, 48)))
    if len(record) < 64 or len(record) % 4:
        return record
    guards = 16 + 10 * record[4]
    if record[0] == 3 and kind > 8 and len(record) > 4 * guards:
        # A guard's offset, coefficients and divisor; large ones, since a random change seldom breaks them.
        at = guards + 12 * chance.below((len(record) // 4 - guards + 11) // 12) + chance.choice((0, 1, 2, 9, 9))
        values = (0, 0x7FFFFFFF, 0x80000000, 0x80000001, 0x40000000, 0xC0000000, 0x20000000)
        return _with_word(record, at, chance.choice(values)) if 4 * at < len(record) else record
    if kind < 7 or len(record) == 64:
        return _changed_word(record, chance.below(16), chance)
    return _changed_word(record, chance.between(16, len(record) // 4 - 1), chance)


def _changed_source(source, chance):
    """Only what the spec decides: kind, rank and dtype of word 0, a declaration's length, an operator's extents, the size."""
    kind = chance.below(4)
    if kind == 0 or not source:
        return source[: 4 * chance.below(17)]
    if len(source) < 64:
        return source
    operator = source[0] < 16
    if kind == 1 and not operator:
        return _with_word(source, 3, chance.choice((0, 1, 1 << 31, (1 << 31) - 1, words_of(source)[3] - 1, words_of(source)[3] + 1)))
    if kind == 1:
        return _changed_word(source, chance.between(7, 7 + source[2]), chance)
    if kind == 2:
        return source[:3] + bytes((chance.choice((0, 1, 2, 3)),)) + source[4:]
    return bytes((chance.choice((0, 9, 15, 19, 255)),)) + source[1:]


def _changed(subject, chance):
    header, j, record, sources = subject
    kind = chance.below(12)
    if kind == 0:
        return _changed_word(header, chance.below(8), chance), j, record, sources
    if kind == 1:
        operators = words_of(header)[4]
        return header, chance.choice((0, operators - 1, operators, operators + 1, max(0, j - 1), 0xFFFFFFFF)), record, sources
    if kind < 4 and sources:
        place = chance.below(len(sources))
        return header, j, record, sources[:place] + [_changed_source(sources[place], chance)] + sources[place + 1 :]
    if kind == 4 and sources:
        return header, j, record, sources[:-1]
    return header, j, _changed_record(record, chance), sources


def cases(originals, chance):
    """[(header, j, record, sources, code)], PER_CODE of each code where chance finds them; originals: valid Cases."""
    found = {code: [] for code in range(len(NAMES))}
    by_kind = {}
    for case in originals:
        if len(case.record) < 700:
            by_kind.setdefault(case.operator.kind, []).append(case)
    kinds = [*by_kind, "View", "View"]
    for _ in range(TRIES):
        case = chance.choice(by_kind[chance.choice(kinds)])
        subject = (case.header, case.position, case.record, case.sources)
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            subject = _changed(subject, chance)
        code = validate(*subject)
        bucket = found[code]
        if len(bucket) < PER_CODE * (3 if code == 0 else 1) and (*subject, code) not in bucket:
            bucket.append((*subject, code))
    short = [NAMES[code] for code, bucket in found.items() if len(bucket) < PER_CODE]
    assert not short, f"too few vectors for {short}"
    return [item for bucket in found.values() for item in bucket]
