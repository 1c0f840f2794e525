#!/usr/bin/env python3
"""Prints the files of a gcovr CSV table that are covered least, with lines that nothing reaches."""

import csv
import sys

with open(sys.argv[1], encoding="utf-8", newline="") as table:
    rows = [row for row in csv.DictReader(table) if int(row["line_total"]) > 0]
rows.sort(key=lambda row: float(row["line_percent"]))
print("Least covered: lines, branches, file")
for row in rows[:10]:
    branch = row["branch_percent"]
    print(f"{float(row['line_percent']):7.1%} {float(branch) if branch else 1.0:7.1%}  {row['filename']}")
