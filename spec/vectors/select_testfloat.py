"""Copies an even spread of lines of Berkeley TestFloat's outputs into testfloat/ beside this file.

python3 spec/vectors/select_testfloat.py FOLDER, where FOLDER holds f32_add.txt.gz and the others whole.
"""

import gzip
import sys
from pathlib import Path

LINES = 2400
NAMES = ("f32_add", "f32_sub", "f32_mul", "f32_div", "f32_sqrt", "f32_eq", "f32_le", "f32_lt", "f32_to_i32_rminMag", "i32_to_f32")


def spread(lines):
    """Every line of a short file, else LINES of them at equal distances, the first and the last among them."""
    if len(lines) <= LINES:
        return lines
    return [lines[i * (len(lines) - 1) // (LINES - 1)] for i in range(LINES)]


if __name__ == "__main__":
    target = Path(__file__).parent / "testfloat"
    target.mkdir(exist_ok=True)
    for name in NAMES:
        with gzip.open(Path(sys.argv[1]) / f"{name}.txt.gz", "rt") as file:
            chosen = spread(file.readlines())
        with open(target / f"{name}.txt.gz", "wb") as raw:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as out:
                out.write("".join(chosen).encode())
        print(f"{name}: {len(chosen)} lines")
