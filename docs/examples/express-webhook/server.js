// A partner's webhook handler with Express: acknowledge at once, work afterwards, take a duplicate for what it is, and
// believe only what Proof's own API says. Anybody who knows the URL can post here.
'use strict';

const express = require('express');

const base = process.env.PROOF_BASE_URL ?? 'http://localhost:8090';
const token = process.env.PROOF_CLIENT_TOKEN ?? 'tok_sandbox_0001';
const port = Number(process.env.PORT ?? 3000);

const app = express();
const seen = new Set(); // a table with a unique key in a real backend

app.post('/proof-webhook', express.json({limit: '64kb'}), (request, response) => {
  const {merchant_transaction_id: id, status} = request.body ?? {};
  if (typeof id !== 'string' || typeof status !== 'string') {
    response.sendStatus(400);
    return;
  }
  response.sendStatus(200);

  const key = `${id} ${status}`;
  if (seen.has(key)) {
    console.log(`duplicate ${key}`);
    return;
  }
  seen.add(key);
  console.log(`webhook ${key}`);
  confirm(id).catch((error) => console.log(`unconfirmed ${id}: ${error.message}`));
});

// A body that is no JSON is the sender's mistake, not a crash.
app.use((error, request, response, next) => response.headersSent ? next(error) : response.sendStatus(400));

async function confirm(id) {
  const answer = await fetch(`${base}/widget/transactions/${encodeURIComponent(id)}`, {
    headers: {Authorization: `Bearer ${token}`},
    signal: AbortSignal.timeout(5000),
  });
  if (!answer.ok) {
    throw new Error(`Proof answered ${answer.status}`);
  }
  const transaction = await answer.json();
  console.log(`confirmed ${id} ${transaction.status}`);
}

const server = app.listen(port, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
