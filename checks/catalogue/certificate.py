"""Codes of certificates and chains."""

from checks.catalogue.entry import Entry
from checks.catalogue.sunset import sunset
from checks.finding import ON_OUR_SIDE, Owner, Severity

_SEE = "{see}"
_REISSUE = "Have a new certificate issued and installed, then exchange trust again."
_BOTH_WAYS = (
    "Have a certificate issued with both usages by a private authority that both sides trust, or by a public one whose"
    " authorities for clients are apart from those for servers.",
    "Exchange the root of that authority between the two sides.",
    "Where a product has a certificate of its own for the connections that it makes (Expressway from X15.5; for IM and"
    " Presence see CSCws03437), two certificates do instead of one.",
)
_FORM = "Have the certificate issued anew by an authority that follows RFC 5280."


def _fail(
    code: str, title: str, why: str, *fix: str, owner: Owner = Owner.PARTNER, refs: tuple[str, ...] = ("RFC 5280",)
) -> Entry:
    return Entry(code, Severity.FAIL, title, why, fix or (_REISSUE,), owner, _SEE, refs)


def _warn(
    code: str, title: str, why: str, *fix: str, owner: Owner = Owner.PARTNER, refs: tuple[str, ...] = ("RFC 5280",)
) -> Entry:
    return Entry(code, Severity.WARN, title, why, fix or (_REISSUE,), owner, _SEE, refs)


_NAMES = (
    _fail(
        "cert-name-mismatch",
        "The subject CN is not the allowed name",
        "Its subject CN is {cn}; the TLS peer subject, the CN under which the cluster lets this server in, is"
        " {expected_cn}. The cluster compares the two, never the alternative names, and refuses the connection when"
        " they differ. {also}",
        "Have a certificate issued whose CN is {expected_cn}.",
        "Or, if {cn} is right and meant to stay, tell us so.",
        f"{ON_OUR_SIDE}if {{cn}} is right, enter it as the TLS peer subject, in the TLS context too, and restart"
        " Cisco SIP Proxy. In a plan it is peer_subject of the partner, and the plan of a walk is plan.toml in"
        " its session folder: write it there, and resume the walk.",
        refs=("RFC 5922",),
    ),
    _fail(
        "cert-cn-missing",
        "The subject has no CN",
        "The cluster compares the subject CN, and there is none. OCS and Lync want one too.",
        "Have a certificate issued whose CN is the external name of the server.",
    ),
    _warn(
        "cert-cn-several",
        "The subject has several CNs",
        "They are {cns}. Which one counts differs from product to product.",
        "Have a certificate issued with one CN.",
    ),
    _fail(
        "cert-cn-not-in-san",
        "The CN is not among the alternative names",
        "The CN is {cn}, the alternative names are {names}. OCS and Lync ignore the CN where there are any.",
        "Have a certificate issued whose alternative names hold {cn}.",
        refs=("RFC 6125",),
    ),
    _warn(
        "cert-san-missing",
        "There are no alternative names",
        "It works between servers of this age, which compare the CN; newer peers refuse it.",
        "Ask for alternative names that repeat the CN at the next renewal.",
        refs=("RFC 6125",),
    ),
    _warn(
        "cert-host-not-in-san",
        "The server's name is not among the alternative names",
        "The way to this server is the name {host}; the alternative names are {names}. The cluster does not mind, but"
        " Lync and newer peers compare the name that they connect to.",
        "Have a certificate issued whose alternative names hold {host} too, and whatever else the records of your SIP"
        " domains lead to.",
        refs=("RFC 6125",),
    ),
    _fail(
        "cert-wildcard",
        "The certificate holds a wildcard",
        "{wildcards} stands for many names. OCS and Lync accept no wildcard as the subject name of an Access Edge, and"
        " the cluster compares the CN letter by letter.",
        "Have a certificate issued for the one name.",
        refs=("RFC 6125",),
    ),
)

