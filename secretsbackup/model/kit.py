"""Recovery kits: a profile's settings and its secret key, as lines that can be typed and codes to scan.

A kit is made of three series that all look alike, S (the settings), K (the key, as OpenPGP has it, under
its passphrase) and Q (both, for QR codes):

    K03/19: ABCD EFGH IJKL …  WXYZ

the number of the line and of them all, base32 (RFC 4648) and a checksum of the line. Beside them the key
stands once more as the armored block that gpg imports. Any whole copy of each will do.
"""

import base64
import binascii
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator

import msgspec

VERSION = 1
_LINE = 30
"""Bytes in a line: 48 letters."""
_PIECE = 1100
"""Bytes in a QR code at most: 1760 letters, which a telephone still reads well on 5 centimetres."""
_MOST = 1 << 20
"""Bytes; settings are some hundreds."""
_TAG = re.compile(
    r"(?<![\w/])([SKQ])[ \t]?([0-9OIL]{1,4})[ \t]?/[ \t]?([0-9OIL]{1,4})(?![\w/])", re.IGNORECASE
)
_BEGIN, _END = (f"-----{word} PGP PRIVATE KEY BLOCK-----" for word in ("BEGIN", "END"))


class Kit(msgspec.Struct, frozen=True):
    """What comes back: the day it was made, the settings (as profiles.toml has them) and the secret key."""

    made: str
    settings: str
    key: bytes


class Reading(msgspec.Struct, frozen=True):
    """A kit that was read, and what in it was damaged but stood there once more."""

    kit: Kit
    faults: tuple[str, ...]


class _Head(msgspec.Struct, frozen=True):
    """The content of the S lines; `key` is a digest of the key that goes with them."""

    kit: int
    made: str
    key: str
    settings: str


def settings_lines(kit: Kit, version: int = VERSION) -> tuple[str, ...]:
    """The S lines, as a program of this version writes them."""
    return numbered_lines("S", _head(kit, version))


def key_lines(kit: Kit) -> tuple[str, ...]:
    """The K lines; what is between number and checksum is the base32 of the key."""
    return numbered_lines("K", kit.key)


