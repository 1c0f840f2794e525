#!/usr/bin/env python3
# Certwright. SPDX-License-Identifier: Apache-2.0
"""Runs certwright-cli over a corpus with manifests and counts what comes out as it must.

usage: conformance.py --cli build/gate/app/cli/certwright-cli [--corpus tests/data/conformance] [--openssl 30|35]
                      [--only certs,keys,...] [--failures N] [--jobs N]

Families: certs keys names csrs crls pkcs12 pkcs7 spkac pqc malformed passphrases chains hostnames pkits.
Exit status 0 when every must-pass row passes. --openssl says what the program can do, 35 standing for 3.5 and newer;
without it the program is asked for the library that it is linked to.
Rows of 'either', of tier 'beyond-openssl', and PKITS 4.1.5 and 4.14.30 (OpenSSL refuses both) are counted apart
under 'free' and fail only by a crash or a hang. Compared for content: subject, issuer, serial, digests, key type,
bits, curve, self-signature, challenge, revoked count, PKCS#7 type name, numbers of parts.
"""
import argparse, collections, csv, json, os, re, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

CONTENT = ['certs', 'keys', 'names', 'csrs', 'crls', 'pkcs12', 'pkcs7', 'spkac', 'pqc', 'malformed']
ALL = CONTENT + ['passphrases', 'chains', 'hostnames', 'pkits']
KIND = {'cert': 'certificate', 'csr': 'request', 'crl': 'crl', 'key': 'private-key', 'pubkey': 'public-key',
        'pkcs12': 'pkcs12', 'pkcs7': 'pkcs7', 'spkac': 'spkac'}
DETAIL = re.compile(r'(?:^|; )(subject|issuer|serial|sha256|spki_sha256|keytype|bits|curve|selfsig|challenge|revoked|'
                    r'certs|keys|crls|content|names|name_flags|mac|needs_legacy(?:_provider)?|enc|encryption|'
                    r'thisUpdate|nextUpdate|crlNumber|pkcs7_api|cms_api)=')
TIMEOUT_S = 30


def openssl_of(cli):
    """30 or 35: which of the manifests' columns holds for the library that the program is linked to."""
    text = subprocess.run([cli, '--version'], stdin=subprocess.DEVNULL, capture_output=True, check=True,
                          timeout=TIMEOUT_S).stdout.decode('utf-8')
    version = re.search(r'OpenSSL (\d+)\.(\d+)', text)
    if not version:
        sys.exit('%s --version names no OpenSSL: %r' % (cli, text))
    return 35 if tuple(map(int, version.groups())) >= (3, 5) else 30


def table(path):
    with open(path, encoding='utf-8') as f:
        return list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))


def detail(text):
    parts = DETAIL.split(text)
    return {parts[i]: parts[i + 1] for i in range(1, len(parts) - 1, 2)}


