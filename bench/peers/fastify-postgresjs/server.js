// A peer of the benchmark: the webhook handler of Proof's documentation with Fastify and postgres.js. Idempotent on
// transaction and status, acknowledged after the commit, one statement per event. WORKERS > 1 runs it in cluster mode.
'use strict';

const cluster = require('node:cluster');
const fastify = require('fastify');
const postgres = require('postgres');

const workers = Number(process.env.WORKERS ?? 1);

function serve() {
  const sql = postgres({max: Number(process.env.POOL ?? 10)}); // PGHOST, PGPORT, ... are read by postgres.js itself
  const app = fastify({logger: false, bodyLimit: 64 * 1024});

  const schema = {
    body: {
      type: 'object',
      required: ['merchant_transaction_id', 'status'],
      properties: {merchant_transaction_id: {type: 'string'}, status: {type: 'string'}},
    },
  };
  app.post('/proof-webhook', {schema}, async (request, reply) => {
    const {merchant_transaction_id: id, status} = request.body;
    await sql`
      INSERT INTO webhook_event (merchant_transaction_id, status, body)
      VALUES (${id}, ${status}, ${sql.json(request.body)})
      ON CONFLICT DO NOTHING`;
    return reply.code(200).send();
  });

  app.listen({port: Number(process.env.PORT), host: '127.0.0.1'});
}

if (workers > 1 && cluster.isPrimary) {
  for (let i = 0; i < workers; i++) {
    cluster.fork();
  }
} else {
  serve();
}
