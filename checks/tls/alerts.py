"""TLS alerts by number, in words (RFC 5246 7.2, RFC 6066 9, RFC 8446 6), and what each means here."""

from collections.abc import Mapping

HANDSHAKE_FAILURE, CERTIFICATE_REQUIRED = 40, 116
PROTOCOL_VERSION, INSUFFICIENT_SECURITY, INAPPROPRIATE_FALLBACK, UNRECOGNIZED_NAME = 70, 71, 86, 112

_WORDS: Mapping[int, str] = {
    0: "close notify",
    10: "unexpected message",
    20: "bad record mac",
    21: "decryption failed",
    22: "record overflow",
    30: "decompression failure",
    HANDSHAKE_FAILURE: "handshake failure",
    41: "no certificate",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    47: "illegal parameter",
    48: "unknown ca",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    PROTOCOL_VERSION: "protocol version",
    INSUFFICIENT_SECURITY: "insufficient security",
    80: "internal error",
    INAPPROPRIATE_FALLBACK: "inappropriate fallback",
    90: "user canceled",
    100: "no renegotiation",
    109: "missing extension",
    110: "unsupported extension",
    111: "certificate unobtainable",
    UNRECOGNIZED_NAME: "unrecognized name",
    113: "bad certificate status response",
    115: "unknown psk identity",
    CERTIFICATE_REQUIRED: "certificate required",
    120: "no application protocol",
}

# Alerts that speak about a certificate of ours, or the lack of one, once the server has asked for one. Measured with
# Kamailio, OpenSSL and GnuTLS: a missing one is 40 up to TLS 1.2 and 116 in TLS 1.3, one without the purpose is 43.
ABOUT_OUR_CERTIFICATE = frozenset({HANDSHAKE_FAILURE, 41, 42, 43, 44, 45, 46, 48, 49, 51, CERTIFICATE_REQUIRED})
# What some say only when none is shown: GnuTLS calls an empty list of certificates a decode error (measured, 3.7).
ABOUT_NONE_OF_OURS = frozenset({10, 47, 50})

OUR_CERTIFICATE: Mapping[str, str] = {
    "unsupported certificate": "It does not serve client authentication: look at its extended key usage.",
    "unknown ca": "The other side does not trust the authority that signed it.",
    "certificate expired": "It has expired, or one of the clocks is wrong.",
    "certificate revoked": "Its authority took it back.",
    "bad certificate": "The other side cannot make sense of it.",
    "certificate unknown": "The other side does not accept it, and does not say why.",
    "certificate required": "None was shown.",
    "no certificate": "None was shown.",
    "access denied": "The other side trusts it, and does not let who it names in.",
    "decrypt error": "The other side could not verify our signature: certificate and key may not belong together.",
    "handshake failure": "The other side does not accept it, or wants another one.",
}

# How a server leaves without an alert. Some refuse a certificate so; others do it whatever they are shown.
CLOSED_AFTER = "it closed the connection right after the handshake"
RESET_AFTER = "it reset the connection right after the handshake"
CLOSED_AMID = "it closed the connection after asking for our certificate"
RESET_AMID = "it reset the connection after asking for our certificate"
AFTER_THE_HANDSHAKE = frozenset({CLOSED_AFTER, RESET_AFTER})
WITHOUT_A_WORD = frozenset({*AFTER_THE_HANDSHAKE, CLOSED_AMID, RESET_AMID})

# Alerts about what is wrong with a certificate of ours itself: nobody on the other side can mend that.
OURS_TO_MEND: Mapping[str, str] = {
    "unsupported certificate": "Have our certificate issued anew, with client and server authentication in its"
    " extended key usage, and install it on the nodes.",
    "certificate expired": "Look at the dates of our certificate; renew it, or set the clock that is wrong.",
    "certificate revoked": "Have a new certificate issued for us, and install it on the nodes.",
    "decrypt error": "Install the certificate and the key that belong together.",
    "certificate required": "Show our certificate: --client-cert and --client-key.",
    "no certificate": "Show our certificate: --client-cert and --client-key.",
}

ITS_OWN: Mapping[str, str] = {
    "internal error": "It has a fault of its own: mostly it may not read the private key of its certificate.",
    "access denied": "It does not let us in.",
    "decode error": "It could not read our hello: something in between may have changed it.",
    "illegal parameter": "It did not accept a value in our hello.",
    "handshake failure": "It broke off in the middle of the handshake.",
    "no application protocol": "It wants another protocol on this port, such as that of the web.",
    "unexpected message": "It expected something else: it may not speak TLS at this moment of the connection.",
}


def words(number: int) -> str:
    """An alert in words; its number where the standards have none."""
    return _WORDS.get(number, f"alert {number}")