_DATES = (
    _fail(
        "cert-expired",
        "A certificate has expired",
        "{certificate} ended at {until}; it was judged as of {at} (depth {depth}, 0 is the server's own). {hint}",
        "Renew it. If it belongs to an authority, install the renewed one on the server.",
        "If another authority signs the new one, give us its root before the change.",
        f"{ON_OUR_SIDE}if it belongs to an authority, upload the renewed one as cup-trust.",
        f"{ON_OUR_SIDE}if the date is not over, set the clock of this machine.",
    ),
    _fail(
        "cert-not-yet-valid",
        "A certificate is not valid yet",
        "{certificate} begins at {begins}; it was judged as of {at} (depth {depth}). {hint}",
        "Check NTP on both sides first.",
        "If the clocks are right, wait until {begins} or have it issued anew.",
    ),
    _warn(
        "cert-expires-soon",
        "A certificate ends soon",
        "{certificate} ends at {until}, in {days} days (depth {depth}). {its_renewal}",
        "Renew it in time. The other side has to trust the new one: agree on the day with them.",
    ),
    Entry(
        "cert-lifetime-long",
        Severity.INFO,
        "It is valid for long",
        "It is valid for {days} days. No public authority may issue one for more than 398 days, and newer peers refuse"
        " what does; a private one may.",
        ("Have it issued for at most 398 days, if a public authority signed it.",),
        Owner.CA,
        _SEE,
        ("CA/Browser Forum Baseline Requirements 6.3.2",),
    ),
)

_CHAIN = (
    _fail(
        "cert-chain-incomplete",
        "An intermediate certificate is missing",
        "The issuer {issuer} was neither sent nor is it trusted, so the way to a root is cut. {aia}",
        "Install the certificate of {issuer} on the server, in the store for intermediate authorities of the computer.",
        f"{ON_OUR_SIDE}or upload it as cup-trust, and name its file here too: --trust, or `trust` in the plan.",
    ),
    _fail(
        "cert-root-untrusted",
        "The root is not trusted",
        "The chain ends at {root}, which has to be among the trusted ones. {so} {cause}",
        "If it is the right authority, upload its root as cup-trust, and name its file here too: --trust, or `trust` in"
        " the plan.",
        "Compare its SHA-256 with what its owner tells you, by telephone or on paper.",
        owner=Owner.YOU,
    ),
    _fail(
        "cert-root-rekeyed",
        "The root has another key",
        "A root of this name is trusted, with another key: {root}. The authority was renewed, and the copy is the old"
        " one; or it is another authority that bears the same name.",
        "Get the present root from its owner, compare its SHA-256, and upload it as cup-trust.",
        owner=Owner.YOU,
    ),
    _fail(
        "cert-self-signed",
        "The certificate is signed by itself",
        "{certificate} is signed with its own key: no authority vouches for it.",
        "Have it signed by an authority.",
        f"{ON_OUR_SIDE}or, between an ASA and the cluster, trust this very certificate.",
    ),
    _warn(
        "cert-chain-order",
        "The chain is in the wrong order",
        "The server's own certificate, {leaf}, has to come first, and behind each one its issuer. It is not so here,"
        " and some peers give up.",
        "Put the certificates in order: the server's own, then its issuer, and so on.",
        refs=("RFC 5246 7.4.2",),
    ),
    _warn(
        "cert-chain-extra",
        "The chain holds what need not be sent",
        "Not needed here: {named}. It is not on the way to the root, stands there twice, or is the root itself.",
        "Remove it from what the server sends.",
        refs=("RFC 5246 7.4.2",),
    ),
    _fail(
        "cert-signature-invalid",
        "A signature is wrong",
        "The signature of {certificate} does not verify under the key of {issuer} (depth {depth}). It was altered, or"
        " another key signed it.",
    ),
    _fail(
        "cert-signature-weak",
        "A signature is weak",
        "{certificate} is signed with {hash} (depth {depth}), which can be forged and which peers refuse.",
        "Have it issued anew, signed with SHA-256.",
    ),
    _fail(
        "cert-key-weak",
        "A key is weak",
        "{certificate} has the key {key} (depth {depth}). Peers refuse RSA under 2048 bits or of an odd length, small"
        " exponents, P-192 and DSA.",
        "Make a new key, RSA with 2048 bits, and have a certificate issued for it.",
    ),
    _warn(
        "cert-key-large",
        "A key is larger than old peers take",
        "{certificate} has the key {key} (depth {depth}). Firewalls and Windows of that age stop at 4096 bits, and the"
        " handshake grows long.",
        "Have the next certificate issued for an RSA key with 2048 to 4096 bits.",
    ),
)