class Run:
    def __init__(self, cli, args):
        try:
            p = subprocess.run([cli] + args, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.code, self.json, self.died = None, None, 'no answer in %d s' % TIMEOUT_S
            return
        self.code = p.returncode
        self.died = 'crashed with status %d' % p.returncode if p.returncode < 0 or p.returncode > 130 else None
        try:
            self.json = json.loads(p.stdout.decode('utf-8'))
        except ValueError:
            self.json = None
            if self.died is None:
                self.died = 'standard output is not one JSON document (status %d)' % p.returncode
        self.stderr = p.stderr.decode('utf-8', 'replace')


def items_of(doc):
    for f in (doc or {}).get('files', []):
        stack = list(f.get('items', []))
        while stack:
            item = stack.pop(0)
            yield item
            stack = list(item.get('items', [])) + stack


def error_of(doc):
    if doc and doc.get('error'):
        return doc['error']
    for f in (doc or {}).get('files', []):
        if f.get('error'):
            return f['error']
    return None


def same_hex(a, b):
    return a is not None and str(a).replace(':', '').upper().lstrip('0') == b.replace(':', '').upper().lstrip('0')


def same_name(got, want):
    """The manifest cuts names of several hundred characters short."""
    return got == want or (got is not None and len(want) >= 300 and got.startswith(want))


def wrong_fields(row, items, checks_signature):
    """What differs between the item that this row is about and the row's detail, as a list of words. A signature that
    the library cannot check must come out as unknown, neither as right nor as wrong."""
    want = detail(row['detail'])
    kind = KIND.get(row['kind'])
    if row['kind'] == 'mixed' or kind is None:
        return [] if items else ['no item']
    mine = [i for i in items if i.get('kind') == kind]
    if not mine:
        return ['no %s among %s' % (kind, [i.get('kind') for i in items])]
    out = []
    i = mine[0]
    if kind == 'certificate' and row['count'].isdigit() and len(mine) != int(row['count']):
        out.append('count %d, not %s' % (len(mine), row['count']))
    for field in ('subject', 'issuer'):
        if field in want and kind in ('certificate', 'request', 'crl') and not same_name(i.get(field), want[field]):
            out.append('%s %r, not %r' % (field, i.get(field), want[field]))
    if 'serial' in want and not same_hex(i.get('serial'), want['serial']):
        out.append('serial %r, not %r' % (i.get('serial'), want['serial']))
    if 'sha256' in want and not same_hex(i.get('sha256'), want['sha256']):
        out.append('sha256')
    if 'spki_sha256' in want and not same_hex(i.get('spki_sha256'), want['spki_sha256']):
        out.append('spki_sha256 %r' % i.get('spki_sha256'))
    key = i.get('public_key') if isinstance(i.get('public_key'), dict) else i
    for field, name in (('keytype', 'type'), ('bits', 'bits'), ('curve', 'curve')):
        if field in want and 'DH' not in want.get('keytype', '') and kind in ('private-key', 'public-key') and str(key.get(name)).lower() != want[field].lower():
            out.append('%s %r, not %s' % (name, key.get(name), want[field]))
    if want.get('content', '?') != '?' and kind == 'pkcs7' and i.get('type_name') != want['content'].split(' ')[0]:
        out.append('type_name %r, not %s' % (i.get('type_name'), want['content']))
    if 'selfsig' in want and not checks_signature and i.get('signature_valid') is not None:
        out.append('signature_valid %r, not null' % i.get('signature_valid'))
    elif 'selfsig' in want and checks_signature and (i.get('signature_valid') is True) != (want['selfsig'] == 'ok'):
        out.append('signature_valid %r' % i.get('signature_valid'))
    if 'challenge' in want and kind == 'spkac' and i.get('challenge') != want['challenge']:
        out.append('challenge %r' % i.get('challenge'))
    if 'revoked' in want and i.get('revoked_count') != int(want['revoked']):
        out.append('revoked_count %r, not %s' % (i.get('revoked_count'), want['revoked']))
    if kind in ('pkcs12', 'pkcs7'):
        count = collections.Counter(x.get('kind') for x in items)
        for field, name in (('certs', 'certificate'), ('keys', 'private-key'), ('crls', 'crl')):
            if want.get(field, '?').isdigit() and count[name] != int(want[field]):
                out.append('%s %d, not %s' % (field, count[name], want[field]))
    return out


def content_row(cli, folder, row, v):
    args = ['show', '--json']
    tmp = None
    if row['passphrase'] != '<none>':
        tmp = tempfile.NamedTemporaryFile('wb', delete=False)
        tmp.write(b'' if row['passphrase'] == '<empty>' else row['passphrase'].encode('utf-8'))
        tmp.close()
        args += ['--in-passphrase-file', tmp.name]
    r = Run(cli, args + [os.path.join(folder, row['file'])])
    if tmp:
        os.unlink(tmp.name)
    expected = row['expected']
    if expected == 'ok35' and v >= 35:
        expected = 'ok'
    if r.died:
        return False, r.died
    items, error = list(items_of(r.json)), error_of(r.json)
    if expected == 'either':
        return None, ('read' if items and not error else 'refused') if (items or (error and error.get('message'))) else 'neither item nor message'
    if expected == 'error':
        ok = r.code in (3, 4, 5) and error and error.get('kind') and error.get('message') and not items
        return bool(ok), 'status %s, error %r, %d items' % (r.code, error, len(items))
    if expected == 'ok35':
        ok = r.code == 5 and error and error.get('kind') == 'unsupported' or (r.code == 0 and items)
        return bool(ok), 'status %s, error %r' % (r.code, error)
    # Before 3.5 OpenSSL reads requests with post-quantum keys and cannot check their signatures.
    bad = wrong_fields(row, items, v >= 35 or os.path.basename(folder) != 'pqc')
    if r.code != 0 or error:
        bad.insert(0, 'status %s, error %r' % (r.code, error))
    return not bad, '; '.join(bad)


def wrong_passphrase_row(cli, folder, row):
    with tempfile.NamedTemporaryFile('wb', delete=False) as tmp:
        tmp.write(row['passphrase'].encode('utf-8'))
    r = Run(cli, ['show', '--json', '--in-passphrase-file', tmp.name, os.path.join(folder, row['file'])])
    os.unlink(tmp.name)
    if r.died:
        return False, r.died
    e = error_of(r.json) or {}
    return r.code == 4 and e.get('kind') == 'wrong-passphrase', 'status %s, error kind %r' % (r.code, e.get('kind'))


def verdict(r):
    if r.code == 2 and not (r.json or {}).get('ok'):
        return 'status 2'
    if r.died:
        return r.died
    if r.json is None or r.code not in (0, 1):
        return 'status %s' % r.code
    if (r.code == 0) != bool(r.json.get('ok')):
        return 'exit status and "ok" disagree'
    if r.code == 1 and not r.json.get('findings'):
        return 'refused without a finding'
    return 'valid' if r.code == 0 else 'invalid'


def chain_row(cli, folder, row):
    d = os.path.join(folder, row['dir'])
    a = ['verify', '--json', '--trust', d + '/trusted.pem']
    for name, option in (('untrusted.pem', '--untrusted'), ('crls.pem', '--crl')):
        if os.path.exists(d + '/' + name) and os.path.getsize(d + '/' + name):
            a += [option, d + '/' + name]
    a += ['--purpose', {'server': 'tls-server', 'client': 'tls-client'}.get(row['purpose'], 'any')]
    if row['time'] != '-':
        a += ['--time', row['time'].replace('+00:00', 'Z')]
    if row['peer_name'] != '-' and row['peer_kind'] in ('DNS', 'IP', 'RFC822'):
        a += [{'DNS': '--hostname', 'IP': '--ip', 'RFC822': '--email'}[row['peer_kind']], row['peer_name']]
    if row['max_depth'] != '-':
        a += ['--depth', row['max_depth']]
    a += ['--crl-check', 'leaf' if row['crl_check'] == 'yes' else 'none']
    if row['suite'] == 'boringssl':
        a += ['--partial-chain']
    if row['tier'] == 'strict':
        a += ['--strict']
    got = verdict(Run(cli, a + [d + '/leaf.pem']))
    if row['tier'] == 'beyond-openssl':
        return (None if got in ('valid', 'invalid') else False), 'as given' if got == row['expected'] else got
    return got == row['expected'], '%s, not %s' % (got, row['expected'])


def hostname_row(cli, folder, row):
    option = {'host': '--hostname', 'ip': '--ip', 'email': '--email'}[row['check']]
    cert = os.path.join(folder, row['cert'])
    r = Run(cli, ['verify', '--json', '--trust', cert, '--partial-chain', '--purpose', 'any', option, row['name'], cert])
    got = verdict(r)
    if row['expected'] == 'either':
        return (None if got in ('valid', 'invalid') else False), got
    if row['name'] in ('', '-') and got == 'status 2':
        got = 'invalid'  # an empty name may also be refused as wrong usage
    return got == ('valid' if row['expected'] == 'match' else 'invalid'), '%s for %s' % (got, row['name'])


def pkits_row(cli, folder, row):
    chain = row['chain'].split(',')
    a = ['verify', '--json', '--trust', folder + '/certs/' + row['trust_anchor'], '--purpose', 'any',
         '--time', '2020-01-01T12:00:00Z', '--crl-check', 'all']
    for c in chain[:-1]:
        a += ['--untrusted', folder + '/certs/' + c]
    for c in row['crls'].split(','):
        if c and c != '-':
            a += ['--crl', folder + '/crls/' + c]
    for p in row['initial_policy_set'].split(','):
        a += ['--policy', p]
    for column, option in (('initial_explicit_policy', '--explicit-policy'), ('inhibit_policy_mapping', '--inhibit-mapping'),
                           ('inhibit_any_policy', '--inhibit-any')):
        if row[column] == 'true':
            a.append(option)
    got = verdict(Run(cli, a + [folder + '/certs/' + chain[-1]]))
    if row['test_id'] in ('4.1.5', '4.14.30'):  # OpenSSL 3.0 and 3.5 refuse both; see the README
        return (None if got in ('valid', 'invalid') else False), got
    return got == row['expected'], '%s, not %s' % (got, row['expected'])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--cli', required=True)
    p.add_argument('--corpus', default=os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data',
                                                     'conformance'))
    p.add_argument('--openssl', type=int, choices=(30, 35))
    p.add_argument('--only', default=','.join(ALL))
    p.add_argument('--failures', type=int, default=20)
    p.add_argument('--jobs', type=int, default=2)
    o = p.parse_args()
    openssl = o.openssl or openssl_of(o.cli)
    work = []
    unknown = set(o.only.split(',')) - set(ALL)
    if unknown:
        p.error('no such family: ' + ', '.join(sorted(unknown)))
    for family in o.only.split(','):
        base = os.path.join(o.corpus, family)
        if family in CONTENT:
            work += [(family, r['file'], content_row, (o.cli, base, r, openssl)) for r in table(base + '/manifest.tsv')]
        elif family == 'passphrases':
            base = os.path.join(o.corpus, 'malformed')
            work += [(family, r['file'], wrong_passphrase_row, (o.cli, base, r))
                     for r in table(base + '/wrong_passphrase.tsv')]
        elif family == 'chains':
            work += [('chains:' + r['tier'], r['case'], chain_row, (o.cli, base, r))
                     for r in table(base + '/chains.tsv')]
        elif family == 'hostnames':
            work += [(family, r['cert'] + ' ' + r['name'], hostname_row, (o.cli, base, r))
                     for r in table(base + '/hostnames.tsv')]
        else:
            work += [(family, r['test_id'] + ' ' + r['name'] + ' ' + r['subpart'], pkits_row, (o.cli, base, r))
                     for r in table(base + '/pkits.tsv')]
    with ThreadPoolExecutor(o.jobs) as pool:
        results = list(pool.map(lambda w: w[2](*w[3]), work))
    per = collections.OrderedDict()
    for (family, name, _, _), (ok, why) in zip(work, results):
        f = per.setdefault(family, {'pass': 0, 'fail': [], 'free': collections.Counter()})
        if ok is None:
            f['free'][why.split(',')[0]] += 1
            if why == 'neither item nor message':
                f['fail'].append((name, why))
        elif ok:
            f['pass'] += 1
        else:
            f['fail'].append((name, why))
    must = 0
    print('%-22s %6s %6s   %s' % ('family', 'pass', 'fail', 'either (free)'))
    for family, f in per.items():
        free = ', '.join('%s %d' % x for x in sorted(f['free'].items()))
        print('%-22s %6d %6d   %s' % (family, f['pass'], len(f['fail']), free))
        must += len(f['fail'])
    for family, f in per.items():
        for name, why in f['fail'][:o.failures]:
            print('%s  %s: %s' % (family, name, why[:300]))
    total = sum(f['pass'] for f in per.values())
    print('%d passed, %d failed' % (total, sum(len(f['fail']) for f in per.values())))
    return 1 if must else 0


if __name__ == '__main__':
    sys.exit(main())
