#!/usr/bin/env python3
"""Reads a store by packaging/VAULT_FORMAT.md alone: an independent check of the format.

Usage: vault_reader.py STORE PASSPHRASE. Prints one JSON document: each private key's SPKI SHA-256 with its PKCS#8 DER,
and the number of journal entries, all of which it has verified.
"""
import hashlib
import hmac
import json
import sqlite3
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def hkdf(key, salt, info):
    extracted = hmac.new(salt, key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def unseal(key, sealed, associated):
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], associated)


def store_key(header, passphrase, uuid):
    assert len(header) == 122 and header[:4] == b"CWV1" and header[4:20] == uuid and header[20] == 1
    log_n = header[21]
    r, p = struct.unpack(">II", header[22:30])
    wrapping = hashlib.scrypt(passphrase, salt=header[30:62], n=1 << log_n, r=r, p=p, maxmem=256 * r * (1 << log_n),
                              dklen=32)
    return unseal(wrapping, header[62:], header[:62])


def text(value):
    octets = value.encode()
    return struct.pack(">I", len(octets)) + octets


def check_journal(database, uuid, key, seal):
    previous = bytes(32)
    count = 0
    for number, at, act, subject, detail, mac in database.execute(
            "SELECT number, at, act, subject, detail, mac FROM journal ORDER BY number"):
        count += 1
        assert number == count
        message = (b"CWJ1" + uuid + struct.pack(">qq", number, at) + text(act) + text(subject) + text(detail) + previous)
        assert hmac.new(key, message, hashlib.sha256).digest() == mac
        previous = mac
    sealed = b"CWS1" + uuid + struct.pack(">q", count) + previous
    assert seal == struct.pack(">q", count) + previous + hmac.new(key, sealed, hashlib.sha256).digest()
    return count


def main():
    path, passphrase = sys.argv[1], sys.argv[2].encode()
    database = sqlite3.connect("file:" + path + "?mode=ro", uri=True)
    assert database.execute("PRAGMA application_id").fetchone()[0] == 0x43575254
    uuid = database.execute("SELECT uuid FROM store").fetchone()[0]
    header, seal = database.execute("SELECT header, journal_seal FROM vault").fetchone()
    key = store_key(header, passphrase, uuid)
    private = hkdf(key, uuid, b"certwright 1 private keys")
    keys = {}
    for spki, record in database.execute("SELECT spki_sha256, record FROM keys JOIN key_secrets ON key_id = id"):
        assert record[:4] == b"CWK1"
        keys[spki.hex()] = unseal(private, record[4:], b"CWK1" + uuid + spki).hex()
    entries = check_journal(database, uuid, hkdf(key, uuid, b"certwright 1 journal"), seal)
    print(json.dumps({"keys": keys, "journal": entries}))


main()
