"""A small places database in MaxMind's format, made by the format's public description: a binary tree over IPv4 addresses, then the records, then what it says of itself."""
import ipaddress
import struct

MARK = b"\xab\xcd\xefMaxMind.com"


def encoded(value):
    """A value in the format's data section: texts, maps, lists and unsigned numbers."""
    if isinstance(value, str):
        raw = value.encode()
        assert len(raw) < 285
        return (bytes([0x40 | len(raw)]) if len(raw) < 29 else bytes([0x5D, len(raw) - 29])) + raw
    if isinstance(value, dict):
        return bytes([0xE0 | len(value)]) + b"".join(encoded(name) + encoded(one) for name, one in value.items())
    if isinstance(value, list):
        return bytes([len(value), 4]) + b"".join(map(encoded, value))
    return b"\xc4" + struct.pack(">I", value)


def record(city, region, code, country, timezone):
    """A record as city databases have them; what is None is left out."""
    named = {"en": country, "fr": country}
    whole = {"city": city and {"names": {"en": city}}, "subdivisions": region and [{"names": {"en": region}}], "country": {"iso_code": code, "names": named}, "location": timezone and {"time_zone": timezone}}
    return {name: value for name, value in whole.items() if value}


def write(path, places):
    """`places` is {network: record}; networks must not overlap."""
    tree, data, offsets = [[None, None]], b"", {}
    for network, place in places.items():
        offsets[network], data = len(data), data + encoded(place)
        network, node = ipaddress.ip_network(network), 0
        bits = [int(network.network_address) >> (31 - depth) & 1 for depth in range(network.prefixlen)]
        for bit in bits[:-1]:
            if tree[node][bit] is None:
                tree.append([None, None])
                tree[node][bit] = len(tree) - 1
            node = tree[node][bit]
        tree[node][bits[-1]] = ("data", offsets[str(network)])
    size = len(tree)
    pointer = lambda side: size if side is None else side if isinstance(side, int) else size + 16 + side[1]
    nodes = b"".join(struct.pack(">I", pointer(side))[1:] for node in tree for side in node)
    about = {"node_count": size, "record_size": 24, "ip_version": 4, "database_type": "Test-City", "languages": ["en", "fr"], "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "description": {"en": "A test"}}
    path.write_bytes(nodes + bytes(16) + data + MARK + encoded(about))
