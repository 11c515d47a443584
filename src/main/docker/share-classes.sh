#!/bin/sh
# Starts the application once, without a database and without Proof, and stores the JVM's class cache beside it. With the cache the
# same JVM with the same options starts in two thirds of the time; any other JVM ignores it. From Java 25 on the cache is
# rampgate.aot, with linked classes and profiles of their methods (-XX:AOTCache=rampgate.aot); before, it is rampgate.jsa, with
# loaded classes (-XX:SharedArchiveFile=rampgate.jsa).
#
#   share-classes.sh FOLDER    the folder of quarkus-run.jar; options for the JVM in JDK_JAVA_OPTIONS
set -eu
cd "$1"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# These servers do not exist; the application is stopped before it needs them.
export RAMPGATE_DATABASE_HOST=127.0.0.1 RAMPGATE_DATABASE_PORT=1 RAMPGATE_DATABASE_NAME=none
export RAMPGATE_DATABASE_USER=none RAMPGATE_DATABASE_PASSWORD=none
export RAMPGATE_PROOF_BASE_URL=http://127.0.0.1:1 RAMPGATE_PROOF_CLIENT_TOKEN=none
export RAMPGATE_IDENTITY_MODE=header RAMPGATE_IDENTITY_HEADER_SECRET=none-since-nobody-can-call-it
export QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 QUARKUS_MANAGEMENT_HOST=127.0.0.1 QUARKUS_MANAGEMENT_PORT=0
export QUARKUS_SHUTDOWN_DELAY=0s

# An old file would look like success.
rm -f rampgate.aot rampgate.jsa
version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
if [ "$version" -ge 25 ]; then
  kept=rampgate.aot
  keep=-XX:AOTCacheOutput=$kept
else
  kept=rampgate.jsa
  keep=-XX:ArchiveClassesAtExit=$kept
fi
# The path must be the one from which the application starts later.
java "$keep" -jar "$PWD/quarkus-run.jar" >"$log" 2>&1 &
application=$!

seconds=0
until grep -q 'Listening on' "$log"; do
  seconds=$((seconds + 1))
  if [ "$seconds" -gt 60 ] || ! kill -0 "$application" 2>/dev/null; then
    cat "$log" >&2
    kill "$application" 2>/dev/null || true
    exit 1
  fi
  sleep 1
done
kill "$application"
wait "$application" || true
[ -s "$kept" ]
