# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a name server for the addresses of names, all the time until the file C(stop) is there.

Prints how often it asked, and every question that had no answer, or not one of the addresses that are allowed.
The names: C(name=address,address) ...; the server: the first argument.
"""

import os
import socket
import struct
import sys
import time

WAIT = 2.0
server, stop = sys.argv[1], sys.argv[2]
names = [(word.split("=")[0], word.split("=")[1].split(",")) for word in sys.argv[3:]]


def answer(name, identity):
    """The response code and the addresses of the answer."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    query = struct.pack("!HHHHHH", identity, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(WAIT)
        connection.sendto(query, (server, 53))
        data = connection.recv(4096)
    # Names in answers are pointers to the question: a record has 12 bytes and its data.
    place, found = len(query), []
    for _number in range(struct.unpack("!H", data[6:8])[0]):
        kind, _class, _ttl, length = struct.unpack("!HHIH", data[place + 2 : place + 12])
        if kind == 1:
            found.append(socket.inet_ntoa(data[place + 12 : place + 12 + length]))
        place += 12 + length
    return data[3] & 15, found


count = 0
while not os.path.exists(stop):
    for name, allowed in names:
        count += 1
        try:
            code, found = answer(name, count % 65536)
            wrong = code != 0 or not set(found) & set(allowed)
        except OSError as problem:
            code, found, wrong = str(problem), [], True
        if wrong:
            print("{0:.3f} {1}: {2} {3}".format(time.time(), name, code, found), flush=True)
    time.sleep(0.02)
print("asked {0}".format(count), flush=True)
