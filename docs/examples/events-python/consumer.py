#!/usr/bin/env python3
"""A consumer of Rampgate's events with Python's standard library alone. It verifies each webhook, stores it once, ignores what is
older than what it knows, and reads the feed when it missed something. docs/events.md explains it step by step."""

import base64
import binascii
import hashlib
import hmac
import json
import os
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent
TOLERANCE_SECONDS = 300
MOST_BYTES = 64 * 1024  # a body has less than 20 KB


class Forged(Exception):
    """The webhook is not from Rampgate, or too old to be believed."""


def verify(secret, headers, body, now=None):
    """Standard Webhooks: HMAC-SHA256 over "id.timestamp.body", body as the bytes that came. Raises Forged."""
    message_id = headers.get("webhook-id")
    timestamp = headers.get("webhook-timestamp")
    signatures = headers.get("webhook-signature")
    if not message_id or not timestamp or not signatures:
        raise Forged("missing headers")
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise Forged("no timestamp")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        raise Forged("too old or too new")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise ValueError("the secret must be whsec_ and base64") from None
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # While secrets rotate there are several; one that fits is enough.
    for signature in signatures.split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), expected):
            return
    raise Forged("no signature fits")


def say(text):
    print(text, flush=True)


class Store:
    """Events, each stored in one database transaction with its effect."""

    def __init__(self, file, orders, livemode):
        self.orders = orders
        self.livemode = livemode
        self.lock = threading.Lock()
        self.database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self.database.executescript((EXAMPLES / "events.sql").read_text())

    def take(self, event_id, event, body):
        """Stores one event, from whichever way it came. Whether events before it are missing."""
        data = event["data"]
        if not event["type"].startswith("transaction.") or "version" not in data:
            say(f"ignored {event['type']}")  # a test event, or a type that we do not know yet
            return False
        with self.lock:
            self.database.execute("BEGIN IMMEDIATE")
            try:
                missing = self._apply(event_id, event["type"], data, body)
                self.database.execute("COMMIT")
                return missing
            except BaseException:
                self.database.execute("ROLLBACK")
                raise

    def _apply(self, event_id, kind, data, body):
        transaction, place = data["merchant_transaction_id"], (data["epoch"], data["version"])
        if data.get("redacted"):
            self.database.execute("UPDATE event SET body = ? WHERE id = ?", (body, event_id))
        stored = self.database.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (event_id, transaction, *place, kind, body),
        )
        if stored.rowcount == 0:
            say(f"duplicate {event_id}")
            return False
        before = self.database.execute(
            "SELECT epoch, version, status FROM latest WHERE transaction_id = ?", (transaction,)
        ).fetchone()
        if before and place < before[:2]:
            say(f"older {kind} {transaction} {place[1]}")
            return False
        self.database.execute("INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?)", (transaction, *place, data["status"]))
        say(f"event {kind} {transaction} {place[1]}")
        if kind == "transaction.conflict":
            say(f"look at {transaction}: Proof contradicts itself")
        elif data["status"] == "completed" and data["confirmed"] and (not before or before[2] != "completed"):
            self._pay(data)
        return place[0] > before[0] or place[1] > before[1] + 1 if before else place[1] > 1

    def _pay(self, data):
        """The reference is a claim of the user's browser: it counts only if all that we know of the order agrees."""
        reference, transaction = data.get("reference"), data["merchant_transaction_id"]
        wrong = self._difference(self.orders.get(reference), data)
        if wrong:
            say(f"mismatch {reference} {transaction}: {wrong}")
            return
        self.database.execute(
            "INSERT INTO paid_order VALUES (?, ?) ON CONFLICT (reference) DO NOTHING", (reference, transaction)
        )
        (paid,) = self.database.execute(
            "SELECT transaction_id FROM paid_order WHERE reference = ?", (reference,)
        ).fetchone()
        if paid == transaction:
            say(f"paid {reference} {transaction}")
        else:
            say(f"paid twice {reference} {transaction}: give it back")

    def _difference(self, order, data):
        if order is None:
            return "no such order"
        if data["livemode"] != self.livemode:
            return "livemode"
        for field in ("user_id", "type", "currency"):
            if data.get(field) != order[field]:
                return field
        try:
            same = Decimal(data.get("requested_amount", "")) == Decimal(order["amount"])
        except InvalidOperation:
            same = False
        return None if same else "requested_amount"

    def cursor(self):
        with self.lock:
            row = self.database.execute("SELECT cursor FROM feed").fetchone()
            return row[0] if row else None

    def keep_cursor(self, cursor):
        with self.lock:
            if cursor is None:
                self.database.execute("DELETE FROM feed")
            else:
                self.database.execute("INSERT OR REPLACE INTO feed VALUES (1, ?)", (cursor,))


