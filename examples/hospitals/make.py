#!/usr/bin/env python3
"""Makes the four tables from the files that README.md names.

    python3 examples/hospitals/make.py FOLDER

FOLDER is that of examples/admission/make.py, which says what the columns are. Nothing is drawn at
random: which hospital a person goes to, and who is left out of a table, follows from the number of
the person's row.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "admission"))
sys.dont_write_bytecode = True

from make import HOSPITAL, KEY, LABEL, PUBLIC, people, write  # noqa: E402

HOSPITALS = ["north", "south", "west"]


def main():
    hospitals, public = {name: [] for name in HOSPITALS}, []
    for person in people(pathlib.Path(sys.argv[1])):
        number, key = person["number"], person["key"]
        if number % 11 != 3:
            name = HOSPITALS[number % len(HOSPITALS)]
            hospitals[name].append([key, *person["hospital"]])
        if number % 13 != 5:
            public.append([key, person["admitted"], *person["public"]])
    # Each institution has its own order.
    for name, rows in hospitals.items():
        rows.sort(key=lambda row: row[0][::-1])
        write(HERE / f"{name}.csv.gz", [KEY, *HOSPITAL], rows)
    write(HERE / "public.csv.gz", [KEY, LABEL, *PUBLIC], public)


if __name__ == "__main__":
    main()