_PURPOSE = (
    _fail(
        "cert-eku-server-missing",
        "It may not be used as a server",
        "Its extended key usage holds {usages}, not server authentication, so nobody may connect to it.",
        "Have a certificate issued with both server and client authentication.",
    ),
    _fail(
        "cert-eku-client-missing",
        "It may not be used as a client",
        "Its extended key usage holds {usages}, not client authentication. Federation is mutual TLS and runs both"
        " ways: the side that connects shows its certificate as a client."
        f" {sunset().in_general()} {{what_its_issuer_does}}",
        *_BOTH_WAYS,
        refs=("RFC 5280", "Cisco FN74345"),
    ),
    _warn(
        "cert-eku-any",
        "It names any usage",
        "Its extended key usage holds {usages}. Windows takes 'any' for all, other products refuse it.",
        "Name server and client authentication at the next renewal.",
    ),
    _fail(
        "cert-issuer-eku",
        "An authority is limited to one direction",
        "{certificate} may only issue for {usages} (depth {depth}). Mutual TLS needs server and client authentication"
        " all the way up. Public authorities make their new ones for servers alone. {what_its_issuer_does}",
        "Have the certificate issued under an authority that is not limited.",
        *_BOTH_WAYS,
        owner=Owner.CA,
        refs=("RFC 5280", "Cisco FN74345"),
    ),
    _fail(
        "cert-key-usage",
        "Its key usage does not fit TLS",
        "Its key usage holds {usages}, and lacks {lacks}. Modern handshakes and a client need digital signature; old"
        " edges with RSA need key encipherment.",
        "Have a certificate issued with digital signature and key encipherment, or without the extension.",
    ),
    _warn(
        "cert-is-ca",
        "It is the certificate of an authority",
        "{certificate} may sign other certificates. A server should not hold such a key, and some peers refuse it.",
        "Have a certificate issued for the server alone.",
    ),
    _fail(
        "cert-issuer-not-ca",
        "An issuer is no authority",
        "{certificate} signed the one below it and may not issue certificates (depth {depth}).",
        "Have the certificate issued by a proper authority.",
        owner=Owner.CA,
    ),
    _fail(
        "cert-path-length",
        "The chain is too long",
        "{certificate} allows {allowed} intermediates below it; there are {below} (depth {depth}).",
        "Have the certificate issued by an authority that is allowed to.",
        owner=Owner.CA,
    ),
    _fail(
        "cert-name-constraint",
        "A name is outside what its authority may sign",
        "{certificate} (depth {depth}) may not vouch for {name}: {constraint}.",
        "Have the certificate issued by an authority for this name.",
        owner=Owner.CA,
    ),
)

