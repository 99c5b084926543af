"""Whose address it is: the part after the @. A colleague is somebody whose address has the same one."""

FREE = frozenset(
    {
        "aol.com", "btinternet.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.co.uk", "googlemail.com",
        "hotmail.co.uk", "hotmail.com", "icloud.com", "live.co.uk", "live.com", "mac.com", "mail.com", "me.com",
        "msn.com", "ntlworld.com", "outlook.com", "outlook.co.uk", "proton.me", "protonmail.com", "sky.com",
        "talktalk.net", "tiscali.co.uk", "virginmedia.com", "yahoo.co.uk", "yahoo.com", "ymail.com", "zoho.com",
    }
)  # fmt: skip
"""Providers at whose domain anybody gets an address: sharing it makes nobody a colleague (OURS)."""


def domain_of(email: str) -> str:
    return email.strip().lower().rpartition("@")[2]


def is_free(email: str) -> bool:
    return domain_of(email) in FREE


def are_colleagues(one: str, other: str) -> bool:
    """Both addresses are of the same organisation's own domain."""
    return bool(domain_of(one)) and domain_of(one) == domain_of(other) and not is_free(one)
