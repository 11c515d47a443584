#!/usr/bin/env bash
# A partner backend in one page of shell: opens a session at Proof, hears of its changes by the WebSocket, and polls as
# well, since a socket may be silent. A user may try again after a failure, with the same transaction, so it follows on for a
# while. Needs bash and curl. Try it with the sandbox's simulator alone:
#
#   PROOF_BASE_URL=http://localhost:8090 PROOF_CLIENT_TOKEN=tok_sandbox_0001 docs/examples/follow.sh
set -euo pipefail

base=${PROOF_BASE_URL:-http://localhost:8090}
token=${PROOF_CLIENT_TOKEN:-tok_sandbox_0001}
poll_seconds=${POLL_SECONDS:-5}
# How long a failed or cancelled transaction may come back; in real life it is days.
settle_seconds=${SETTLE_SECONDS:-30}

folder=$(mktemp -d)
socket=
cleanup() {
  if [ -n "$socket" ]; then
    pkill -P "$socket" 2>/dev/null || true
    kill "$socket" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap cleanup EXIT

# The value of one string field of a flat JSON object; real backends use a JSON parser.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# Calls Proof: $code is the HTTP status, 000 without a complete answer, and $body what it answered.
proof() {
  rm -f "$folder/body" "$folder/headers"
  code=$(curl --silent --max-time 10 --output "$folder/body" --dump-header "$folder/headers" --write-out '%{http_code}' \
    --header "Authorization: Bearer $token" "$@" 2>/dev/null) || code=000
  body=$(cat "$folder/body" 2>/dev/null || true)
}

why() { if [ "$code" = 000 ]; then echo "no answer from $base"; else echo "Proof answered $code $(field code <<<"$body")"; fi; }

# The seconds that Proof asks to wait; nothing if it does not say.
retry_after() { sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,4\}\)[[:space:]]*$/\1/p' "$folder/headers" 2>/dev/null | tail -n 1; }

proof --request POST "$base/widget/session" --header 'Content-Type: application/json' --data '{
  "partner_user_id": "cust-1", "user_email": "jo@example.test",
  "network": "ERC20", "currency": "USDC", "amount": "42.75", "type": "buy", "client_ip": "198.51.100.23"}'
id=$(field merchant_transaction_id <<<"$body")
if [ -z "$id" ]; then
  echo "no session: $(why)"
  exit 1
fi
echo "session $id"

# One connection, one transaction. The server's frames are not masked, so their JSON can be read as it comes; a brace ends it.
hear() {
  curl --silent --no-buffer --http1.1 --max-time 3600 "$base/ws?tx_id=$id" --header "Authorization: Bearer $token" \
    --header 'Connection: Upgrade' --header 'Upgrade: websocket' \
    --header 'Sec-WebSocket-Version: 13' --header 'Sec-WebSocket-Key: c2ltcGxlIGtleSBoZXJlIQ==' 2>/dev/null |
    LC_ALL=C stdbuf -o0 tr '}' '\n' | LC_ALL=C stdbuf -o0 tr -cd '[:print:]\n' |
    while read -r frame; do
      status=$(field status <<<"$frame")
      [ -z "$status" ] || echo "socket $status"
      if [ "$status" = completed ]; then break; fi
    done || true
}
hear &
socket=$!

# Only what a poll says is certain. The time of a change tells a second failure from the first.
seen=
changed=$SECONDS
while :; do
  proof "$base/widget/transactions/$id"
  pause=$poll_seconds
  status=$(field status <<<"$body")
  if [ "$code" = 200 ] && [ -n "$status" ]; then
    state="$status $(field updated_at <<<"$body")"
    if [ "$state" != "$seen" ]; then
      echo "poll $status"
      seen=$state
      changed=$SECONDS
    fi
    case $status in
      completed) break ;;
      failed | cancelled) [ $((SECONDS - changed)) -lt "$settle_seconds" ] || break ;;
    esac
  else
    asked=$(retry_after)
    pause=${asked:-$poll_seconds}
    echo "no poll: $(why), again in $pause s"
  fi
  sleep "$pause"
done

# Let the socket say its last word.
if [ "$status" = completed ]; then
  for _ in $(seq 20); do
    kill -0 "$socket" 2>/dev/null || break
    sleep 0.1
  done
fi
echo "settled $status"
