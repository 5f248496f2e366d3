"""Codes of certificates and chains."""

from checks.catalogue.entry import Entry
from checks.finding import Owner, Severity

_SEE = "openssl x509 -noout -subject -issuer -dates -ext subjectAltName,extendedKeyUsage"
_REISSUE = "Have a new certificate issued and installed."


def _fail(code: str, title: str, why: str, *fix: str) -> Entry:
    return Entry(code, Severity.FAIL, title, why, fix or (_REISSUE,), Owner.PARTNER, _SEE, ("RFC 5280",))


def _warn(code: str, title: str, why: str, *fix: str) -> Entry:
    return Entry(code, Severity.WARN, title, why, fix or (_REISSUE,), Owner.PARTNER, _SEE, ("RFC 5280",))


ENTRIES = (
    Entry(
        "cert-ok", Severity.PASS, "The certificate is good", "It is {cn}, valid until {until}, and serves both ways."
    ),
    _fail(
        "cert-name-mismatch",
        "The subject CN is not the allowed name",
        "Its subject CN is {cn}; the TLS peer subject is {expected_cn}. The cluster compares the two and refuses.",
        "Have a certificate issued whose CN is {expected_cn}.",
        "Or, if {cn} is right, enter it as the TLS peer subject.",
    ),
    _fail("cert-cn-missing", "The subject has no CN", "The cluster compares the subject CN, and there is none."),
    _warn(
        "cert-cn-several",
        "The subject has several CNs",
        "Which one counts differs from product to product: {cns}.",
        "Have a certificate issued with one CN.",
    ),
    _fail(
        "cert-cn-not-in-san",
        "The CN is not among the alternative names",
        "The alternative names are {names}. Microsoft ignores the CN when there are any.",
        "Have a certificate issued whose alternative names hold {cn}.",
    ),
    _warn(
        "cert-san-missing",
        "There are no alternative names",
        "It works with servers of this age; newer ones refuse it.",
        "Ask for alternative names at the next renewal.",
    ),
    _fail(
        "cert-wildcard",
        "The certificate is for a wildcard",
        "{names} stands for many names. OCS and Lync accept no wildcard for an Access Edge.",
        "Have a certificate issued for the one name.",
    ),
    _fail("cert-expired", "A certificate has expired", "{subject} ended on {until} (depth {depth})."),
    _fail(
        "cert-not-yet-valid",
        "A certificate is not valid yet",
        "{subject} begins on {begins} (depth {depth}). Or a clock is wrong.",
        "Check the clocks on both sides first.",
        _REISSUE,
    ),
    _warn("cert-expires-soon", "A certificate ends soon", "{subject} ends on {until}, in {days} days (depth {depth})."),
    _fail(
        "cert-chain-incomplete",
        "An intermediate certificate is missing",
        "The issuer {issuer} was not sent and is not trusted, so the way to the root is cut.",
        "Install the intermediate {issuer} on the server. {aia}",
    ),
    _fail(
        "cert-root-untrusted",
        "The root is not trusted",
        "The chain ends at {root}, which is not among the trusted ones.",
        "If it is the partner's authority, upload it as cup-trust, and give it to the wizard as trust.",
    ),
    _fail(
        "cert-root-rekeyed",
        "The root has a new key",
        "A root of this name is trusted, with another key: {root}.",
        "Get the new root from the partner and upload it as cup-trust.",
    ),
    _fail(
        "cert-self-signed",
        "The certificate is signed by itself",
        "No authority vouches for it.",
        "Have it signed by an authority, or trust this very certificate.",
    ),
    _warn("cert-chain-order", "The chain is in the wrong order", "Each certificate must be signed by the next one."),
    _warn("cert-chain-extra", "The chain holds what does not belong there", "{extra} is not on the way to the root."),
    _fail(
        "cert-signature-invalid", "A signature is wrong", "The signature of {subject} does not verify (depth {depth})."
    ),
    _fail("cert-signature-weak", "A signature is weak", "{subject} is signed with {hash} (depth {depth})."),
    _fail("cert-key-weak", "A key is weak", "{subject} has the key {key} (depth {depth})."),
    _fail(
        "cert-eku-server-missing",
        "It may not be used as a server",
        "Its extended key usage holds {usages}, not server authentication.",
    ),
    _fail(
        "cert-eku-client-missing",
        "It may not be used as a client",
        "Its extended key usage holds {usages}, not client authentication. Federation is mutual: it needs both."
        " Public authorities are ceasing to issue it.",
        "Use an authority that still issues both usages, such as a private one.",
    ),
    _warn("cert-eku-any", "It names any usage", "Its extended key usage is only 'any', which some products refuse."),
    _fail(
        "cert-issuer-eku",
        "An authority is limited to one direction",
        "{subject} may only issue for {usages} (depth {depth}), and federation needs both directions.",
    ),
    _fail("cert-key-usage", "Its key may not be used for TLS", "Its key usage holds {usages}."),
    _warn(
        "cert-is-ca", "It is the certificate of an authority", "A server should not show an authority's certificate."
    ),
    _fail("cert-issuer-not-ca", "An issuer is no authority", "{subject} may not issue certificates (depth {depth})."),
    _fail("cert-path-length", "The chain is too long", "{subject} allows fewer intermediates (depth {depth})."),
    _fail("cert-name-constraint", "A name is outside what its authority may sign", "{subject} forbids {name}."),
    _fail("cert-version-old", "It has an old form", "It is an X.509 version {version} certificate."),
    _fail("cert-critical-extension", "It demands something unknown", "The critical extension {oid} is not understood."),
    Entry(
        "cert-lifetime-long",
        Severity.INFO,
        "It is valid for long",
        "It is valid for {days} days; public authorities may issue 398.",
        (),
        Owner.CA,
    ),
    _fail("cert-revoked", "It was revoked", "Its authority took it back on {since}."),
    Entry("cert-revocation-unknown", Severity.INFO, "Revocation is not known", "{reason}", (), Owner.CA),
    _fail("cert-malformed", "It cannot be read", "{reason}"),
)