_FORMS = (
    _fail(
        "cert-version-old",
        "It has an old form",
        "It is an X.509 version {version} certificate, which has no extensions.",
        _FORM,
    ),
    _fail(
        "cert-critical-extension",
        "It demands something unknown",
        "{certificate} holds the critical extension {oid} (depth {depth}). What is not understood must be refused.",
        _FORM,
    ),
    _fail(
        "cert-revoked",
        "It was revoked",
        "{certificate} (depth {depth}) was taken back by its authority on {since}.",
        _REISSUE,
        refs=("RFC 5280 6.3",),
    ),
    Entry(
        "cert-revocation-unknown",
        Severity.INFO,
        "Revocation is not known",
        "Whether {certificate} (depth {depth}) was revoked is not known. {reason}",
        ("See that the revocation list can be fetched over HTTP: an edge fetches it too.",),
        Owner.CA,
        _SEE,
    ),
    _warn(
        "cert-crl-inside",
        "Its revocation list is out of reach",
        "{certificate} names its revocation list only at {places} (depth {depth}), which nobody outside can ask. An"
        " edge server looks lists up over HTTP, and may refuse a certificate whose list it cannot get.",
        "Publish the list over HTTP too, and have that address stand before the others in new certificates.",
        owner=Owner.CA,
        refs=("RFC 5280 4.2.1.13",),
    ),
    Entry(
        "cert-crl-missing",
        Severity.INFO,
        "It says nowhere whether it was revoked",
        "{certificates}: neither a revocation list nor a responder is named. Should a key be stolen, nobody outside can"
        " see that its certificate was taken back.",
        ("Have the next one name a list or a responder over HTTP, if its authority has one.",),
        Owner.CA,
        _SEE,
        ("RFC 5280 4.2.1.13",),
    ),
    Entry(
        "cert-public",
        Severity.INFO,
        "A public authority signed it",
        "{issuer} is a public authority, and bound by the rules of browsers. {told}",
        (
            "Before it is renewed, see that a CAA record of its domain, where there is one, names this authority:"
            " otherwise it may not sign.",
        ),
        Owner.PARTNER,
        _SEE,
        ("RFC 6962", "RFC 8659"),
    ),
    Entry(
        "cert-caa",
        Severity.INFO,
        "The DNS says who may sign for this name",
        "A CAA record at {at} says which public authorities may sign for {subject}: {who}. {issuer} signed the present"
        " certificate.",
        (
            "Before the next certificate is ordered, see that the authority that will sign it is one of these. Its"
            " documentation says by which name it is known there.",
            'If it is not, publish for {at}: CAA 0 issue "NAME", with that name.',
        ),
        Owner.YOUR_DNS_ADMIN,
        "dig {at} CAA",
        ("RFC 8659",),
    ),
    Entry(
        "cert-replaced",
        Severity.INFO,
        "The certificate was replaced",
        "The server shows another certificate than at {last_seen}: then SHA-256 {before}, now {now}. Where the two"
        " sides trust this very certificate, or another authority signed it, trust has to be exchanged again.",
        ("If you did not replace it, find out who did.", "Exchange trust again, if the authority changed too."),
        Owner.PARTNER,
        "openssl s_client -connect {subject} -showcerts </dev/null",
    ),
    Entry(
        "cert-key-shared",
        Severity.INFO,
        "Two certificates have one key",
        "Different certificates are shown with the same key: {certificates}. Who takes that key from one server has"
        " them all, and renewing one of them does not change that.",
        ("Make a key for each server.",),
        Owner.PARTNER,
        _SEE,
    ),
    Entry(
        "cert-serial-shared",
        Severity.INFO,
        "Two certificates have one serial number",
        "{issuer} gave the serial number {serial} to different certificates: {certificates}. When one is revoked, so is"
        " the other.",
        ("Have one of them issued anew.",),
        Owner.CA,
        _SEE,
        ("RFC 5280 4.1.2.2",),
    ),
    _fail(
        "cert-malformed",
        "It cannot be read",
        "{which} is not as the standard has it: {reason}.",
        "Export it again from where it was made, as PEM.",
        _FORM,
    ),
)

ENTRIES = (
    Entry(
        "cert-ok",
        Severity.PASS,
        "The certificate is good",
        "Its CN is {cn}, it is valid until {until}, and serves both ways. {fresh}",
        verify=_SEE,
    ),
    *_NAMES,
    *_DATES,
    *_CHAIN,
    *_PURPOSE,
    *_FORMS,
)
