#!/usr/bin/python3
"""A mail relay that misbehaves: relay.py PORT LOG [NAME=VALUE...]

greet=CODE       says CODE instead of 220       ehlo=CODE, mail=CODE, data=CODE
rcpt=CODE[:TO]   refuses recipients, or one     end=CODE: the answer to a mail's data
die=1            hangs up after the data        drop=N: 421 to MAIL after N mails of a connection
cut=N            hangs up without a word after N mails of a connection
silent=WORD      never answers WORD (greet, ehlo, mail, rcpt, data, end)
auth=CODE        offers AUTH and answers CODE
tls=CERT:KEY     offers STARTTLS                offer=1: offers it and answers 454
hold=FILE        answers a mail's data once FILE exists
times=N          misbehaves N times, then no more

LOG gets a line for each connection (conn), command (> ...) and mail (mail MESSAGE-ID TO).
"""
import os
import re
import socket
import ssl
import sys
import threading
import time

port, log_path = int(sys.argv[1]), sys.argv[2]
fault = dict(a.split('=', 1) for a in sys.argv[3:])
left = [int(fault.get('times', 10 ** 9))]
lock = threading.Lock()


def log(text):
    with lock, open(log_path, 'a', encoding='utf-8') as f:
        f.write(text + '\n')


def wrong(name):
    """The value of a fault while it still happens, else None."""
    if name not in fault or left[0] <= 0:
        return None
    left[0] -= 1
    return fault[name]


class Gone(Exception):
    pass


class Session:
    def __init__(self, sock):
        self.sock, self.file, self.mails = sock, sock.makefile('rb'), 0

    def say(self, what, usual):
        if fault.get('silent') == what and wrong('silent'):
            time.sleep(10 ** 6)
        code = wrong(what) if what != 'rcpt' else None
        self.sock.sendall(f'{code} no\r\n'.encode() if code else usual)
        return not code

    def data(self, to):
        lines = []
        while (line := self.file.readline()) != b'.\r\n':
            if not line:
                raise Gone
            lines.append(line[1:] if line.startswith(b'.') else line)
        text = b''.join(lines)
        assert b'\n' not in text.replace(b'\r\n', b'') and b'\r' not in text.replace(b'\r\n', b'')
        log('mail ' + re.search(rb'^Message-ID: (\S+)', text, re.M).group(1).decode() + ' ' + to)
        while 'hold' in fault and not os.path.exists(fault['hold']):
            time.sleep(0.02)
        if wrong('die'):
            raise Gone
        self.say('end', b'250 taken\r\n')
        self.mails += 1

    def rcpt(self, to):
        code, _, whom = fault.get('rcpt', ':').partition(':')
        if code and whom in ('', to) and wrong('rcpt'):
            self.sock.sendall(f'{code} no\r\n'.encode())
        else:
            self.say('rcpt', b'250 ok\r\n')

    def ehlo(self, secure):
        offers = ['relay']
        if ('tls' in fault or 'offer' in fault) and not secure:
            offers.append('STARTTLS')
        if 'auth' in fault:
            offers.append('AUTH PLAIN')
        self.say('ehlo', ''.join(f'250{"-" if i < len(offers) - 1 else " "}{o}\r\n' for i, o in enumerate(offers)).encode())

    def starttls(self):
        if 'tls' not in fault:
            self.sock.sendall(b'454 not now\r\n')
            return
        self.sock.sendall(b'220 go\r\n')
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*fault['tls'].split(':'))
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.file = self.sock.makefile('rb')

    def run(self):
        log('conn')
        self.say('greet', b'220 relay\r\n')
        to = ''
        while line := self.file.readline():
            word = line.decode('latin-1').rstrip('\r\n')
            log('> ' + word)
            verb = word.split(' ')[0].upper()
            if verb in ('EHLO', 'HELO'):
                self.ehlo(isinstance(self.sock, ssl.SSLSocket))
            elif verb == 'STARTTLS':
                self.starttls()
            elif verb == 'AUTH':
                if word.count(' ') == 1:
                    self.sock.sendall(b'334 \r\n')
                    self.file.readline()
                self.say('auth', b'235 ok\r\n')
            elif verb == 'MAIL':
                if self.mails >= int(fault.get('cut', 10 ** 9)):
                    raise Gone
                if self.mails >= int(fault.get('drop', 10 ** 9)):
                    self.sock.sendall(b'421 too many\r\n')
                    raise Gone
                self.say('mail', b'250 ok\r\n')
            elif verb == 'RCPT':
                to = word.partition('<')[2].rstrip('>')
                self.rcpt(to)
            elif verb == 'DATA':
                if self.say('data', b'354 go\r\n'):
                    self.data(to)
            elif verb == 'QUIT':
                self.sock.sendall(b'221 bye\r\n')
                return
            else:
                self.sock.sendall(b'250 ok\r\n')


def serve(sock):
    try:
        Session(sock).run()
    except (Gone, OSError):
        pass
    finally:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(('127.0.0.1', port))
server.listen(100)
log('ready')
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
