"""What is wrong with a file of certificates: the same findings, but nobody sent it. Pure.

Whose file it is cannot be seen. What may have happened to it on its way here, or can be put right in it, is ours first;
what stands in the certificate itself is for whoever had it issued.
"""

from collections.abc import Mapping
from dataclasses import replace

from checks.catalogue.entry import fill
from checks.finding import ON_OUR_SIDE, Finding, Owner

_AGAIN = "Copy the file again, whole, from where it was made."
_ASK_THEM = "If it came from the other side and is no better there, ask them for another one, exported as PEM."
_WHOLE = "If it came from the other side, ask them for the whole chain."
_OF_OURS = f"{ON_OUR_SIDE}if the file holds a certificate of our own, all of this is for us to do."

# Why, where it is not the same as of a server, and what to do; over the observed values.
_IN_A_FILE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "cert-chain-incomplete": (
        "The file does not hold the certificate of {issuer}, nor is that one trusted: the way to a root is cut.",
        (
            "Add the certificate of {issuer} to the file, behind the one that it signed.",
            _WHOLE,
            "Or upload it as cup-trust, and name its file here too: --trust, or `trust` in the plan.",
        ),
    ),
    "cert-chain-order": (
        "The file has to begin with the server's own certificate, {leaf}, and to hold each issuer behind what it"
        " signed. It is not so here, and some servers send what they find in the order of the file.",
        (
            "Put the certificates of the file in order: the server's own, then its issuer, and so on.",
            "If it came from the other side, ask them whether their server sends them in this order.",
        ),
    ),
    "cert-chain-extra": (
        "",
        ("Take it out of the file.",),
    ),
}


def of_a_file(found: Finding) -> Finding:
    """A finding about a chain, as it is for whoever holds the file."""
    if found.code in _IN_A_FILE:
        why, fix = _IN_A_FILE[found.code]
        address = found.observed.get("address")
        at = f" The certificate says that it can be had at {address}." if address else ""
        steps = tuple(_filled(step, found) for step in fix)
        return replace(found, owner=Owner.YOU, why=f"{_filled(why, found)}{at}" if why else found.why, fix=steps)
    if found.code == "cert-malformed" and "position" in found.observed:
        return replace(found, owner=Owner.YOU, fix=(_AGAIN, _ASK_THEM))
    return replace(found, fix=(_OF_OURS, *found.fix)) if found.fix and found.owner is Owner.PARTNER else found


def _filled(template: str, found: Finding) -> str:
    return fill(template, found.observed)
