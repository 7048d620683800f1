#!/usr/bin/python3
"""Looks into a Maildir: mail.py FOLDER COMMAND...

to             recipients, sorted, one a line
count          how many mails
header TO NAME every value of a header of the mails to TO, decoded
raw TO NAME    the same as it travelled, joined lines
body TO        the text of the one mail to TO
lines TO       the length of the longest line
"""
import email
import email.policy
import os
import sys


def read(folder):
    for name in sorted(os.listdir(os.path.join(folder, 'new'))):
        with open(os.path.join(folder, 'new', name), 'rb') as f:
            yield f.read()


def parsed(folder, to, policy=email.policy.default):
    for raw in read(folder):
        m = email.message_from_bytes(raw, policy=policy)
        if m['To'] == to:
            yield m, raw


def main(folder, command, *args):
    if command == 'to':
        print('\n'.join(sorted(email.message_from_bytes(raw)['To'] for raw in read(folder))))
    elif command == 'count':
        print(len(list(read(folder))))
    elif command == 'header':
        for m, _ in parsed(folder, args[0]):
            assert not m.defects and not any(v.defects for v in m.values()), m.items()
            print('\n'.join(str(v) for v in m.get_all(args[1], [])))
    elif command == 'raw':
        for m, _ in parsed(folder, args[0], email.policy.compat32):
            print('\n'.join(v.replace('\n', '').replace('\r', '') for v in m.get_all(args[1], [])))
    elif command == 'body':
        (m, _), = parsed(folder, args[0])
        print(m.get_content())
    elif command == 'lines':
        (_, raw), = parsed(folder, args[0])
        print(max(len(line) for line in raw.splitlines()))


main(*sys.argv[1:])
