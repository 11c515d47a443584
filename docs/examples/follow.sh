#!/usr/bin/env bash
# A partner backend in one page of shell: opens a session at Proof, hears of its changes by the WebSocket, and polls as
# well, since a socket may be silent. Needs bash and curl. Try it with the sandbox's simulator alone:
#
#   PROOF_BASE_URL=http://localhost:8090 PROOF_CLIENT_TOKEN=tok_sandbox_0001 docs/examples/follow.sh
set -euo pipefail

base=${PROOF_BASE_URL:-http://localhost:8090}
token=${PROOF_CLIENT_TOKEN:-tok_sandbox_0001}
poll_seconds=${POLL_SECONDS:-5}

# The value of one string field of a flat JSON object; real backends use a JSON parser.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

is_terminal() { case $1 in completed | failed | cancelled) return 0 ;; *) return 1 ;; esac }

proof() { curl --silent --show-error --fail --header "Authorization: Bearer $token" "$@"; }

session=$(proof --request POST "$base/widget/session" --header 'Content-Type: application/json' --data '{
  "partner_user_id": "cust-1", "user_email": "jo@example.test",
  "network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy", "client_ip": "198.51.100.23"}')
id=$(field merchant_transaction_id <<<"$session")
echo "session $id"

# One connection, one transaction. The server's frames are not masked, so their JSON can be read as it comes; a brace ends it.
hear() {
  proof --no-buffer --http1.1 --max-time 3600 "$base/ws?tx_id=$id" \
    --header 'Connection: Upgrade' --header 'Upgrade: websocket' \
    --header 'Sec-WebSocket-Version: 13' --header 'Sec-WebSocket-Key: c2ltcGxlIGtleSBoZXJlIQ==' 2>/dev/null |
    LC_ALL=C stdbuf -o0 tr '}' '\n' | LC_ALL=C stdbuf -o0 tr -cd '[:print:]\n' |
    while read -r frame; do
      status=$(field status <<<"$frame")
      [ -z "$status" ] || echo "socket $status"
      if is_terminal "$status"; then break; fi
    done
}
hear &
socket=$!
trap 'pkill -P "$socket" 2>/dev/null || true; kill "$socket" 2>/dev/null || true' EXIT

# Only what a poll says is certain.
seen=
until is_terminal "$seen"; do
  status=$(proof "$base/widget/transactions/$id" | field status || true)
  if [ -n "$status" ] && [ "$status" != "$seen" ]; then
    echo "poll $status"
    seen=$status
  fi
  is_terminal "$seen" || sleep "$poll_seconds"
done

# The client closes the socket after a terminal status; let it say its last word.
for _ in $(seq 20); do
  kill -0 "$socket" 2>/dev/null || break
  sleep 0.1
done
