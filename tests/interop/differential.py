#!/usr/bin/env python3
"""Compares what Certwright, the openssl tool and GnuTLS's certtool say of every certificate of the corpus.

Subject, issuer, serial number, dates, key, fingerprints and subject alternative names have to agree, or the difference
stands with its reason in differences.tsv. A difference in there that is none any more fails, too, unless the tool is of
another version than the file was made with. Ends with status 77 when a tool is missing."""

import argparse
import base64
import concurrent.futures
import hashlib
import ipaddress
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(rb"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----([A-Za-z0-9+/=\s]+)-----END ")
FIELDS = ("subject", "issuer", "serial", "not_before", "not_after", "key", "sha256", "san")
BATCH = 50
ENVIRONMENT = {**{key: value for key, value in os.environ.items() if not key.startswith("OPENSSL")},
               "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(command, data=None):
    done = subprocess.run([str(part) for part in command], input=data, capture_output=True, check=False, timeout=120,
                          env=ENVIRONMENT)
    return done.returncode, done.stdout.decode("utf-8", errors="backslashreplace")


def first_element(data):
    """The DER element at the start, without what stands behind it; nothing when it is none."""
    if len(data) < 2 or data[0] != 0x30:
        return b""
    count = data[1] & 0x7F if data[1] >= 0x80 else 0
    length = int.from_bytes(data[2 : 2 + count], "big") if count else data[1]
    end = 2 + count + length
    return data[:end] if count <= 4 and data[1] != 0x80 and end <= len(data) else b""


def certificates(corpus):
    """Everything that may be a certificate, by its SHA-256, with the name of a file that it is in."""
    found = {}
    for file in sorted(corpus.rglob("*")):
        if not file.is_file() or file.suffix == ".tsv":
            continue
        content = file.read_bytes()
        # Of a PKCS#12 file openssl x509 reads what is in it.
        parts = [first_element(content)] if "pkcs12" not in file.parts else []
        for _, body in BLOCK.findall(content):
            try:
                parts.append(first_element(base64.b64decode(body, validate=False)))
            except ValueError:
                pass
        for der in filter(None, parts):
            found.setdefault(hashlib.sha256(der).hexdigest(), (der, file.relative_to(corpus).as_posix()))
    return found


def pem(der):
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def without_zeros(digits):
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    return sign + (digits.lower().lstrip("0") or "0")


# Certwright

def ours(cli, found, folder):
    bundle = folder / "all.pem"
    bundle.write_bytes(b"".join(pem(der) for der, _ in found.values()))
    _, out = run([cli, "show", "--json", bundle])
    facts = {}
    for item in json.loads(out)["files"][0]["items"]:
        if item["kind"] != "certificate":
            continue
        facts[item["sha256"].lower()] = {
            "subject": item["subject"], "issuer": item["issuer"],
            "subject_list": attributes_of(item["subject_rdns"]), "issuer_list": attributes_of(item["issuer_rdns"]),
            "serial": without_zeros(item["serial"]), "not_before": item["not_before"], "not_after": item["not_after"],
            "key": item["public_key"]["spki_sha256"].lower(), "sha256": item["sha256"].lower(),
            "san": sorted((name["type"], name["value"]) for name in item["san"])}
    return facts


def attributes_of(rdns):
    """A set would lose what stands twice; the order inside an RDN is not certtool's."""
    return sorted((NAMES.get(part["oid"], part["oid"]), part["value"]) for rdn in rdns for part in rdn)


# The openssl tool

def openssl_facts(der):
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-subject", "-issuer", "-serial", "-dates", "-dateopt",
               "iso_8601", "-fingerprint", "-sha256", "-nameopt", "RFC2253,-esc_msb,utf8", "-ext", "subjectAltName"]
    status, out = run([*command, "-pubkey"], der)
    if status != 0: # of a key that it cannot use the tool says nothing, and then nothing else either
        status, out = run(command, der)
    if status != 0:
        return None

    def value(name):
        match = re.search(rf"^{name}=(.*)$", out, re.MULTILINE)
        return match.group(1) if match else ""

    key = re.search(r"-----BEGIN PUBLIC KEY-----(.*?)-----END", out, re.DOTALL)
    san = re.search(r"X509v3 Subject Alternative Name:.*\n(.*)", out)
    return {"subject": value("subject"), "issuer": value("issuer"), "serial": without_zeros(value("serial")),
            "not_before": value("notBefore").replace(" ", "T"), "not_after": value("notAfter").replace(" ", "T"),
            "key": hashlib.sha256(base64.b64decode(key.group(1))).hexdigest() if key else None,
            "sha256": value("sha256 Fingerprint").replace(":", "").lower(),
            "san": san.group(1).strip() if san else ""}