def pieces(kit: Kit) -> tuple[str, ...]:
    """The texts of the QR codes; only letters that a code packs densely."""
    head = _head(kit)
    whole = len(head).to_bytes(4) + head + kit.key
    count = -(-len(whole) // _PIECE)
    size = -(-len(whole) // count // 5) * 5
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    return tuple(
        _line("Q", number, len(chunks), chunk).replace("=", "") for number, chunk in _numbered(chunks)
    )


def armored(key: bytes) -> str:
    """The key as plain gpg imports it (RFC 4880, 6)."""
    text = base64.b64encode(key).decode()
    rows = [text[at : at + 64] for at in range(0, len(text), 64)]
    check = "=" + base64.b64encode(_crc24(key)).decode()
    return "\n".join([_BEGIN, "", *rows, check, _END])


def parse(text: str) -> Reading:
    """Read a kit from a file, from what was typed or what a scanner gave; ValueError says what is wrong."""
    found = {series: _collected(series, text) for series in "SKQ"}
    block, block_fault = _dearmored(text)
    faults = [fault for _, wrong in found.values() for fault in wrong] + (
        [block_fault] if block_fault else []
    )
    scanned_head, scanned_key = _split(found["Q"][0])
    heads = [one for one in (found["S"][0], scanned_head) if one]
    keys = [one for one in (found["K"][0], scanned_key, block) if one]
    if not heads and not keys:
        raise ValueError(_told(faults) or "it holds no line of a kit (S1/…, K1/…) and no key")
    if not heads:
        raise ValueError(_told(faults) or "its settings (the lines S1/…) are missing")
    if not keys:
        raise ValueError(_told(faults) or "its key (the lines K1/…) is missing")
    return Reading(_matching(heads, keys), tuple(faults))


def _head(kit: Kit, version: int = VERSION) -> bytes:
    head = _Head(version, kit.made, digest(kit.key), kit.settings)
    return zlib.compress(msgspec.json.encode(head), 9)


def numbered_lines(series: str, content: bytes) -> tuple[str, ...]:
    """Bytes as lines that can be typed, each with its series, number and checksum."""
    chunks = [content[at : at + _LINE] for at in range(0, len(content), _LINE)]
    return tuple(_line(series, number, len(chunks), chunk) for number, chunk in _numbered(chunks))


def _numbered(chunks: list[bytes]) -> Iterator[tuple[int, bytes]]:
    return enumerate(chunks, 1)


def _line(series: str, number: int, total: int, chunk: bytes) -> str:
    data = base64.b32encode(chunk).decode()
    groups = [data] if series == "Q" else [data[at : at + 4] for at in range(0, len(data), 4)]
    check = _check(series, number, total, data.rstrip("="))
    return f"{series}{number:0{len(str(total))}}/{total}: {' '.join(groups)}  {check}"


def _check(series: str, number: int, total: int, data: str) -> str:
    """Four letters; a CRC of 16 bits finds every wrong letter, and neighbours that changed places."""
    line = f"{series}{number}/{total} {data}".encode()
    return base64.b32encode(binascii.crc_hqx(line, 0).to_bytes(2)).decode()[:4]


def _collected(series: str, text: str) -> tuple[bytes | None, list[str]]:
    """The content of a series, if all its lines are there; else None and what is wrong with each."""
    good: dict[tuple[int, int], str] = {}
    bad: dict[tuple[int, int], str] = {}
    for number, total, body in _tagged(series, text):
        data = _proven(series, number, total, body)
        if data is None:
            bad[total, number] = body
        else:
            good[total, number] = data
    if not good and not bad:
        return None, []
    total = Counter(of for of, _ in good or bad).most_common(1)[0][0]
    missing = [number for number in range(1, total + 1) if (total, number) not in good]
    if missing:
        return None, [_fault(series, number, total, bad.get((total, number))) for number in missing]
    whole = "".join(good[total, number] for number in range(1, total + 1))
    return base64.b32decode(whole + "=" * (-len(whole) % 8)), []


def _tagged(series: str, text: str) -> Iterator[tuple[int, int, str]]:
    """The number, the total and the rest of each line of a series."""
    for line in text.splitlines():
        tags = list(_TAG.finditer(line))
        ends = [*(tag.start() for tag in tags[1:]), len(line)]
        for tag, end in zip(tags, ends, strict=False):
            number, total = (
                int(re.sub("[IL]", "1", digits.upper().replace("O", "0"))) for digits in tag.group(2, 3)
            )
            if tag[1].upper() == series and 1 <= number <= total:
                yield number, total, line[tag.end() : end]


def _proven(series: str, number: int, total: int, body: str) -> str | None:
    """The letters of a line if its checksum agrees; a digit that is never printed is the letter like it."""
    typed = _letters(body).upper().replace("0", "O").replace("8", "B")
    for letters in (typed.replace("1", "I"), typed.replace("1", "L")):
        data, check = letters[:-4], letters[-4:]
        if re.fullmatch("[A-Z2-7]+", data) and check == _check(series, number, total, data) and _whole(data):
            return data
    return None


def _letters(body: str) -> str:
    return re.sub(r"[\s=.:·-]", "", body)


def _whole(data: str) -> bool:
    """Whether base32 can be that long (RFC 4648, 6)."""
    return len(data) % 8 not in (1, 3, 6)


def _fault(series: str, number: int, total: int, body: str | None) -> str:
    if series == "Q":
        return f"code {number} of {total} is {'missing' if body is None else 'not as it was printed'}"
    line = f"line {series}{number:0{len(str(total))}}/{total}"
    if body is None:
        return f"{line} is missing"
    count, printed = len(_letters(body)), _LINE * 8 // 5 + 4
    hint = f": it has {count} letters where {printed} are" if number < total and count != printed else ""
    return f"{line} is not as it was printed{hint}"


def _told(faults: list[str]) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{faults[0]}{more}" if faults else ""


def _split(scanned: bytes | None) -> tuple[bytes, bytes]:
    if scanned is None:
        return b"", b""
    end = 4 + int.from_bytes(scanned[:4])
    return scanned[4:end], scanned[end:]


def _matching(heads: list[bytes], keys: list[bytes]) -> Kit:
    """The first settings and the key that goes with them."""
    for head in map(_opened, heads):
        for key in keys:
            if digest(key) == head.key:
                return Kit(head.made, head.settings, key)
    raise ValueError("its settings and its key are of two different kits")


def _opened(content: bytes) -> _Head:
    try:
        head = msgspec.json.decode(zlib.decompressobj().decompress(content, _MOST), type=_Head)
    except (zlib.error, msgspec.DecodeError):
        raise ValueError("its settings (the lines S1/…) are of different kits, or of no kit") from None
    if head.kit > VERSION:
        raise ValueError("it was made by a newer version of this program; upgrade this one")
    return head


def digest(key: bytes) -> str:
    """What tells one key from another, in the head of a kit."""
    return hashlib.sha256(key).hexdigest()[:16]


def _dearmored(text: str) -> tuple[bytes | None, str]:
    """The armored block, if there is one and it is whole; else None and what is wrong with it."""
    begin, end = text.find(_BEGIN), text.find(_END)
    if begin < 0 and end < 0:
        return None, ""
    fault = "the block between BEGIN and END PGP PRIVATE KEY BLOCK is damaged"
    if begin < 0 or end < begin:
        return None, fault
    rows = [row.strip() for row in text[begin + len(_BEGIN) : end].splitlines()]
    check = [row[1:] for row in rows if row.startswith("=")]
    try:
        key = base64.b64decode(
            "".join(row for row in rows if not re.match("=|[A-Za-z]+: ", row)), validate=True
        )
        right = check == [base64.b64encode(_crc24(key)).decode()]
    except ValueError:
        return None, fault
    return (key, "") if right else (None, fault)


def _crc24(content: bytes) -> bytes:
    """The checksum of an armored block (RFC 4880, 6.1)."""
    crc = 0xB704CE
    for byte in content:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return crc.to_bytes(3)
