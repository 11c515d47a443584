// A partner's client of Rampgate with the types of docs/openapi.yaml: opens a session, reads its transaction, and lists the
// user's own; then, with RAMPGATE_MANAGEMENT_URL and FEED_TOKEN, the first events of the feed. `npm start` generates the types, compiles this
// file with them, and runs it against the sandbox.
import createClient from 'openapi-fetch';
import type {components, paths} from './generated/rampgate.js';

const baseUrl = process.env.RAMPGATE_URL ?? 'http://localhost:8080';

const rampgate = createClient<paths>({
  baseUrl,
  // The sandbox knows one user; a real client sends their token.
  headers: process.env.RAMPGATE_TOKEN ? {Authorization: `Bearer ${process.env.RAMPGATE_TOKEN}`} : {},
});

function refused(problem: components['schemas']['Problem'] | undefined): Error {
  return new Error(`Rampgate refused: ${problem?.title} ${problem?.detail ?? ''}`);
}

const reference = `order-${Date.now()}`;
const opened = await rampgate.POST('/session', {
  body: {network: 'ERC20', currency: 'USDC', amount: '42.75', type: 'buy', reference, metadata: {cart: '7'}},
});
if (!opened.data) {
  throw refused(opened.error);
}
const id = opened.data.merchant_transaction_id;
console.log(`session ${id}`);

const read = await rampgate.GET('/transactions/{id}', {params: {path: {id}}});
if (!read.data) {
  throw refused(read.error);
}
// A status that is misspelled, or missing, does not compile.
const ended: Record<typeof read.data.status, boolean> = {
  pending: false,
  processing: false,
  completed: true,
  failed: true,
  cancelled: true,
};
const {status} = read.data;
console.log(`transaction ${status}${ended[status] ? ', ended' : ''}, ${read.data.timeline?.length} step`);

if (read.data.reference !== reference || read.data.reference_source !== 'caller' || read.data.metadata?.cart !== '7') {
  throw new Error('The transaction lacks its reference');
}

const ticket = await rampgate.POST('/transactions/{id}/ticket', {params: {path: {id}}});
if (!ticket.data) {
  throw refused(ticket.error);
}
const once = await rampgate.GET('/transactions/{id}/events', {
  params: {path: {id}, query: {ticket: ticket.data.ticket}},
  headers: {Accept: 'application/json'},
});
if (!once.data) {
  throw refused(once.error);
}

const page = await rampgate.GET('/transactions', {params: {query: {limit: 5, reference}}});
if (!page.data) {
  throw refused(page.error);
}
if (!page.data.transactions.some((transaction) => transaction.merchant_transaction_id === id)) {
  throw new Error('The list lacks the new transaction');
}
console.log(`list of ${page.data.transactions.length}`);

const wrong = await rampgate.GET('/transactions', {params: {query: {limit: 1000}}});
if (wrong.error?.type !== 'urn:rampgate:problem:invalid-request') {
  throw new Error('A limit of 1000 is not refused as described');
}
console.log(`refused by name: ${wrong.error.errors?.map(({field}) => field)}`);

const management = process.env.RAMPGATE_MANAGEMENT_URL;
if (management) {
  const backOffice = createClient<paths>({
    baseUrl: management,
    headers: {Authorization: `Bearer ${process.env.FEED_TOKEN}`},
  });
  const feed = await backOffice.GET('/operate/events', {params: {query: {limit: 5, types: 'transaction.opened'}}});
  if (!feed.data) {
    throw refused(feed.error);
  }
  for (const {type, data} of feed.data.events) {
    console.log(`${type} version ${data.version} of ${data.merchant_transaction_id}, ${data.status}`);
  }
  const found = await backOffice.GET('/operate/transactions', {params: {query: {id: [id], settled: [false]}}});
  if (!found.data) {
    throw refused(found.error);
  }
  if (found.data.transactions[0]?.reference !== reference) {
    throw new Error('The back office does not find the new transaction');
  }
}