WORDS = {"DNS": "DNS", "IP": "IP Address", "email": "email", "URI": "URI", "RID": "Registered ID"}


def san_like_openssl(names, theirs):
    """Ours in openssl's words. Of the kinds that it words otherwise only the number is compared."""
    entries = [f"{WORDS[kind]}:{value}" for kind, value in names if kind in WORDS and kind != "IP"]
    rest = theirs
    for entry in sorted(entries, key=len, reverse=True):
        if entry not in rest:
            return False
        rest = rest.replace(entry, "", 1)
    count = len(re.findall(r"IP Address:", rest)), len(re.findall(r"(?:DirName|othername|X400Name|EdiPartyName):", rest))
    mine = [kind for kind, _ in names]
    return count == (mine.count("IP"), len(mine) - len(entries) - mine.count("IP"))


# certtool

NAMES = {"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O",
         "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.4": "surName", "2.5.4.5": "serialNumber",
         "2.5.4.42": "givenName", "2.5.4.43": "initials", "2.5.4.44": "generationQualifier", "2.5.4.46": "dnQualifier",
         "2.5.4.65": "pseudonym", "2.5.4.17": "postalCode", "2.5.4.41": "name", "2.5.4.13": "description",
         "2.5.4.15": "businessCategory", "1.2.840.113549.1.9.1": "EMAIL", "0.9.2342.19200300.100.1.1": "UID",
         "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.2": "unstructuredName",
         "1.2.840.113549.1.9.8": "unstructuredAddress", "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionOfIncorporationLocalityName",
         "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionOfIncorporationStateOrProvinceName",
         "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionOfIncorporationCountryName",
         "1.2.643.100.1": "OGRN", "1.2.643.3.131.1.1": "INN"}


def certtool_name(text):
    parts = []
    for piece in re.split(r"(?<!\\)(?:\\\\)*[,+]", text) if text else []:
        kind, _, value = piece.partition("=")
        if value.startswith("#"):
            value = text_of(bytes.fromhex(value[1:]), value.upper())
        else:
            value = re.sub(rb"\\([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m.group(1).decode()),
                           value.encode()).decode("utf-8", errors="backslashreplace")
            value = re.sub(r"\\(.)", r"\1", value)
        parts.append((kind, value))
    return sorted(parts)


def text_of(der, otherwise):
    codec = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x12: "ascii", 0x1E: "utf-16-be",
             0x1C: "utf-32-be"}.get(der[0] if der else 0)
    content = der[2 + (der[1] & 0x7F if der[1] >= 0x80 else 0):] if len(der) > 1 else b""
    try:
        return content.decode(codec) if codec else otherwise
    except UnicodeDecodeError:
        return otherwise


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def certtool_time(text):
    match = re.match(r"\w+ (\w+) (\d+) ([\d:]+) UTC (\d+)", text)
    if not match:
        return text
    month, day, clock, year = match.groups()
    return f"{int(year):04}-{MONTHS.index(month) + 1:02}-{int(day):02}T{clock}Z"


SAN_WORDS = {"DNSname": "DNS", "IPAddress": "IP", "RFC822Name": "email", "RFC822name": "email", "URI": "URI"}


def address(text):
    try:
        return ipaddress.ip_address(text).compressed
    except ValueError:
        return text


def certtool_facts(text):
    def value(pattern):
        match = re.search(pattern, text, re.MULTILINE)
        return match.group(1) if match else ""

    block = re.search(r"\t\tSubject Alternative Name [^\n]*\n((?:\t\t\t[^\n]*\n)*)", text)
    san = []
    for line in (block.group(1).splitlines() if block else []):
        word, _, rest = line.strip().partition(": ")
        if word == "DNSname": # behind an A-label stands what it says
            rest = re.sub(r" \([^()]*\)$", "", rest)
        elif word == "IPAddress":
            rest = address(rest)
        if word in SAN_WORDS:
            san.append((SAN_WORDS[word], rest))
    return {"subject_list": certtool_name(value(r"^\tSubject: (.*)$")),
            "issuer_list": certtool_name(value(r"^\tIssuer: (.*)$")),
            "serial": without_zeros(value(r"^\tSerial Number \(hex\): (.*)$")),
            "not_before": certtool_time(value(r"^\t\tNot Before: (.*)$")),
            "not_after": certtool_time(value(r"^\t\tNot After: (.*)$")),
            # Nothing for a key that it cannot use.
            "key": value(r"Public Key ID:\n(?:.*sha1:.*\n)?\t\tsha256:(\w+)") or None,
            "sha256": value(r"Fingerprint:\n(?:.*sha1:.*\n)?\t\tsha256:(\w+)"), "san": sorted(san)}


