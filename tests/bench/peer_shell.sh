#!/bin/sh
# The same questions as an administrator's loop asks them: peer_shell.sh DOMAINS NAMESERVER-PORT ROOTS OUT
# One file for each domain; what is in it is read afterwards, outside of the measured time.
one='
domain=$1
srv=$(dig +short -p "$PORT" @127.0.0.1 "_sipfederationtls._tcp.$domain" SRV)
target=${srv##* }; target=${target%.}; rest=${srv% *}; port=${rest##* }
four=$(dig +short -p "$PORT" @127.0.0.1 "$target" A)
six=$(dig +short -p "$PORT" @127.0.0.1 "$target" AAAA)
{ echo "SRV $srv"; echo "A $four"; echo "AAAA $six"
  timeout 5 openssl s_client -connect "$four:$port" -servername "$target" -verify_hostname "$target" -CAfile "$ROOTS" \
    -showcerts </dev/null 2>/dev/null || true  # what it says counts, and is compared
} >"$OUT/$domain"'
PORT=$2 ROOTS=$3 OUT=$4
export PORT ROOTS OUT
exec xargs -P 8 -n 1 sh -c "$one" one <"$1"
