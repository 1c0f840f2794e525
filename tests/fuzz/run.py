#!/usr/bin/env python3
"""Runs the fuzz targets of a build with the preset fuzz one after the other, and prints a table of the runs.

Seeds are the files of the conformance corpus that the target is about, PEM also decoded, and those of
tests/fuzz/corpus. What is new stays in BUILD/fuzzing/TARGET, so that the next run goes on from there; findings are
written there, too, as crash-*, timeout-* and oom-*."""

import argparse
import base64
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = {"file": 600, "text": 120}
BLOCK = re.compile(rb"-----BEGIN [^-]+-----\s+(?:[A-Za-z-]+: .*\s+)*([A-Za-z0-9+/=\s]+)-----END ")
# No input of a mebibyte may take more than 2 s or 256 MiB; the sanitizers take several times that themselves.
LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-malloc_limit_mb=512")


def targets(build):
    for line in (build / "tests/fuzz/targets.tsv").read_text(encoding="utf-8").splitlines():
        name, kind, *seeds = line.split("\t")
        yield name, kind, [pathlib.Path(seed) for seed in seeds if seed]


def write_seeds(folder, seeds):
    """Every seed once, by its content; the blocks of PEM also decoded."""
    folder.mkdir(parents=True, exist_ok=True)
    for place in seeds:
        for file in place.rglob("*"):
            if not file.is_file() or file.suffix == ".tsv":
                continue
            content = file.read_bytes()
            for part in (content, *map(decoded, BLOCK.findall(content))):
                (folder / hashlib.sha1(part).hexdigest()).write_bytes(part)


def decoded(body):
    try:
        return base64.b64decode(body, validate=False)
    except ValueError:
        return b""


def run(build, name, seconds, largest, seeds):
    """One target; gives the row of the table."""
    work = build / "fuzzing" / name
    write_seeds(work / "seeds", seeds)
    (work / "corpus").mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENSSL")} | {"TZ": "UTC"}
    command = [build / "tests/fuzz" / f"fuzz_{name}", f"-max_total_time={seconds}", f"-max_len={largest}", *LIMITS,
               "-print_final_stats=1", f"-artifact_prefix={work}/", work / "corpus", work / "seeds"]
    start = time.monotonic()
    with (work / "log").open("wb") as log:
        status = subprocess.run(command, stderr=log, stdout=log, env=environment, check=False).returncode
    taken = time.monotonic() - start
    text = (work / "log").read_text(encoding="utf-8", errors="replace")
    executions = (re.findall(r"stat::number_of_executed_units: (\d+)", text) or re.findall(r"^#(\d+)", text, re.M))[-1:]
    coverage = re.findall(r" cov: (\d+)", text)[-1:]
    finding = re.findall(r"Test unit written to (\S+)", text)
    said = re.findall(r"^(?:FINDING|SUMMARY|.*runtime error): ?.*", text, re.M)[:1]
    return [name, f"{taken:.0f}", *(executions or ["?"]), *(coverage or ["?"]),
            " ".join([*finding, *said]) if status else "none"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="*", help="only these")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/fuzz")
    parser.add_argument("--seconds", type=int, help="for each target, instead of ten minutes for those that read files "
                                                    "and two for the others")
    parser.add_argument("--largest", type=int, default=65536, help="octets of an input (65536)")
    arguments = parser.parse_args()
    status = 0
    print("target", "seconds", "executions", "coverage", "findings", sep="\t", flush=True)
    for name, kind, seeds in targets(arguments.build):
        if arguments.target and name not in arguments.target:
            continue
        row = run(arguments.build, name, arguments.seconds or SECONDS[kind], arguments.largest, seeds)
        print(*row, sep="\t", flush=True)
        status |= row[-1] != "none"
    return status


if __name__ == "__main__":
    sys.exit(main())
