"""Which addresses a request of ours may connect to, as an explicit list.

Python's own `is_private` and `is_global` disagree with practice on shared address space, NAT64
and 6to4, so the ranges are written out (IANA special-purpose address registries).
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NEVER = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.192/32", "100.100.100.200/32", "224.0.0.0/4",
        "240.0.0.0/4", "255.255.255.255/32", "::/128", "fe80::/10", "fd00:ec2::254/128", "ff00::/8",
    )
)  # fmt: skip
PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "::1/128", "100::/64", "2001:db8::/32", "fc00::/7",
    )
)  # fmt: skip


@lru_cache(maxsize=8192)
def refusal(text: str, *, private_allowed: bool) -> str | None:
    """Why the address may not be connected to, or None when it may."""
    address = _embedded(ip_address(text.split("%", 1)[0]))
    if _within(address, NEVER):
        return f"{text} is link-local, multicast, reserved or a metadata address"
    if not private_allowed and _within(address, PRIVATE):
        return f"{text} is a loopback or private address"
    return None


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), else the address."""
    if isinstance(address, IPv4Address):
        return address
    if address in ip_network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == n.version and address in n for n in networks)
