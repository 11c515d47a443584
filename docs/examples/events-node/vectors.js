// Writes ../signatures.json with the public library: what a receiver must accept, and what it must refuse.
import {readFileSync, writeFileSync} from 'node:fs';
import {Webhook} from 'standardwebhooks';

const file = (name) => new URL(`../${name}`, import.meta.url);
const events = JSON.parse(readFileSync(file('events.json'), 'utf8')).events;
const secrets = ['whsec_bm90LWEtc2VjcmV0LWNhbmFyeS0wMDAx', 'whsec_bm90LWEtc2VjcmV0LWNhbmFyeS0wMDAy'];
const other = 'whsec_bm90LWEtc2VjcmV0LWNhbmFyeS0wMDAz';
const NOW = 1777708800; // 2026-05-02T08:00:00Z

function sign(id, timestamp, body, ...keys) {
  return keys.map((key) => new Webhook(key).sign(id, new Date(timestamp * 1000), body)).join(' ');
}

function vector(name, valid, {secret = secrets[0], id, timestamp = NOW, body, signature}) {
  return {name, valid, secret, now: NOW, id, timestamp: String(timestamp), body, signature};
}

const {id, ...event} = events.find(({type}) => type === 'transaction.completed');
const body = JSON.stringify(event);
const foreign = JSON.stringify({...event, data: {...event.data, metadata: {note: 'Grüße, 東京 🚀 \u2028 "\\"'}}});
const good = sign(id, NOW, body, secrets[0]);

const vectors = [
  vector('an event', true, {id, body, signature: good}),
  vector('letters beyond ASCII: the signature is over UTF-8', true, {id, body: foreign, signature: sign(id, NOW, foreign, secrets[0])}),
  vector('while secrets rotate, with the new one', true, {id, body, signature: sign(id, NOW, body, secrets[1], secrets[0]), secret: secrets[1]}),
  vector('while secrets rotate, with the old one', true, {id, body, signature: sign(id, NOW, body, secrets[1], secrets[0])}),
  vector('a version of signatures that is not known is passed over', true, {id, body, signature: `v9,AAAA ${good}`}),
  vector('299 seconds old', true, {id, body, timestamp: NOW - 299, signature: sign(id, NOW - 299, body, secrets[0])}),
  vector('an altered body', false, {id, body: body.replace('"42.75"', '"4275.00"'), signature: good}),
  vector('a body that was parsed and written again', false, {id, body: JSON.stringify(event, null, 1), signature: good}),
  vector('another id', false, {id: id.replace('evt_', 'evt_0'), body, signature: good}),
  vector('a timestamp that was not signed', false, {id, body, timestamp: NOW + 1, signature: good}),
  vector('another secret', false, {id, body, signature: sign(id, NOW, body, other)}),
  vector('after the old secret was removed', false, {id, body, signature: sign(id, NOW, body, secrets[1])}),
  vector('too old: 301 seconds', false, {id, body, timestamp: NOW - 301, signature: sign(id, NOW - 301, body, secrets[0])}),
  vector('too new: 301 seconds', false, {id, body, timestamp: NOW + 301, signature: sign(id, NOW + 301, body, secrets[0])}),
  vector('a timestamp that is no number', false, {id, body, timestamp: 'now', signature: good}),
  vector('a signature without its version', false, {id, body, signature: good.slice(3)}),
  vector('an unknown version only', false, {id, body, signature: good.replace('v1,', 'v2,')}),
  vector('no signature', false, {id, body, signature: ''}),
];

writeFileSync(file('signatures.json'), `${JSON.stringify({tolerance_seconds: 300, vectors}, null, 2)}\n`);
