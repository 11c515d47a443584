// A consumer of Rampgate's events with Node.js. It verifies each webhook, stores it once, ignores what is older than what it knows,
// and reads the feed when it missed something. docs/events.md explains it step by step.
import {createServer} from 'node:http';
import {readFileSync, rmSync} from 'node:fs';
import {Webhook, WebhookVerificationError} from 'standardwebhooks';
import sqlite from 'node-sqlite3-wasm';

const port = Number(process.env.PORT ?? 4001);
const management = process.env.RAMPGATE_MANAGEMENT_URL ?? 'http://localhost:9000';
const feed = `${management}/operate/events`;
const token = process.env.FEED_TOKEN;
const databaseFile = process.env.DATABASE ?? 'events.db';
const livemode = process.env.LIVEMODE === 'true';
const MOST_BYTES = 64 * 1024; // a body has less than 20 KB

const beside = (file) => new URL(`../${file}`, import.meta.url);
const orders = JSON.parse(readFileSync(process.env.ORDERS ?? beside('orders.json'), 'utf8'));
const [secret] = readFileSync(process.env.SECRET_FILE ?? 'secret', 'utf8').split('\n');
const webhook = new Webhook(secret.trim());

// One process owns this file; after a kill -9 the lock of this SQLite would stay.
rmSync(`${databaseFile}.lock`, {recursive: true, force: true});
const database = new sqlite.Database(databaseFile);
database.exec(readFileSync(beside('events.sql'), 'utf8'));

// --- one event, from whichever way it came

/** Stores an event and its effect in one database transaction. Whether events before it are missing. */
function take(id, event, body) {
  const {merchant_transaction_id: transaction, epoch, version, status} = event.data;
  if (!event.type.startsWith('transaction.') || version === undefined) {
    console.log(`ignored ${event.type}`); // a test event, or a type that we do not know yet
    return false;
  }
  database.exec('BEGIN IMMEDIATE');
  try {
    const missing = apply();
    database.exec('COMMIT');
    return missing;
  } catch (failure) {
    database.exec('ROLLBACK');
    throw failure;
  }

  function apply() {
    if (event.data.redacted) {
      database.run('UPDATE event SET body = ? WHERE id = ?', [body, id]);
    }
    const {changes} = database.run(
      'INSERT INTO event VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      [id, transaction, epoch, version, event.type, body]);
    if (changes === 0) {
      console.log(`duplicate ${id}`);
      return false;
    }
    const before = database.get('SELECT epoch, version, status FROM latest WHERE transaction_id = ?', [transaction]);
    if (before && (epoch < before.epoch || (epoch === before.epoch && version < before.version))) {
      console.log(`older ${event.type} ${transaction} ${version}`);
      return false;
    }
    database.run('INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?)', [transaction, epoch, version, status]);
    console.log(`event ${event.type} ${transaction} ${version}`);
    if (event.type === 'transaction.conflict') {
      console.log(`look at ${transaction}: Proof contradicts itself`);
    } else if (status === 'completed' && event.data.confirmed && before?.status !== 'completed') {
      pay(event.data);
    }
    return before ? epoch > before.epoch || version > before.version + 1 : version > 1;
  }
}

/** The reference is a claim of the user's browser: it counts only if all that we know of the order agrees. */
function pay(data) {
  const order = orders[data.reference];
  const wrong = !order ? 'no such order'
    : data.livemode !== livemode ? 'livemode'
    : data.user_id !== order.user_id ? 'user_id'
    : data.type !== order.type ? 'type'
    : data.currency !== order.currency ? 'currency'
    : plain(data.requested_amount) !== plain(order.amount) ? 'requested_amount'
    : null;
  if (wrong) {
    console.log(`mismatch ${data.reference} ${data.merchant_transaction_id}: ${wrong}`);
    return;
  }
  database.run('INSERT INTO paid_order VALUES (?, ?) ON CONFLICT (reference) DO NOTHING',
    [data.reference, data.merchant_transaction_id]);
  const paid = database.get('SELECT transaction_id FROM paid_order WHERE reference = ?', [data.reference]);
  console.log(paid.transaction_id === data.merchant_transaction_id
    ? `paid ${data.reference} ${data.merchant_transaction_id}`
    : `paid twice ${data.reference} ${data.merchant_transaction_id}: give it back`);
}

/** An amount without zeros at its end: "42.750" and "42.75" are the same. */
const plain = (amount) => String(amount).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

// --- webhooks

createServer(async (request, response) => {
  const answer = (status) => response.writeHead(status).end();
  if (request.method !== 'POST' || request.url !== '/events') {
    return answer(404);
  }
  try {
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
      size += chunk.length;
      if (size > MOST_BYTES) {
        return answer(413);
      }
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks).toString('utf8'); // as it came: never verify what was parsed and written again
    const event = webhook.verify(body, request.headers);
    const missing = take(request.headers['webhook-id'], event, body);
    answer(204); // only now: it is on the disk
    if (missing) {
      catchUp('events are missing');
    }
  } catch (failure) {
    const forged = failure instanceof WebhookVerificationError;
    console.log(`${forged ? 'refused' : 'failed'}: ${failure.message}`);
    answer(forged ? 401 : 500); // Rampgate sends it again
  }
}).listen(port, () => console.log(`listening ${port}`));

// --- the feed

let reading = false;
let again = false;

/** Reads everything after the last place. What it has already is a duplicate and changes nothing. */
async function catchUp(why) {
  console.log(`feed: ${why}`);
  again = true;
  if (reading || !token) {
    return;
  }
  reading = true;
  try {
    while (again) {
      again = false;
      while (await readPage() > 0);
    }
  } catch (failure) {
    console.log(`feed failed: ${feed}: ${failure.cause?.code ?? failure.message}`); // the next gap or the next start reads on
  } finally {
    reading = false;
  }
}

async function readPage() {
  const cursor = database.get('SELECT cursor FROM feed')?.cursor;
  const answer = await fetch(`${feed}${cursor ? `?after=${encodeURIComponent(cursor)}` : ''}`, {
    headers: {Authorization: `Bearer ${token}`},
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.status === 410) {
    // cursor-expired: we were away for longer than events are kept. cursor-lost: the database was restored.
    // Nothing is skipped silently: read all that there is, and compare what was open meanwhile by hand.
    console.log(`feed: ${(await answer.json()).type}; reading from the start`);
    database.exec('DELETE FROM feed');
    return 1;
  }
  if (!answer.ok) {
    throw new Error(`Rampgate answered ${answer.status}`);
  }
  const page = await answer.json();
  for (const {id, ...event} of page.events) {
    take(id, event, JSON.stringify(event));
  }
  database.run('INSERT OR REPLACE INTO feed VALUES (1, ?)', [page.next]); // after its events, never before
  return page.events.length;
}

catchUp(token ? 'start' : 'not read, since there is no FEED_TOKEN');
