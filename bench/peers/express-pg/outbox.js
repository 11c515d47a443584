// A peer of the benchmark: the outbox that everybody writes first. The webhook's handler inserts the event and a row of the outbox in one
// transaction; a worker in the same process sends the 16 oldest rows to each endpoint at the same time, and deletes them. If one fails, all
// of them are sent again.
'use strict';

const http = require('node:http');
const {pool, webhooks} = require('./webhooks');

const endpoints = process.env.ENDPOINTS.split(' ').map((url) => new URL(url));
const agent = new http.Agent({keepAlive: true});

const app = webhooks(
    (id, status, body) => ({
      name: 'webhook',
      text: `WITH added AS (
               INSERT INTO webhook_event (merchant_transaction_id, status, body) VALUES ($1, $2, $3)
               ON CONFLICT DO NOTHING
               RETURNING merchant_transaction_id, body
             )
             INSERT INTO outbox (merchant_transaction_id, body) SELECT merchant_transaction_id, $4 FROM added`,
      values: [id, status, body, JSON.stringify(body)],
    }),
    () => wake());

function send(url, row) {
  return new Promise((resolve, reject) => {
    const request = http.request(
        url,
        {
          method: 'POST',
          agent,
          timeout: 10_000,
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(row.body),
            'webhook-id': `evt_${row.id}`,
          },
        },
        (answer) => {
          answer.resume();
          answer.on('end', () =>
            answer.statusCode < 300 ? resolve() : reject(new Error(`status ${answer.statusCode}`)));
        });
    request.on('error', reject);
    request.end(row.body);
  });
}

let busy = false;
let again = false;

async function wake() {
  again = true;
  if (busy) {
    return;
  }
  busy = true;
  try {
    while (again) {
      again = false;
      const {rows} = await pool.query({name: 'next', text: 'SELECT id, body FROM outbox ORDER BY id LIMIT 16'});
      if (rows.length > 0) {
        again = true;
        await Promise.all(rows.flatMap((row) => endpoints.map((url) => send(url, row))));
        await pool.query({name: 'sent', text: 'DELETE FROM outbox WHERE id = ANY ($1)', values: [rows.map((row) => row.id)]});
      }
    }
  } catch (error) {
    // Without this the process would end with the first connection that a receiver closes while it is used again.
    console.error(`sent again: ${error.message}`);
    setTimeout(wake, 50);
  } finally {
    busy = false;
  }
}

app.listen(Number(process.env.PORT), '127.0.0.1');