class Feed(threading.Thread):
    """Reads everything after the last place whenever it is asked to. What the store has already changes nothing."""

    def __init__(self, store, management, token):
        super().__init__(daemon=True)
        self.store = store
        self.address = f"{management}/operate/events"
        self.token = token
        self.asked = threading.Event()

    def catch_up(self, why):
        say(f"feed: {why}")
        self.asked.set()

    def run(self):
        while self.asked.wait():
            self.asked.clear()
            try:
                while self._read_page() > 0:
                    pass
            except (OSError, ValueError) as failure:
                say(f"feed failed: {self.address}: {failure}")  # the next gap or the next start reads on

    def _read_page(self):
        cursor = self.store.cursor()
        query = f"?after={urllib.parse.quote(cursor)}" if cursor else ""
        request = urllib.request.Request(self.address + query, headers={"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                page = json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code != 410:
                raise
            # cursor-expired: we were away for longer than events are kept. cursor-lost: the database was restored.
            # Nothing is skipped silently: read all that there is, and compare what was open meanwhile by hand.
            say(f"feed: {json.load(refused)['type']}; reading from the start")
            self.store.keep_cursor(None)
            return 1
        for event in page["events"]:
            event_id = event.pop("id")
            self.store.take(event_id, event, json.dumps(event, ensure_ascii=False))
        self.store.keep_cursor(page["next"])  # after its events, never before
        return len(page["events"])


class Receiver(BaseHTTPRequestHandler):
    """Answers 2xx only after the event is on the disk."""

    timeout = 30
    secret = None
    store = None
    feed = None

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if self.path != "/events" or not length.isdigit() or int(length) > MOST_BYTES:
            self._answer(404)
            return
        body = self.rfile.read(int(length))  # as it came: never verify what was parsed and written again
        try:
            verify(self.secret, self.headers, body)
            missing = self.store.take(self.headers["webhook-id"], json.loads(body), body.decode())
        except Forged as forged:
            say(f"refused: {forged}")
            self._answer(401)
            return
        except Exception as failure:
            say(f"failed: {failure}")
            self._answer(500)  # Rampgate sends it again
            return
        self._answer(204)
        if missing:
            self.feed.catch_up("events are missing")

    def _answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def main():
    environment = os.environ
    secret = Path(environment.get("SECRET_FILE", "secret")).read_text().split("\n")[0].strip()
    orders = json.loads(Path(environment.get("ORDERS", EXAMPLES / "orders.json")).read_text())
    Receiver.secret = secret
    Receiver.store = Store(environment.get("DATABASE", "events.db"), orders, environment.get("LIVEMODE") == "true")
    Receiver.feed = Feed(
        Receiver.store,
        environment.get("RAMPGATE_MANAGEMENT_URL", "http://localhost:9000"),
        environment.get("FEED_TOKEN"),
    )
    if Receiver.feed.token:
        Receiver.feed.start()
    Receiver.feed.catch_up("start" if Receiver.feed.token else "not read, since there is no FEED_TOKEN")
    port = int(environment.get("PORT", "4003"))
    server = ThreadingHTTPServer(("localhost", port), Receiver)
    say(f"listening {port}")
    server.serve_forever()


if __name__ == "__main__":
    main()
