// Signs a sample of ../events.json as Rampgate does, and posts it to a consumer: to try one without Rampgate.
//
//   SECRET_FILE=/tmp/events/secret node send.js http://localhost:4001/events transaction.completed [altered|old]
import {readFileSync} from 'node:fs';
import {Webhook} from 'standardwebhooks';

const [url, type, wrong] = process.argv.slice(2);
const [secret] = readFileSync(process.env.SECRET_FILE ?? 'secret', 'utf8').split('\n');
const {events} = JSON.parse(readFileSync(new URL('../events.json', import.meta.url), 'utf8'));
const {id, ...event} = events.find((one) => one.type === type);
const body = JSON.stringify(event);
const at = new Date(Date.now() - (wrong === 'old' ? 600_000 : 0));

const answer = await fetch(url, {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(secret.trim()).sign(id, at, body),
  },
  body: wrong === 'altered' ? body.replace('42.75', '4275.00') : body,
});
console.log(answer.status);
