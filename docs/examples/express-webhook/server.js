// A partner's webhook handler with Express: acknowledge at once, then ask Proof's own API, and believe only its answer. Anybody
// who knows the URL can post here, and Proof neither repeats a webhook nor keeps them in order.
'use strict';

const express = require('express');

const base = process.env.PROOF_BASE_URL ?? 'http://localhost:8090';
const token = process.env.PROOF_CLIENT_TOKEN ?? 'tok_sandbox_0001';
const port = Number(process.env.PORT ?? 3000);
const mostWaiting = 10_000; // anybody can post ids

const app = express();

// Two tables in a real backend, so that a restart loses nothing. A real one also polls each transaction that is not settled, since
// a webhook may never come.
const confirmed = new Map(); // id -> the last state that Proof itself has told: status and time of the change
const waiting = new Map(); // id -> whether another webhook came while Proof was asked about this transaction

app.post('/proof-webhook', express.json({limit: '64kb'}), (request, response) => {
  const {merchant_transaction_id: id, status} = request.body ?? {};
  if (typeof id !== 'string' || typeof status !== 'string') {
    response.sendStatus(400);
    return;
  }
  if (!waiting.has(id) && waiting.size >= mostWaiting) {
    response.sendStatus(503);
    return;
  }
  response.sendStatus(200);
  console.log(`webhook ${id} ${status}`);
  if (waiting.has(id)) {
    waiting.set(id, true);
  } else {
    waiting.set(id, false);
    settle(id).finally(() => waiting.delete(id));
  }
});

// A body that is no JSON is the sender's mistake, not a crash.
app.use((error, request, response, next) => response.headersSent ? next(error) : response.sendStatus(400));

// Asks until Proof has answered, and again if a webhook came meanwhile.
async function settle(id) {
  for (let failures = 0; ;) {
    waiting.set(id, false);
    const {state, pause, why} = await ask(id);
    if (state) {
      failures = 0;
      accept(id, state);
      if (!waiting.get(id)) {
        return;
      }
    } else if (pause === undefined) {
      console.log(`dropped ${id}: ${why}`);
      return;
    } else {
      const seconds = pause ?? Math.min(60, 2 ** failures++);
      console.log(`unconfirmed ${id}: ${why}, again in ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

// A status alone does not identify a change: a user may fail, try again with the same transaction, and fail again. The time does.
// Nothing counts as known before Proof has confirmed it, so a refused call loses nothing.
function accept(id, {status, updated_at: at}) {
  const state = `${status} ${at}`;
  if (confirmed.get(id) === state) {
    console.log(`unchanged ${id} ${status}`);
    return;
  }
  confirmed.set(id, state);
  console.log(`confirmed ${id} ${status}`); // here the order would be changed, in one database transaction with the line above
}

// Either the transaction's state, or how many seconds to wait (null: not said; undefined: never ask again).
async function ask(id) {
  try {
    const answer = await fetch(`${base}/widget/transactions/${encodeURIComponent(id)}`, {
      headers: {Authorization: `Bearer ${token}`},
      signal: AbortSignal.timeout(5000),
    });
    if (answer.ok) {
      return {state: await answer.json()};
    }
    const asked = Number(answer.headers.get('retry-after'));
    const pause = answer.status === 404 ? undefined : asked > 0 ? Math.min(asked, 3600) : null;
    return {pause, why: `Proof answered ${answer.status}`};
  } catch (error) {
    return {pause: null, why: `no answer from Proof (${error.cause?.code ?? error.name})`};
  }
}

const server = app.listen(port, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
