// The public library accepts and refuses what ../signatures.json says.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {Webhook, WebhookVerificationError} from 'standardwebhooks';

const {vectors} = JSON.parse(readFileSync(new URL('../signatures.json', import.meta.url), 'utf8'));

test('there are vectors of both kinds', () => {
  assert.ok(vectors.some(({valid}) => valid) && vectors.some(({valid}) => !valid));
});

for (const {name, valid, secret, now, id, timestamp, body, signature} of vectors) {
  test(`${valid ? 'accepted' : 'refused'}: ${name}`, (context) => {
    context.mock.timers.enable({apis: ['Date'], now: now * 1000});
    const verify = () => new Webhook(secret).verify(body, {
      'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature,
    });
    if (valid) {
      assert.deepEqual(verify(), JSON.parse(body));
    } else {
      assert.throws(verify, WebhookVerificationError);
    }
  });
}
