// What the peers in this folder share: the webhook handler of Proof's documentation with Express and node-postgres, acknowledged after the commit.
'use strict';

const express = require('express');
const {Pool} = require('pg');

const pool = new Pool({max: Number(process.env.POOL ?? 10)}); // PGHOST, PGPORT, ... are node-postgres' own

/**
 * An application with the handler.
 *
 * @param query the statement that keeps a webhook, of its transaction, its status and its body
 * @param kept called after the answer
 */
function webhooks(query, kept = () => {}) {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.post('/proof-webhook', express.json({limit: '64kb'}), async (request, response, next) => {
    const {merchant_transaction_id: id, status} = request.body ?? {};
    if (typeof id !== 'string' || typeof status !== 'string') {
      response.sendStatus(400);
      return;
    }
    try {
      await pool.query(query(id, status, request.body));
      response.sendStatus(200);
      kept();
    } catch (error) {
      next(error);
    }
  });
  return app;
}

module.exports = {pool, webhooks};
