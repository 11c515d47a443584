// A peer of the benchmark: a session proxy with Express and undici that also stores one row. WORKERS > 1 runs it in
// cluster mode.
'use strict';

const cluster = require('node:cluster');
const express = require('express');
const {Pool: Connections} = require('undici');
const {Pool} = require('pg');

const workers = Number(process.env.WORKERS ?? 1);

function serve() {
  const pool = new Pool({max: Number(process.env.POOL ?? 10)});
  const proof = new Connections(process.env.PROOF_BASE_URL, {connections: 32});
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.post('/session', express.json({limit: '64kb'}), async (request, response, next) => {
    try {
      const {statusCode, body} = await proof.request({
        method: 'POST',
        path: '/widget/session',
        headers: {
          authorization: `Bearer ${process.env.PROOF_CLIENT_TOKEN}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          ...request.body,
          partner_user_id: request.get('X-User-Id'),
          user_email: request.get('X-User-Email'),
          client_ip: request.ip,
        }),
      });
      const text = await body.text();
      if (statusCode >= 300) {
        response.status(502).end();
        return;
      }
      const session = JSON.parse(text);
      await pool.query({
        name: 'session',
        text: 'INSERT INTO session (merchant_transaction_id, user_id, amount) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        values: [session.merchant_transaction_id, request.get('X-User-Id'), session.amount],
      });
      response.status(201).type('application/json').send(text);
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