def certtool_batch(ders):
    """What certtool says of each, None where it refuses."""
    _, out = run(["certtool", "--certificate-info"], b"".join(map(pem, ders)))
    parts = out.split("X.509 Certificate Information:\n")[1:]
    if len(parts) == len(ders):
        return [certtool_facts(part) for part in parts]
    if len(ders) == 1:
        return [None]
    half = len(ders) // 2
    return certtool_batch(ders[:half]) + certtool_batch(ders[half:])


# The comparison

def against_openssl(mine, theirs):
    if mine is None or theirs is None:
        return ["read"] if (mine is None) != (theirs is None) else []
    wrong = [field for field in FIELDS[:-1] if theirs[field] is not None and mine[field] != theirs[field]]
    return wrong + ([] if san_like_openssl(mine["san"], theirs["san"]) else ["san"])


def against_certtool(mine, theirs):
    if mine is None or theirs is None:
        return ["read"] if (mine is None) != (theirs is None) else []
    wrong = [field for field in ("subject", "issuer") if mine[field + "_list"] != theirs[field + "_list"]]
    wrong += [field for field in FIELDS[2:-1] if theirs[field] is not None and mine[field] != theirs[field]]
    plain = sorted((kind, address(value) if kind == "IP" else value) for kind, value in mine["san"]
                   if kind in SAN_WORDS.values())
    return wrong + ([] if plain == theirs["san"] else ["san"])


def version_of(tool, argument):
    match = re.search(r"(\d+\.\d+)", run([tool, argument])[1])
    return match.group(1) if match else "?"


def differences(cli, found):
    """(SHA-256, tool, field) of each difference, with both sides."""
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        keys = list(found)
        ders = [found[key][0] for key in keys]
        gnutls = pool.map(certtool_batch, [ders[i : i + BATCH] for i in range(0, len(ders), BATCH)])
        openssl = list(pool.map(openssl_facts, ders))
        facts = ours(cli, found, pathlib.Path(folder))
        certtool = [one for batch in gnutls for one in batch]
    out = {}
    read = unkeyed = 0
    for key, by_openssl, by_certtool in zip(keys, openssl, certtool):
        mine = facts.get(key)
        read += mine is not None
        unkeyed += sum(one is not None and one["key"] is None for one in (by_openssl, by_certtool))
        for field in against_openssl(mine, by_openssl):
            out[key, "openssl", field] = (mine or {}).get(field), (by_openssl or {}).get(field)
        # What is no certificate at all is certtool's to refuse in its own way.
        for field in against_certtool(mine, by_certtool) if mine or by_openssl else []:
            name = field if field not in ("subject", "issuer") else field + "_list"
            out[key, "certtool", field] = (mine or {}).get(name), (by_certtool or {}).get(name)
    print(f"{len(keys)} possible certificates, {read} read, {len(out)} differences; of {unkeyed} keys a tool says nothing")
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--explained", type=pathlib.Path, required=True)
    parser.add_argument("--show", action="store_true", help="both sides of every difference, explained or not")
    arguments = parser.parse_args()
    for tool in ("openssl", "certtool"):
        if not shutil.which(tool):
            print(f"SKIPPED: {tool} is not installed (packaging/test.sh --all installs it)")
            return 77
    versions = {"openssl": version_of("openssl", "version"), "certtool": version_of("certtool", "--version")}
    explained, made_with = {}, {}
    for line in arguments.explained.read_text(encoding="utf-8").splitlines():
        if line.startswith("# with "):
            made_with = dict(part.split("=") for part in line[7:].split())
        elif line and not line.startswith("#"):
            sha256, tool, field, reason = line.split("\t")[:4]
            explained[sha256, tool, field] = reason
    found = certificates(arguments.corpus)
    seen = differences(arguments.cli, found)
    status = 0
    for key, (mine, theirs) in seen.items():
        if arguments.show or key not in explained:
            print(*key, found[key[0]][1], f"\n  Certwright: {mine}\n  {key[1]}: {theirs}", sep="  ")
        status |= key not in explained
    for key in explained.keys() - seen.keys():
        is_same = versions[key[1]] == made_with.get(key[1])
        print("NO DIFFERENCE ANY MORE:" if is_same else "No difference with this version:", *key)
        status |= is_same
    return status


if __name__ == "__main__":
    sys.exit(main())
