"""Writes the vectors beside this file: python3 spec/vectors/generate.py [--check]

Deterministic: the seed below decides every word. --check writes nothing and fails where a committed file differs.
Needs Python 3.9 or later and nothing else.
"""

import gzip
import json
import sys
from io import BytesIO
from pathlib import Path

sys.dont_write_bytecode = True

from generator import cases_functions, cases_validation  # noqa: E402
from generator.cases_data import sample, schedule  # noqa: E402
from generator.cases_gather import gather  # noqa: E402
from generator.cases_map import map_  # noqa: E402
from generator.cases_sums import dot, fold, scatter  # noqa: E402
from generator.cases_view import view  # noqa: E402
from generator.chance import Chance  # noqa: E402
from generator.functions import FUNCTIONS  # noqa: E402
from generator.records import KINDS  # noqa: E402
from generator.validation import NAMES, validate  # noqa: E402

SEED = 20240607
LEAST = 1000
HERE = Path(__file__).parent
OPERATORS = {
    "Sample": sample,
    "Schedule": schedule,
    "View": view,
    "Map": map_,
    "Dot": dot,
    "Fold": fold,
    "Gather": gather,
    "Scatter": scatter,
}


def compressed(text):
    out = BytesIO()
    # No name and no time in the gzip header: the same text gives the same file.
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=9, mtime=0) as file:
        file.write(text.encode())
    return out.getvalue()


def function_text(fn):
    name, types, result, _ = FUNCTIONS[fn]
    cases = cases_functions.cases(fn, SEED)
    assert len(cases) >= LEAST
    lines = [f"# Map function {fn} {name}: {' '.join(types)} -> {result}; seed {SEED}; {len(cases)} vectors"]
    lines += [" ".join(f"{word:08x}" for word in (*arguments, word)) for arguments, word in cases]
    return "\n".join(lines) + "\n", len(cases)


def operator_text(kind, cases):
    for case in cases:
        code = validate(case.header, case.position, case.record, case.sources)
        assert code == 0, f"{kind}, {case.name}: {NAMES[code]}"
    count = sum(len(case.elements) for case in cases)
    assert count >= LEAST, f"{kind}: {count} elements"
    head = {"kind": kind, "seed": SEED, "cases": len(cases), "elements": count}
    lines = [json.dumps(head)] + [json.dumps(case.as_json(), separators=(",", ":")) for case in cases]
    return "\n".join(lines) + "\n", count


def validation_text(originals):
    cases = cases_validation.cases(originals, Chance(SEED, 200))
    lines = [json.dumps({"seed": SEED, "cases": len(cases), "codes": NAMES})]
    for header, j, record, sources, code in cases:
        item = {"header": header.hex(), "operator": j, "record": record.hex(), "sources": [s.hex() for s in sources], "code": code}
        lines.append(json.dumps(item, separators=(",", ":")))
    return "\n".join(lines) + "\n", len(cases)


def texts():
    for fn, (name, _, _, _) in FUNCTIONS.items():
        yield f"functions/{fn:02d}-{name}.txt.gz", *function_text(fn)
    cases = {kind: list(OPERATORS[kind](Chance(SEED, 100 + code))) for kind, code in KINDS.items()}
    for kind in KINDS:
        yield f"operators/{kind.lower()}.jsonl.gz", *operator_text(kind, cases[kind])
    yield "validation/records.jsonl.gz", *validation_text([case for some in cases.values() for case in some])


def main(check):
    total = 0
    for name, text, count in texts():
        path = HERE / name
        if check:
            if gzip.decompress(path.read_bytes()).decode() != text:
                sys.exit(f"{name} differs from what the generator writes")
            data = path.read_bytes()
        else:
            data = compressed(text)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        total += len(data)
        print(f"{name}: {count} vectors, {len(data)} bytes", flush=True)
    print(f"seed {SEED}, {total} bytes {'checked' if check else 'written'}")


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
