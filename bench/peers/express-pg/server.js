// A peer of the benchmark: the webhook handler of Proof's documentation with Express and node-postgres. Idempotent on
// transaction and status, acknowledged after the commit, one statement per event. WORKERS > 1 runs it in cluster mode.
'use strict';

const cluster = require('node:cluster');
const {pool, webhooks} = require('./webhooks');

const workers = Number(process.env.WORKERS ?? 1);

function serve() {
  const app = webhooks((id, status, body) => ({
    name: 'webhook', // prepared once for each connection
    text: 'INSERT INTO webhook_event (merchant_transaction_id, status, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    values: [id, status, body],
  }));

  // The other handler that everybody writes: one row of one user, by its key.
  app.get('/transactions/:id', async (request, response, next) => {
    try {
      const {rows} = await pool.query({
        name: 'transaction',
        text: 'SELECT id, user_id, type, status, currency, network, amount, created_at, updated_at FROM transaction WHERE id = $1 AND user_id = $2',
        values: [request.params.id, request.get('x-user-id') ?? ''],
      });
      if (rows.length === 0) {
        response.sendStatus(404);
      } else {
        response.json(rows[0]);
      }
    } catch (error) {
      next(error);
    }
  });

  app.listen(Number(process.env.PORT), '127.0.0.1');
}

if (workers > 1 && cluster.isPrimary) {
  for (let i = 0; i < workers; i++) {
    cluster.fork();
  }
} else {
  serve();
}
