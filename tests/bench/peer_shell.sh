#!/bin/sh
# The same questions as an administrator's loop asks them: peer_shell.sh DOMAINS NAMESERVER-PORT ROOTS OUT
# One file for each domain; what is in it is read afterwards, outside of the measured time. dig asks from another
# address, since among 15,000 questions some are asked from the name server's own port, and dig answers those itself.
one='
domain=$1
srv=$(dig +short -p "$PORT" -b 127.0.0.2 @127.0.0.1 "_sipfederationtls._tcp.$domain" SRV)
srv=${srv##*"
"}  # a question that dig had to repeat is told on a line before the answer
target=${srv##* }; target=${target%.}; rest=${srv% *}; port=${rest##* }
four=$(dig +short -p "$PORT" -b 127.0.0.2 @127.0.0.1 "$target" A); four=${four##*"
"}
six=$(dig +short -p "$PORT" -b 127.0.0.2 @127.0.0.1 "$target" AAAA); six=${six##*"
"}
{ echo "SRV $srv"; echo "A $four"; echo "AAAA $six"
  timeout 5 openssl s_client -connect "$four:$port" -servername "$target" -verify_hostname "$target" -CAfile "$ROOTS" \
    -showcerts </dev/null 2>/dev/null || true  # what it says counts, and is compared
} >"$OUT/$domain"'
PORT=$2 ROOTS=$3 OUT=$4
export PORT ROOTS OUT
exec xargs -P 8 -n 1 sh -c "$one" one <"$1"
